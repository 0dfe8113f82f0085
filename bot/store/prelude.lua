-- Stands before every script of this folder.

-- Milliseconds since 1970 by Redis's clock, the only one that all replicas of the bot share.
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- Let the next request have the task, if it is this deletion that has it.
local function free(task, id)
  if redis.call('GET', task) == id then
    redis.call('DEL', task)
  end
end

-- Somebody takes the deletion over, or writes it: whatever was known under an older epoch may no longer be written.
-- The token tells a replay, or a late copy, of this very write from another one.
local function hold(deletion, token)
  redis.call('HSET', deletion, 'holder', token)
  return redis.call('HINCRBY', deletion, 'epoch', 1)
end

-- Whether an admin has stopped everything. Whatever begins a call asks this in the same script.
local function frozen(freeze)
  return redis.call('HGET', freeze, 'on') == '1'
end
