"""Payloads with what Slack does not document: read as bad input, and never in the way of a freeze."""

import pytest

from bot.slack.inbound import MalformedPayloadError, read_click, read_command, read_page, read_submission
from tests.slack.samples import ALICE, POSTED
from tests.slack.signing import click_payload

LONE = "\ud800"
COMMAND = {
    "team_id": "T1",
    "user_id": "U01ALICE",
    "channel_id": "C1",
    "text": "freeze",
    "response_url": "https://r.example",
}
CLICK = click_payload("deletion.review", POSTED.id, ALICE)


@pytest.mark.parametrize("field", ["text", "channel_id", "user_id", "team_id", "response_url"])
def test_a_lone_surrogate_in_a_command_is_read_as_another_character(field: str) -> None:
    """Whatever is read can be written to Redis and back to Slack; an ID that has one is nobody's."""
    read = read_command(COMMAND | {field: f"{COMMAND[field]}{LONE}"})
    url = read.response_url.url if read.response_url else ""
    everything = f"{read.words.text}{read.channel}{read.by.id}{read.by.team}{url}"
    assert "\ufffd" in everything.encode().decode()


def test_a_lone_surrogate_in_a_field_that_nobody_reads_changes_nothing() -> None:
    """A person's display name, say."""
    assert read_command(COMMAND | {"user_name": LONE}) == read_command(COMMAND)


@pytest.mark.parametrize("value", [LONE * 22, f"{'k' * 21}{LONE}", "../../etc", "", 7, None, ["x"]])
def test_a_button_whose_value_is_not_a_deletion_id_is_refused(value: object) -> None:
    """A value is only ever what this bot has put there."""
    payload = CLICK | {"actions": [{"type": "button", "action_id": "deletion.review", "value": value}]}
    with pytest.raises(MalformedPayloadError):
        read_click(payload)


def test_a_typed_confirmation_can_be_written() -> None:
    """A lone surrogate in the input is no ID, and no crash."""
    view = {"private_metadata": POSTED.id, "state": {"values": {"task_id": {"task_id": {"value": f"a{LONE}"}}}}}
    assert read_submission({"view": view, "user": {"id": "U01ALICE", "team_id": "T1"}}).typed == "a\ufffd"


def test_a_page_button_stands_for_what_somebody_typed() -> None:
    """Its value is read like a command: a mention in it is a person."""
    payload = CLICK | {"actions": [{"action_id": "page.older", "value": "history <@U02BOB> before 17-1"}]}
    words = read_page(payload).words
    assert (words.text, words.people) == ("history @U02BOB before 17-1", {"@U02BOB": "U02BOB"})
