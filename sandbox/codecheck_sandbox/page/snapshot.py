"""Everything that one person sees of the sandbox at the moment, as JSON."""

from dataclasses import asdict
from itertools import groupby

from codecheck_sandbox.page.answers import OFFERS, name_of
from codecheck_sandbox.page.completions import completions
from codecheck_sandbox.page.stage import Stage
from codecheck_sandbox.page.troubles import FAULTS, TARGETS
from codecheck_sandbox.slack import Channel, Message, Person, View
from codecheck_sandbox.slack.payloads import blocks_json

Json = dict[str, object]


def snapshot(stage: Stage, person: Person) -> Json:
    """The page as one person sees it now: conversations, modals, and what the panels show."""
    slack = stage.world.slack
    return {
        "me": person.id,
        "bot": slack.installation.bot_user,
        "team": slack.workspace.team_id,
        "transport": "Socket Mode" if stage.socket_mode else "HTTP",
        "people": [_user(stage, user_id) for user_id in slack.workspace.users],
        "channels": [_channel(stage, person, channel) for channel in stage.channels_of(person)],
        "views": [_view(view) for view in person.views],
        "home_tab": slack.installation.home_tab,
        "home": _home(person),
        "completions": [asdict(completion) for completion in completions(slack.installation.commands.values())],
        "codearts": _codearts(stage),
        "slack": _slack(stage),
        "processes": _processes(stage),
        "refusals": [asdict(remark) for remark in stage.timeline.remarks if remark.kind == "refusal"],
    }


def _user(stage: Stage, user_id: str) -> Json:
    workspace = stage.world.slack.workspace
    user = workspace.users[user_id]
    role = stage.cast.roles.get(user_id)
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "is_bot": user.is_bot,
        "is_external": user.team_id != workspace.team_id,
        "about": role.about if role else "",
    }


def _channel(stage: Stage, person: Person, channel: Channel) -> Json:
    messages = [_message(message) for message in person.sees(channel)]
    remarks: list[Json] = [asdict(remark) for remark in stage.timeline.seen_by(person.id, channel.id)]
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "topic": stage.cast.topics.get(channel.id, ""),
        "archived": channel.archived,
        "members": sorted(channel.members),
        "items": sorted([*messages, *remarks], key=lambda item: _seconds(str(item["ts"]))),
    }


def _seconds(ts: str) -> tuple[int, int]:
    seconds, _, micros = ts.partition(".")
    return int(seconds), int(micros)


def _message(message: Message) -> Json:
    return {
        "kind": "message",
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "text": message.text,
        "blocks": blocks_json(message.blocks),
        "thread_ts": message.thread_ts,
        "broadcast": message.broadcast,
        "ephemeral": message.ephemeral,
        "edited": message.edited,
    }


def _view(view: View) -> Json:
    modal = view.modal
    return {
        "id": view.id,
        "hash": view.hash,
        "title": modal.title.text,
        "submit": modal.submit.text if modal.submit else None,
        "close": modal.close.text if modal.close else None,
        "blocks": blocks_json(modal.blocks),
        "errors": dict(view.errors),
    }


def _home(person: Person) -> Json | None:
    """What the app has published on their Home tab; None if nothing yet."""
    tab = person.home
    return {"id": tab.id, "hash": tab.hash, "blocks": blocks_json(tab.home.blocks)} if tab else None


def _codearts(stage: Stage) -> Json:
    codearts = stage.world.codearts
    tasks = [asdict(task) | {"state": "running" if task.running else "there"} for task in codearts.tasks.values()]
    gone = [
        {"id": deleted.task_id, "name": deleted.task.name, "operator": deleted.operator, "at": deleted.at}
        for deleted in codearts.deletions
    ]
    offered = [
        {"group": group, "offers": [{"key": key, "name": offer.name} for key, offer in offers]}
        for group, offers in groupby(OFFERS.items(), key=lambda item: item[1].group)
    ]
    return {
        "tasks": tasks,
        "gone": gone,
        "offered": offered,
        "next": {
            method: [name_of(fault) for fault in codearts.awaited_answers(method)] for method in ("DELETE", "GET")
        },
        "unanswered": codearts.unanswered,
    }


def _slack(stage: Stage) -> Json:
    slack, troubles = stage.world.slack, stage.troubles
    return {
        "targets": TARGETS,
        "faults": {key: name for key, (name, _) in FAULTS.items()},
        "next": troubles.awaited(),
        "down": troubles.down,
        "redelivery": slack.faults.copies > 1,
        "double_click": troubles.double_click,
    }


def _processes(stage: Stage) -> Json:
    return {
        "replicas": [
            {"name": name, "running": process.running, "pid": process.pid if process.running else None}
            for name, process in stage.replicas.processes.items()
        ],
        "redis": stage.redis.running,
    }
