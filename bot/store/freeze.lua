-- Set or release the freeze.
-- KEYS: the freeze, the record, its head
-- ARGV: token, 1 to set it or 0 to release it, team and user, why, what the entry tells
-- Returns 1 where this did it, 0 where it was so already; and the freeze's fields as they now are.
local freeze, record, head = KEYS[1], KEYS[2], KEYS[3]
local token, on, team, user, why, told = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

if redis.call('HGET', freeze, 'token') == token then -- a replay
  return {1, redis.call('HGETALL', freeze)}
end
if (redis.call('HGET', freeze, 'on') or '0') == on then
  return {0, redis.call('HGETALL', freeze)}
end
local now = clock()
redis.call('HSET', freeze, 'token', token, 'on', on, 'team', team, 'user', user, 'why', why, 'at', now)
append(record, head, now, told)
return {1, redis.call('HGETALL', freeze)}
