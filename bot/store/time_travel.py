"""The one hook for tests and for the sandbox: let time pass, as far as anybody can tell from what the store holds."""

from redis.asyncio import Redis

from bot.store.keys import Keys

_MOVE_BACK = """
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  redis.call('ZINCRBY', KEYS[1], -ARGV[1], id)
  local deletion = string.gsub(KEYS[1], 'due$', 'deletion:' .. id)
  for _, field in ipairs({'requested_at', 'expires_at', 'confirmed_at', 'send_at', 'look_at', 'verify_until'}) do
    if tonumber(redis.call('HGET', deletion, field) or '0') > 0 then
      redis.call('HINCRBY', deletion, field, -ARGV[1])
    end
  end
end
"""


async def let_time_pass(client: Redis, prefix: str, ms: int) -> None:
    """Move every moment and deadline of the deletions that have not ended back, so that `ms` seem to have gone by.

    Redis's own clock stays as it is. A bot that runs at the same time has a monotonic clock too, which does not move:
    it may still be waiting for something that is over by what the store says.

    Args:
        client: a client for the bot's Redis.
        prefix: the bot's CODECHECK_REDIS_PREFIX.
        ms: how many milliseconds pass, 0 or more.
    """
    await client.eval(_MOVE_BACK, 1, Keys(prefix).due, ms)
