-- Take a deletion over, if it is due. Its deadline becomes the end of the lease: it is never without one.
-- KEYS: the deletion, the deadlines, the record, its head
-- ARGV: ID, token, lease of a call, lease of every other state, what the entry of an interrupted call tells
-- Returns the time and the deletion's fields; no fields where it is not due, or not there.
local deletion, due, record, head = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, token, call_lease, talk_lease, told = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local now = clock()

local deadline = redis.call('ZSCORE', due, id)
if not deadline or tonumber(deadline) > now then
  return {now, {}}
end
local state = redis.call('HGET', deletion, 'state')
if not state then -- what has vanished must not stand in the way for ever
  redis.call('ZREM', due, id)
  return {now, {}}
end
hold(deletion, token)
local lease = talk_lease
if state == 'executing' then
  redis.call('HINCRBY', deletion, 'calls', 1)
  lease = call_lease
  append(record, head, now, told)
end
redis.call('ZADD', due, now + lease, id)
return {now, redis.call('HGETALL', deletion)}
