-- A conditional transaction: if every condition holds, every effect is made, in this order, and at once.
-- KEYS: every key that is named. ARGV[1]: JSON of
--   when = conditions, as {name, key, …}       act = effects, as {name, key, …}       read = keys of hashes to return
--   once = the key by which a replay is known, or null; it is kept for a minute
-- A key is its number in KEYS. Nothing here knows what a deletion is: `bot.store.transaction` says what may stand here.
-- Returns 1 if it was applied, now or by an earlier copy of itself; else 0 and the first condition that failed, and
-- what that has to say. Then the time, in ms, and the hashes.
local plan = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local call = redis.call

local function whole(number)
  return string.format('%.0f', number)
end

local holds = {
  equals = function(key, field, value) return (call('HGET', key, field) or '') == value end,
  before = function(key, field) return now < tonumber(call('HGET', key, field) or 0) end,
  after = function(key, field)
    local at = tonumber(call('HGET', key, field) or 0)
    return at > 0 and now >= at
  end,
  missing = function(key) return call('EXISTS', key) == 0, call('TYPE', key).ok == 'string' and call('GET', key) end,
  due = function(key, member)
    local at = call('ZSCORE', key, member)
    return at and tonumber(at) <= now
  end,
  ahead = function(key, member)
    local at = call('ZSCORE', key, member)
    return at and tonumber(at) > now
  end,
  fewer = function(key, limit, window)
    local found = call('ZRANGE', key, '(' .. whole(now - window), '+inf', 'BYSCORE', 'WITHSCORES')
    return #found / 2 < limit, #found > 0 and found[#found - 2 * limit + 2]
  end,
}

local effects = {
  append = {'XADD', 'stream', function(key, event) call('XADD', key, '*', 'event', '{"at":' .. whole(now) .. ',' .. event .. '}') end},
  put = {'HSET', 'hash', function(key, fields) call('HSET', key, unpack(fields)) end},
  time = {'HSET', 'hash', function(key, field, from_now) call('HSET', key, field, whole(now + from_now)) end},
  set = {'SET', 'string', function(key, value, lasts) call('SET', key, value, 'PX', lasts) end},
  hold = {'SET', 'string', function(key, value) call('SET', key, value) end},
  release = {'DEL', 'string', function(key, value) if call('GET', key) == value then call('DEL', key) end end},
  schedule = {'ZADD', 'zset', function(key, member, at, from_now) call('ZADD', key, whole(at + (from_now and now or 0)), member) end},
  unschedule = {'ZREM', 'zset', function(key, member) call('ZREM', key, member) end},
  count = {'ZADD', 'zset', function(key, member, window)
    call('ZADD', key, whole(now), member)
    call('ZREMRANGEBYSCORE', key, '-inf', whole(now - window))
    call('PEXPIRE', key, window)
  end},
  trim = {'XTRIM', 'stream', function(key, oldest) call('XTRIM', key, 'MINID', oldest) end},
  expire = {'PEXPIRE', '', function(key, lasts) call('PEXPIRE', key, lasts) end},
}

local function answer(applied, failed, said)
  local hashes = {}
  for i, key in ipairs(plan.read) do
    local found = redis.pcall('HGETALL', KEYS[key])
    hashes[i] = found.err and {'', found.err} or found
  end
  return {applied, failed, said or '', now, hashes}
end

local once = plan.once and KEYS[plan.once]
if once and call('EXISTS', once) == 1 then
  call('SET', once, 1, 'PX', 60000) -- written again, so that WAIT waits for it
  return answer(1, 0)
end
for i, condition in ipairs(plan.when) do
  local name, key = condition[1], KEYS[condition[2]]
  local held, said = holds[name](key, unpack(condition, 3))
  if not held then
    return answer(0, i, said)
  end
end

-- Redis does not roll back, so whatever can fail is tried before the first write.
for _, effect in ipairs(plan.act) do
  local command, kind, key = effects[effect[1]][1], effects[effect[1]][2], KEYS[effect[2]]
  local found = call('TYPE', key).ok
  if kind ~= '' and found ~= 'none' and found ~= kind then
    return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. found .. ', not a ' .. kind)
  end
  if redis.acl_check_cmd and not redis.acl_check_cmd(command, key) then -- Redis 7; before it, the probe tells
    return redis.error_reply('NOPERM this user has no permissions to run ' .. command)
  end
end
if once and #plan.act > 0 then
  call('SET', once, 1, 'PX', 60000)
end
for _, effect in ipairs(plan.act) do
  effects[effect[1]][3](KEYS[effect[2]], unpack(effect, 3))
end
return answer(1, 0)
