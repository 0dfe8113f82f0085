-- A conditional transaction: if every condition holds, every effect is made, in this order, and at once.
-- KEYS: every key that is named. ARGV[1]: JSON of
--   when = conditions, as {name, key, …}       act = effects, as {name, key, …}       read = keys of hashes to return
--   once = the key by which a replay is known, or null; it is kept for a minute
--   signed = the signed request that this belongs to, as {key, token, lasts}, or null; of another token it is a copy
-- A key is given by its number in KEYS. The script knows nothing about deletions: `bot.store.transaction` builds the plan.
-- Returns 1 if it was applied, now or by an earlier run of itself; else 0 and the first condition that failed, and
-- what that has to say; 2 if the signed request is a copy, for which nothing is done. Then the time, in ms, and the hashes. An error that begins with UNCHANGED came before any write.
local plan = cjson.decode(ARGV[1])
local call = redis.call
local once, signed = plan.once and KEYS[plan.once], plan.signed
local now

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
  since = function(key, field, moment) return tonumber(call('HGET', key, field) or 0) >= moment end,
  notsince = function(key, field, moment) return tonumber(call('HGET', key, field) or 0) < moment end,
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

-- For each effect: the kind of its key, every command that it uses, and what it does.
local effects = {
  append = {'stream', {'XADD'}, function(key, event)
    call('XADD', key, '*', 'event', '{"at":' .. whole(now) .. ',' .. event .. '}')
  end},
  put = {'hash', {'HSET'}, function(key, fields) call('HSET', key, unpack(fields)) end},
  time = {'hash', {'HSET'}, function(key, field, from_now) call('HSET', key, field, whole(now + from_now)) end},
  set = {'string', {'SET'}, function(key, value, lasts) call('SET', key, value, 'PX', lasts) end},
  hold = {'string', {'SET'}, function(key, value) call('SET', key, value) end},
  release = {'string', {'GET', 'DEL'}, function(key, value) if call('GET', key) == value then call('DEL', key) end end},
  schedule = {'zset', {'ZADD'}, function(key, member, at, from_now)
    call('ZADD', key, whole(at + (from_now and now or 0)), member)
  end},
  unschedule = {'zset', {'ZREM'}, function(key, member) call('ZREM', key, member) end},
  count = {'zset', {'ZADD', 'ZREMRANGEBYSCORE', 'PEXPIRE'}, function(key, member, window)
    call('ZADD', key, whole(now), member)
    call('ZREMRANGEBYSCORE', key, '-inf', whole(now - window))
    call('PEXPIRE', key, window)
  end},
  trim = {'stream', {'XTRIM'}, function(key, oldest) call('XTRIM', key, 'MINID', oldest) end},
  expire = {nil, {'PEXPIRE'}, function(key, lasts) call('PEXPIRE', key, lasts) end},
}

local function answer(applied, failed, said)
  local hashes = {}
  for i, key in ipairs(plan.read) do
    local found = redis.pcall('HGETALL', KEYS[key])
    hashes[i] = found.err and {'', found.err} or found
  end
  return {applied, failed, said or '', now, hashes}
end

local function permitted(commands, key)
  for _, command in ipairs(commands) do
    if redis.acl_check_cmd and not redis.acl_check_cmd(command, key) then -- Redis 7; before it, the probe tells
      error({err = "NOPERM this user has no permissions to run the '" .. command:lower() .. "' command on " .. key})
    end
  end
end

-- Redis does not roll back, so whatever can fail is tried before the first write. Returns what to answer without one.
local function tried()
  local time = call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
  if signed then
    local token = call('GET', KEYS[signed[1]])
    if token and token ~= signed[2] then
      signed = nil
      return {2, 0}
    end
    permitted({'SET'}, KEYS[signed[1]])
  end
  if once and call('EXISTS', once) == 1 then
    call('SET', once, 1, 'PX', 60000) -- written again, so that WAIT waits for it
    return {1, 0}
  end
  for i, condition in ipairs(plan.when) do
    local held, said = holds[condition[1]](KEYS[condition[2]], unpack(condition, 3))
    if not held then
      return {0, i, said}
    end
  end
  for _, effect in ipairs(plan.act) do
    local kind, key, found = effects[effect[1]][1], KEYS[effect[2]], call('TYPE', KEYS[effect[2]]).ok
    if kind and found ~= 'none' and found ~= kind then
      error({err = 'WRONGTYPE ' .. key .. ' is a ' .. found .. ', not a ' .. kind})
    end
    permitted(effects[effect[1]][2], key)
  end
  if once then
    permitted({'SET'}, once)
  end
end

local fine, ready = pcall(tried)
if not fine then
  return redis.error_reply('UNCHANGED ' .. (type(ready) == 'table' and ready.err or ready))
end
if signed then -- whatever the conditions say
  call('SET', KEYS[signed[1]], signed[2], 'PX', signed[3])
end
if ready then
  return answer(unpack(ready))
end
if once then
  call('SET', once, 1, 'PX', 60000)
end
for _, effect in ipairs(plan.act) do
  effects[effect[1]][3](KEYS[effect[2]], unpack(effect, 3))
end
return answer(1, 0)
