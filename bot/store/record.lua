-- Stands after sha256.lua and prelude.lua. One more entry of the record, chained to the one before it (bot.domain.record).
-- `told` is what the entry's JSON text says after its number and its time.
local function append(record, head, now, told)
  local number = tonumber(redis.call('HGET', head, 'number') or 0) + 1
  local text = string.format('{"n":%.0f,"at":%.0f,%s}', number, now, told)
  local hash = sha256((redis.call('HGET', head, 'hash') or string.rep('0', 64)) .. text)
  redis.call('XADD', record, '*', 'entry', text, 'hash', hash)
  redis.call('HSET', head, 'number', number, 'hash', hash)
end
