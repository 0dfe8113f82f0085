"""Searching tasks by name, for suggestions: what is found is right, and nothing is waited for or raised."""

import time
from urllib.parse import parse_qsl

import pytest

from bot.codearts.client import CodeArtsCheck
from bot.codearts.connection import http_client
from bot.codearts.retries import RetryPolicy
from bot.domain.facts import Candidate
from tests.codearts.odd_service import NOT_THERE, OddService, Say

_QUICK = RetryPolicy(first_pause=0.01, longest_pause=0.02, throttled_pause=0.01, search=0.5)


def row(number: int, name: str = "shop", **more: object) -> dict[str, object]:
    """One task as the list tells it."""
    return {"id": f"{number:032x}", "name": name, "projectName": "Payments", "branch": "main", **more}


def found(number: int, name: str = "shop") -> Candidate:
    """What is made of it."""
    return Candidate(f"{number:032x}", name, "Payments", "main")


async def search(
    said: dict[str, Say | list[Say]], name: str = "shop", projects: tuple[str, ...] = ("p1",)
) -> tuple[tuple[Candidate, ...], list[str]]:
    """What a search finds with such answers, and what it asked for."""
    async with OddService(said) as service, http_client(service.url) as http:
        return await CodeArtsCheck(http, _QUICK, projects=projects).search(name), service.requests


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
    full = [row(number) for number in range(100)]
    again = {"v1/tasks": Say({"info": full})}
    candidates, asked = await search({**again})
    assert (len(candidates), len(asked)) == (100, 2)
    endless: dict[str, Say | list[Say]] = {
        f"page={page}&": Say({"info": [row(1_000 * page + number) for number in range(100)]}) for page in range(1, 9)
    }
    candidates, asked = await search(endless)
    assert (len(candidates), len(asked)) == (300, 3)


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
        "page_size": "100",
    }
