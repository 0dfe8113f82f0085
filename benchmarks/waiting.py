"""What people feel: how long until the prompt if the service is slow or silent, and how soon the result is there."""

from collections.abc import Mapping
from itertools import takewhile

from benchmarks.conversation import CONFIRM, Conversation
from benchmarks.rig import Rig, Subject
from benchmarks.spread import percentile
from benchmarks.steps import Recording
from codecheck_sandbox.codearts import Delay, Hang
from codecheck_sandbox.codearts.faults import Fault
from codecheck_sandbox.codearts.service import Api

LOOK_UPS: tuple[Api, ...] = ("GET", "defects-summary", "progress", "branches")
_CASES: Mapping[str, tuple[Fault, int]] = {
    "answers in 50 ms": (Delay(0.05), 40),
    "never answers": (Hang(), 20),
}


async def waiting(rig: Rig, bot: Subject, recording: Recording) -> dict[str, object]:
    """How long people wait for the bot.

    Returns:
        For each case the milliseconds until the prompt is visible, and how many calls to Slack lie between the
        service's answer to the DELETE and the result, the result's own included.
    """
    rig.slack.connect_http(f"{bot.process.url}/slack/events")
    cases = {}
    for case, (fault, count) in _CASES.items():
        for api in LOOK_UPS:
            rig.codearts.always_answer(fault, to=api)
        waits = []
        for _ in range(count):
            conversation = Conversation(rig, bot)
            await conversation.asks()
            waits.append(conversation.seconds["prompt"] * 1_000)
        rig.codearts.answer_as_usual()
        cases[case] = {f"p{part}_ms": round(percentile(waits, part), 1) for part in (50, 95)} | {"prompts": count}
    return {"prompt": cases, "slack_calls_to_result": slack_calls_to_result(recording)}


def slack_calls_to_result(recording: Recording) -> int:
    """How many calls to Slack there are from the service's answer to the result."""
    after = list(recording[CONFIRM].after)
    answered = next(at for at, step in enumerate(after) if step.what == "DELETE")
    slack = [step.what for step in after[answered:] if step.to == "slack"]
    return len(list(takewhile(lambda method: method != "chat.postMessage", slack))) + 1
