-- What a deletion's hash holds as moments is moved back together with its deadline, so that whoever reads them finds that
-- much time gone. KEYS: the deadlines. ARGV: milliseconds for every deletion; or `prompts`: for each that waits for a
-- click, what it has left; or `graces`: for each that can still be stopped, what its grace has left.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ENDS = {
  prompts = {requested = 'expires_at', reviewed = 'expires_at'},
  graces = {scheduled = 'send_at'},
}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local deletion = string.gsub(KEYS[1], 'due$', 'deletion:' .. id)
  local passed = tonumber(ARGV[1])
  if not passed then
    local ending = ENDS[ARGV[1]][redis.call('HGET', deletion, 'state')]
    passed = ending and math.max(0, tonumber(redis.call('HGET', deletion, ending)) - now) or 0
  end
  if passed > 0 then
    redis.call('ZINCRBY', KEYS[1], -passed, id)
    for _, field in ipairs({'requested_at', 'expires_at', 'confirmed_at', 'send_at', 'look_at', 'verify_until'}) do
      if tonumber(redis.call('HGET', deletion, field) or '0') > 0 then
        redis.call('HINCRBY', deletion, field, -passed)
      end
    end
  end
end
