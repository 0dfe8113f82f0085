"""Searching tasks by name, for suggestions: what is found is right, and nothing is waited for or raised."""

import time
from collections.abc import Mapping
from urllib.parse import parse_qsl

import pytest

from bot.codearts.client import CodeArtsCheck
from bot.codearts.connection import http_client
from bot.codearts.retries import RetryPolicy
from bot.domain.facts import Candidate, Suggestions
from tests.codearts.odd_service import NOT_THERE, OddService, Say

_QUICK = RetryPolicy(first_pause=0.01, longest_pause=0.02, throttled_pause=0.01, search=0.5, suggest=0.5)


def row(number: int, name: str = "shop", **more: object) -> dict[str, object]:
    """One task as the list tells it."""
    return {"id": f"{number:032x}", "name": name, "projectName": "Payments", "branch": "main", **more}


def found(number: int, name: str = "shop") -> Candidate:
    """What is made of it."""
    return Candidate(f"{number:032x}", name, "Payments", "main")


ENDLESS = {f"page={page}&": Say({"info": [row(1_000 * page + at) for at in range(200)]}) for page in range(1, 9)}


async def suggest(
    said: Mapping[str, Say | list[Say]], typed: str, projects: tuple[str, ...] = ("p1",)
) -> tuple[Suggestions, list[str]]:
    """What is suggested with such answers, and what was asked for."""
    async with OddService(said) as service, http_client(service.url) as http:
        return await CodeArtsCheck(http, _QUICK, projects=projects).search(typed), service.requests


async def search(
    said: Mapping[str, Say | list[Say]], name: str = "shop", projects: tuple[str, ...] = ("p1",)
) -> tuple[tuple[Candidate, ...], list[str]]:
    """The tasks that a search by name finds with such answers, and what it asked for."""
    suggestions, requests = await suggest(said, name, projects)
    assert suggestions.complete
    return suggestions.tasks, requests


async def test_each_project_is_searched_and_the_exact_name_comes_first() -> None:
    """A task that two projects list is one task."""
    said: dict[str, Say | list[Say]] = {
        "project_id=p1": Say({"info": [row(1, "shop-admin"), row(2)], "total": 2}),
        "project_id=p2": Say({"info": [row(2), row(3, "shop-2")], "total": 2}),
    }
    candidates, asked = await search(said, projects=("p1", "p2", "p1"))
    assert candidates[0] == found(2)
    assert set(candidates) == {found(1, "shop-admin"), found(2), found(3, "shop-2")}
    assert len(asked) == 2
    assert all("page=1" in line and "page_size=" in line and "search=shop" in line for line in asked)


@pytest.mark.parametrize("form", ["info", "tasks", "data", "result", "list"])
@pytest.mark.parametrize("nested", [True, False])
async def test_rows_are_found_wherever_they_are(form: str, *, nested: bool) -> None:
    """The page does not show the form of the answer, so several are read."""
    body: dict[str, object] = {form: [row(1)]}
    candidates, _ = await search({"v1/tasks": Say({"result": body} if nested else body)})
    assert candidates == (found(1),)


@pytest.mark.parametrize(
    "wrong", [{"id": ""}, {"id": "../x"}, {"id": 7}, {"name": ""}, {"name": None}, {"name": ["x"]}], ids=str
)
async def test_a_row_without_an_id_or_a_name_is_left_out(wrong: dict[str, object]) -> None:
    """Nobody is led to a task that cannot be named."""
    candidates, _ = await search({"v1/tasks": Say({"info": [{**row(1), **wrong}, row(2), "x", None]})})
    assert candidates == (found(2),)


async def test_further_pages_are_read_until_one_comes_again_or_it_is_enough() -> None:
    """Some versions count rows and some pages; three pages are enough for a suggestion."""
    candidates, asked = await search({"v1/tasks": Say({"info": [row(number) for number in range(200)]})})
    assert (len(candidates), len(asked)) == (200, 2)
    candidates, asked = await search(ENDLESS)
    assert (len(candidates), len(asked)) == (600, 3)


@pytest.mark.parametrize(
    "answer",
    [
        NOT_THERE,
        Say(http=401),
        Say(http=403),
        Say(http=429),
        Say(http=500),
        Say(b"<html>"),
        Say([row(1)]),
        Say({"info": 1}),
        Say({"error_code": "CC.00050010", "info": [row(1)]}),
    ],
    ids=str,
)
async def test_a_project_that_cannot_be_searched_is_left_out(answer: Say) -> None:
    """The others are searched all the same."""
    said: dict[str, Say | list[Say]] = {"project_id=p1": answer, "project_id=p2": Say({"info": [row(2)]})}
    candidates, _ = await search(said, projects=("p1", "p2"))
    assert candidates == (found(2),)


async def test_a_slow_project_is_not_waited_for() -> None:
    """What the others found by then is told."""
    said: dict[str, Say | list[Say]] = {"project_id=p1": Say(after=9), "project_id=p2": Say({"info": [row(2)]})}
    started = time.monotonic()
    candidates, _ = await search(said, projects=("p1", "p2"))
    assert candidates == (found(2),)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(("name", "projects"), [("", ("p1",)), ("  ", ("p1",)), ("shop", ())])
async def test_without_a_name_or_a_project_nothing_is_asked(name: str, projects: tuple[str, ...]) -> None:
    """There is nothing to search for, or nowhere to search."""
    assert await search({"v1/tasks": Say({"info": [row(1)]})}, name, projects) == ((), [])


async def test_a_name_is_sent_as_it_is() -> None:
    """Chinese text, spaces and query characters arrive as one value."""
    _, asked = await search({"v1/tasks": Say({"info": []})}, "支付 &page=9#")
    (line,) = asked
    assert dict(parse_qsl(line.partition("?")[2])) == {
        "project_id": "p1",
        "search": "支付 &page=9#",
        "page": "1",
        "page_size": "200",
    }


def listed(*rows: dict[str, object]) -> dict[str, Say | list[Say]]:
    """A service that lists these tasks, and finds none by name."""
    return {"search=": Say({"info": []}), "v1/tasks": Say({"info": list(rows)})}


@pytest.mark.parametrize("typed", ["897acf7a", "897ACF7A", "897acf7a1bd64e3b9b7b6c0de36e0c3"])
async def test_half_an_id(typed: str) -> None:
    """The list of tasks is looked through for IDs that begin so, in any case."""
    meant, other = "897acf7a1bd64e3b9b7b6c0de36e0c3d", "2b6f4c1e0a9d4d5f8c7b3a2e1f0d9c8b"
    suggestions, asked = await suggest(listed(row(1, id=meant), row(1, id=other)), typed)
    assert suggestions == Suggestions((Candidate(meant, "shop", "Payments", "main"),))
    assert sorted("search=" in line for line in asked) == [False, True]


async def test_half_an_id_may_be_a_name_too() -> None:
    """`cafe` is both: those whose IDs begin so come first."""
    named, begun = row(1, "cafe"), row(2, id=f"cafe{2:028x}")
    suggestions, _ = await suggest(
        {"search=": Say({"info": [named]}), "v1/tasks": Say({"info": [named, begun]})}, "cafe"
    )
    assert [task.task_id[:4] for task in suggestions.tasks] == ["cafe", "0000"]


@pytest.mark.parametrize(
    "said",
    [
        {"search=": Say({"info": []}), **ENDLESS},
        listed(*(row(number) for number in range(200))),
        {"project_id=p2": Say({"info": []}, http=500), **listed()},
        {"project_id=p2": Say(after=9), **listed()},
        {"project_id=p2": Say({"error_code": "CC.00050010", "info": []}), **listed()},
        {"project_id=p2": Say(b"<html>"), **listed()},
    ],
    ids=["too many", "the same page again", "an error", "too slow", "refused", "unreadable"],
)
async def test_a_list_that_was_not_looked_through(said: dict[str, Say | list[Say]]) -> None:
    """It is said that there may be more, within the time limit."""
    started = time.monotonic()
    suggestions, _ = await suggest(said, "abad1dea", ("p1", "p2"))
    assert suggestions == Suggestions(complete=False)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("typed", ["shop", "897", f"{7:032x}", "897acf7-"])
async def test_what_is_no_half_id_lists_nothing(typed: str) -> None:
    """A name, three digits, and a whole ID are only searched for."""
    _, asked = await suggest(listed(row(7)), typed)
    assert all("search=" in line for line in asked)
