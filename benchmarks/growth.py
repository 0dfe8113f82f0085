"""Whether anything takes longer, and how much memory it takes, with a hundred thousand deletions pending."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping

from benchmarks.acknowledgements import in_turn, open_clients, request, review
from benchmarks.conversation import Conversation
from benchmarks.payloads import command
from benchmarks.rig import Rig, Subject
from benchmarks.spread import cpu_seconds, percentile

SIZES = (10, 1_000, 10_000, 100_000)
_BATCHES = 5  # the lowest of their medians counts: nothing but other work on the machine makes one longer
_EACH = 10
_SWEEPS = 4  # seconds
_AT_ONCE = 1_000

# Copies one pending deletion under many other IDs: KEYS are its hash and the set of what is due; ARGV is its ID, its
# task's, and the numbers of the first and the last copy.
_COPY = """
local id, task, fields = ARGV[1], ARGV[2], redis.call('HGETALL', KEYS[1])
local score = redis.call('ZSCORE', KEYS[2], id)
for number = ARGV[3], ARGV[4] do
  local id_now, task_now = string.format('%022d', number), string.format('%032d', number)
  local copy = {}
  for i, field in ipairs(fields) do
    copy[i] = field:gsub(id, id_now, nil, true):gsub(task, task_now)
  end
  redis.call('HSET', (KEYS[1]:gsub(id:gsub('%-', '%%-'), id_now)), unpack(copy))
  redis.call('ZADD', KEYS[2], score, id_now)
  redis.call('SET', (KEYS[2]:gsub('due$', 'task:' .. task_now)), id_now)
end
"""


async def growth(rig: Rig, service: Mapping[str, str]) -> list[dict[str, float]]:
    """The bot at each size: acknowledgements, `/codecheck pending`, and the sweep as CPU time without work.

    Args:
        rig: where it runs.
        service: the environment that leads it to the service.
    """
    bot = await rig.start("grown", environ=service)
    rig.slack.connect_http(f"{bot.process.url}/slack/events")
    model = Conversation(rig, bot)
    await model.asks()
    before, copies, results = await _memory(rig), 0, []
    for size in SIZES:
        for first in range(copies, size, _AT_ONCE):
            last = min(first + _AT_ONCE, size) - 1
            keys = (bot.keys.deletion(model.deletion_id), bot.keys.due)
            await rig.redis.eval(_COPY, len(keys), *keys, model.deletion_id, model.task_id, first, last)
        each = (await _memory(rig) - before) / size
        copies = size
        results.append({"pending": size, "bytes_each": round(each), **await _at(rig, bot)})
    return results


async def _memory(rig: Rig) -> int:
    return int((await rig.redis.info("memory"))["used_memory"])


async def _at(rig: Rig, bot: Subject) -> Mapping[str, float]:
    started, cpu = time.perf_counter(), cpu_seconds(bot.process.pid)
    await asyncio.sleep(_SWEEPS)
    idle = (cpu_seconds(bot.process.pid) - cpu) / (time.perf_counter() - started)
    medians: dict[str, list[float]] = defaultdict(list)
    async with open_clients(rig, (bot,), 1) as clients:
        for _ in range(_BATCHES):
            commands, prompts = await request(rig, bot, clients, _EACH)
            actions = await review(rig, bot, clients, prompts)
            pages = await in_turn(
                clients, prompts, lambda client, at: client.post(command("pending", at.user, rig.channel.id))
            )
            for what, samples in {"command": commands, "action": actions, "pending": pages}.items():
                medians[what].append(percentile(samples, 50) * 1_000)
    return {
        "idle_cpu_ms_per_second": round(idle * 1_000, 2),
        **{f"{what}_p50_ms": round(min(found), 2) for what, found in medians.items()},
    }
