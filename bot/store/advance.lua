-- A person's act: from one state to another, once, and in time: what waits for a confirmation expires.
-- KEYS: the deletion, the deadlines, its task's lock
-- ARGV: ID, from, to, 1 where `to` is an end, token, lease, prompt, who acts, grace
-- Returns 1 where this act won, the time, and the deletion's fields as they now are.
local deletion, due, task = KEYS[1], KEYS[2], KEYS[3]
local id, from, to, ends, token, lease, prompt = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6]), ARGV[7]
local by, grace = ARGV[8], tonumber(ARGV[9])
local expires = from == 'requested' or from == 'reviewed'
local now = clock()

if redis.call('HGET', deletion, 'holder') == token then -- a replay: written again, so that WAIT waits for it
  redis.call('HSET', deletion, 'holder', token)
  return {1, now, redis.call('HGETALL', deletion)}
end
if redis.call('HGET', deletion, 'state') ~= from or
  (expires and now >= tonumber(redis.call('HGET', deletion, 'expires_at'))) then
  return {0, now, redis.call('HGETALL', deletion)}
end
hold(deletion, token)
redis.call('HSET', deletion, 'state', to)
if redis.call('HGET', deletion, 'prompt') == 'null' then
  redis.call('HSET', deletion, 'prompt', prompt)
end
if to == 'executing' then
  redis.call('HSET', deletion, 'confirmer', by, 'confirmed_at', now, 'calls', 1)
elseif to == 'scheduled' then
  redis.call('HSET', deletion, 'confirmer', by, 'confirmed_at', now, 'send_at', now + grace)
elseif to == 'cancelled' then
  redis.call('HSET', deletion, 'canceller', by)
end
if ends == '1' then
  free(task, id)
end
redis.call('ZADD', due, now + lease, id)
return {1, now, redis.call('HGETALL', deletion)}
