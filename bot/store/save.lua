-- Write a deletion that the caller holds: and go on holding it, or rest until a time, or close it.
-- KEYS: the deletion, the deadlines, its task's lock, the record, its head
-- ARGV: ID, epoch, token, lease or 0, time to rest until or 0 (both 0: close), 1 where it has ended, retention,
--       what its entry tells, 1 where that is to be recorded although it stands as before, then fields and values
-- Returns 1 where it was written, the time and the new epoch; 0 where the epoch is no longer the latest.
local deletion, due, task, record, head = unpack(KEYS)
local id, epoch, token, lease, rest_until = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local ended, retention, told, always = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local now = clock()

-- What the record follows.
local function standing()
  local fields = {}
  for i, field in ipairs({'state', 'looks', 'verify_until'}) do
    fields[i] = redis.call('HGET', deletion, field) or ''
  end
  return table.concat(fields, ' ')
end

if redis.call('HGET', deletion, 'holder') == token then -- a replay
  return {1, now, tonumber(redis.call('HGET', deletion, 'epoch'))}
end
if redis.call('HGET', deletion, 'epoch') ~= epoch then
  return {0, now, 0}
end
local before = standing()
redis.call('HSET', deletion, unpack(ARGV, 10))
if standing() ~= before or always == '1' then
  append(record, head, now, told)
end
if lease > 0 then
  redis.call('ZADD', due, now + lease, id)
elseif rest_until > 0 then
  redis.call('ZADD', due, rest_until, id)
else
  redis.call('ZREM', due, id)
  redis.call('PEXPIRE', deletion, retention)
end
if ended == '1' then
  free(task, id)
end
return {1, now, hold(deletion, token)}
