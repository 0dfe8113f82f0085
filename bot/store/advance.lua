-- A person's act: from one state to another, once, and in time.
-- KEYS: the deletion, the deadlines, its task's lock, the record, its head, the freeze, the past hour's confirmations of
--       everybody and of the requester, and whether the admins have been told of a burst of either
-- ARGV: ID, from, to, 1 where `to` is an end, token, lease, prompt, what its entry tells, 1 where it is the second
--       confirmation, the limits of everybody and of one person
-- Returns 1 where this act won, the time, and the deletion's fields as they now are; -1 and the freeze's fields, or -2
-- and the burst's, where one of these stands in the way.
local deletion, due, task, record, head, freeze = unpack(KEYS)
local id, from, to, ends, token, lease, prompt = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6]), ARGV[7]
local told, confirms, limits = ARGV[8], ARGV[9], {tonumber(ARGV[10]), tonumber(ARGV[11])}
local times, bursts = {KEYS[7], KEYS[8]}, {KEYS[9], KEYS[10]}
local now = clock()
local HOUR = 3600000

-- From when there is room for one more confirmation; nil where there is room now.
local function full_until(i)
  if limits[i] > 0 and redis.call('ZCOUNT', times[i], string.format('(%.0f', now - HOUR), '+inf') >= limits[i] then
    return tonumber(redis.call('ZRANGE', times[i], -limits[i], -limits[i], 'WITHSCORES')[2]) + HOUR
  end
end

-- Whether this act is the one of whose refusal the admins are told.
local function first_of(burst)
  redis.call('SET', burst, token, 'NX', 'PX', HOUR)
  return redis.call('GET', burst) == token and 1 or 0
end

if redis.call('HGET', deletion, 'holder') == token then -- a replay: written again, so that WAIT waits for it
  redis.call('HSET', deletion, 'holder', token)
  return {1, now, redis.call('HGETALL', deletion)}
end
if redis.call('HGET', deletion, 'state') ~= from or now >= tonumber(redis.call('HGET', deletion, 'expires_at')) then
  return {0, now, redis.call('HGETALL', deletion)}
end
if confirms == '1' then
  if frozen(freeze) then
    return {-1, now, redis.call('HGETALL', freeze)}
  end
  for i = 1, 2 do
    local room_at = full_until(i)
    if room_at then
      return {-2, now, {'until', room_at, 'limit', limits[i], 'of_person', i - 1, 'first', first_of(bursts[i])}}
    end
  end
  for i = 1, 2 do
    redis.call('ZADD', times[i], now, id)
    redis.call('ZREMRANGEBYSCORE', times[i], '-inf', now - HOUR)
    redis.call('PEXPIRE', times[i], HOUR)
  end
end
hold(deletion, token)
redis.call('HSET', deletion, 'state', to)
if redis.call('HGET', deletion, 'prompt') == 'null' then
  redis.call('HSET', deletion, 'prompt', prompt)
end
if to == 'executing' then
  redis.call('HSET', deletion, 'confirmed_at', now, 'calls', 1)
end
if ends == '1' then
  free(task, id)
end
redis.call('ZADD', due, now + lease, id)
append(record, head, now, told)
return {1, now, redis.call('HGETALL', deletion)}
