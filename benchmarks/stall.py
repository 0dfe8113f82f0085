"""Ten thousand requests while the service stalls and Slack throttles: none may take three seconds."""

import itertools
import random

from benchmarks.acknowledgements import in_turn, open_clients, request
from benchmarks.conversation import REVIEW
from benchmarks.payloads import Client, click, command
from benchmarks.rig import Rig, Subject
from benchmarks.spread import percentile
from benchmarks.waiting import LOOK_UPS
from codecheck_sandbox.codearts import Hang

REQUESTS = 10_000
_CLIENTS = 32
_PROMPTS = 200
_SLACK_WAITS = 3  # seconds


async def stall(rig: Rig, bot: Subject) -> dict[str, float]:
    """A third new requests, a third clicks on prompts that are shown, a third `/codecheck pending`."""
    rig.slack.connect_http(f"{bot.process.url}/slack/events")
    async with open_clients(rig, (bot,), _CLIENTS) as clients:
        _, shown = await request(rig, bot, clients, _PROMPTS)
        for api in LOOK_UPS:
            rig.codearts.always_answer(Hang(), to=api)
        rig.slack.faults.messages_per_second = 1
        prompts, new = itertools.cycle(shown), itertools.cycle(rig.new_tasks(REQUESTS // 3))
        chance = random.Random(1)

        async def send(client: Client, _: int) -> float:
            user = next(rig.people).id
            match chance.randrange(3):
                case 0:
                    return await client.post(command(f"delete {next(new)}", user, rig.channel.id))
                case 1:
                    at = next(prompts)
                    return await client.post(click(REVIEW, at.deletion_id, at.user, rig.channel.id, at.ts))
                case _:
                    return await client.post(command("pending", user, rig.channel.id))

        taken = await in_turn(clients, range(REQUESTS), send)
    rig.slack.faults.messages_per_second = None
    rig.codearts.answer_as_usual()
    return {
        "requests": len(taken),
        "over_3_s": sum(seconds > _SLACK_WAITS for seconds in taken),
        **{f"p{part}_ms": round(percentile(taken, part) * 1_000, 1) for part in (50, 99)},
        "longest_ms": round(max(taken) * 1_000, 1),
    }
