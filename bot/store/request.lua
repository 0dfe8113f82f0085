-- Record a request, or find the deletion that already has the task.
-- KEYS: the new deletion, its task's lock, the deadlines, the deletion believed to have the lock,
--       the freeze, the record, its head
-- ARGV: the new ID, the believed ID, ttl, lease, what its entry tells, then the new deletion's fields and values
-- Returns an ID, the time, and that deletion's fields; no fields where the caller has to ask again, believing that ID;
-- and no ID but the freeze's fields where that stands in the way.
local new, task, due, believed, freeze, record, head = unpack(KEYS)
local id, believed_id, ttl, lease, told = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
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
if frozen(freeze) then
  return {'', now, redis.call('HGETALL', freeze)}
end
redis.call('HSET', new, unpack(ARGV, 6))
redis.call('HSET', new, 'requested_at', now, 'expires_at', now + ttl, 'holder', id)
redis.call('SET', task, id)
redis.call('ZADD', due, now + lease, id)
append(record, head, now, told)
return {id, now, redis.call('HGETALL', new)}
