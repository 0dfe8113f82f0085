-- Record a request, or find the deletion that already has the task.
-- KEYS: the new deletion, its task's lock, the deadlines, the deletion believed to have the lock
-- ARGV: the new ID, the believed ID, ttl, lease, then the new deletion's fields and values
-- Returns an ID, the time, and that deletion's fields; no fields where the caller has to ask again, believing that ID.
local new, task, due, believed = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, believed_id, ttl, lease = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local now = clock()

if redis.call('EXISTS', new) == 1 then -- a replay
  return {id, now, redis.call('HGETALL', new)}
end
local other = redis.call('GET', task)
if other and other ~= believed_id then -- every key has to be declared, and this one was not
  return {other, now, {}}
end
if other and redis.call('EXISTS', believed) == 1 then
  return {other, now, redis.call('HGETALL', believed)}
end
redis.call('HSET', new, unpack(ARGV, 5))
redis.call('HSET', new, 'requested_at', now, 'expires_at', now + ttl, 'holder', id)
redis.call('SET', task, id)
redis.call('ZADD', due, now + lease, id)
return {id, now, redis.call('HGETALL', new)}
