-- Record what changes nothing else: a refusal.
-- KEYS: the record, its head, this note's own key, by which a replay is known
-- ARGV: what the entry tells, how long a replay may take
if redis.call('SET', KEYS[3], 1, 'NX', 'PX', ARGV[2]) then
  append(KEYS[1], KEYS[2], clock(), ARGV[1])
end
