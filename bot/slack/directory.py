"""What Slack says of people: users.info, users.profile.get for a custom field, usergroups.users.list for groups.

Answers are remembered for a minute; whoever would be refused by a remembered one is looked up anew by the caller.
Sources: the methods' pages in Slack's documentation. Custom fields come from users.profile.get alone, and an address
counts only where `is_email_confirmed` says so.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Generic, TypeVar

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import DeliveryError, UndeliverableError
from bot.domain.identity import SlackUser
from bot.domain.operators import Known, Profile, Unseen
from bot.slack.errors import web_api_errors

_SECONDS = 1.0  # one look-up, of the three that Slack gives for an answer
_REMEMBERED = 60.0  # seconds
# What says nothing of the person, but that this app, or this Slack, has no such question; a listed person then passes.
_NOT_PERMITTED = {"missing_scope", "unknown_method", "HTTP 404", "HTTP 405", "no user"}

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class _Remembered(Generic[_T]):
    """Answers of the last minute, by what was asked."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[float, _T]] = {}

    def get(self, key: str) -> _T | None:
        until, answer = self._answers.get(key, (0.0, None))
        return answer if time.monotonic() < until else None

    def put(self, key: str, answer: _T) -> None:
        now = time.monotonic()
        self._answers = {old: kept for old, kept in self._answers.items() if kept[0] > now}
        self._answers[key] = (now + _REMEMBERED, answer)


class SlackDirectory:
    """Answers `bot.deletions.ports.Directory`.

    Args:
        client: the Web API.
        profile_field: the custom field to read; "" for none.
        usergroups: the user groups whose members are asked for.
    """

    def __init__(self, client: AsyncWebClient, profile_field: str = "", usergroups: Collection[str] = ()) -> None:
        self._client = client
        self._profile_field = profile_field
        self._usergroups = tuple(sorted(usergroups))
        self._profiles: _Remembered[Profile] = _Remembered()
        self._members: _Remembered[frozenset[str]] = _Remembered()
        self._told: set[str] = set()

    async def look_up(self, user: SlackUser, *, fresh: bool = False) -> Known:
        """Look somebody up; see `Directory.look_up`."""
        remembered = None if fresh else self._profiles.get(user.id)
        lists = {group: None if fresh else self._members.get(group) for group in self._usergroups}
        profile, in_group = await asyncio.gather(
            self._profile(user.id) if remembered is None else _at_once(remembered), self._in_group(user.id, lists)
        )
        cached = remembered is not None or any(members is not None for members in lists.values())
        return Known(profile, in_group, cached)

    async def _profile(self, user: str) -> Profile | Unseen:
        info, value = await asyncio.gather(
            self._ask("users.info", lambda: self._info(user)),
            self._ask("users.profile.get", lambda: self._field(user)) if self._profile_field else _at_once(""),
        )
        if isinstance(info, Unseen):
            return info
        profile = _read(info, value)
        if not isinstance(value, Unseen):
            self._profiles.put(user, profile)
        return profile

    async def _in_group(self, user: str, lists: Mapping[str, frozenset[str] | None]) -> bool | Unseen:
        """Whether one of the groups has `user`; those remembered are not asked for again."""

        async def members(group: str, known: frozenset[str] | None) -> frozenset[str] | Unseen:
            if known is not None:
                return known
            answer = await self._ask("usergroups.users.list", lambda: self._list(group))
            if not isinstance(answer, Unseen):
                self._members.put(group, answer)
            return answer

        answers = await asyncio.gather(*(members(group, known) for group, known in lists.items()))
        if any(user in answer for answer in answers if not isinstance(answer, Unseen)):
            return True
        return next((answer for answer in answers if isinstance(answer, Unseen)), False)

    async def _info(self, user: str) -> Mapping[str, object]:
        answer = await self._client.users_info(user=user)
        if not (told := _mapping(answer.get("user"))):
            raise UndeliverableError("no user")
        return told

    async def _field(self, user: str) -> str:
        answer = await self._client.users_profile_get(user=user)
        value = _mapping(_mapping(_mapping(answer.get("profile")).get("fields")).get(self._profile_field)).get("value")
        return value if isinstance(value, str) else ""

    async def _list(self, group: str) -> frozenset[str]:
        answer = await self._client.usergroups_users_list(usergroup=group)
        return frozenset(answer["users"])

    async def _ask(self, method: str, call: Callable[[], Awaitable[_T]]) -> _T | Unseen:
        """One call, in time; why there is no answer is logged, what the app may not ask once."""
        try:
            async with asyncio.timeout(_SECONDS):
                with web_api_errors():
                    return await call()
        except TimeoutError:
            why = "no answer in time"
        except DeliveryError as error:
            why = str(error)
        if why in _NOT_PERMITTED:
            if method not in self._told:
                self._told.add(method)
                _log.warning("the app may not ask Slack about people", method=method, why=why)
            return Unseen.MAY_NOT_ASK
        _log.warning("Slack did not say who somebody is", method=method, why=why)
        return Unseen.NO_ANSWER


def _read(info: Mapping[str, object], field: str | Unseen) -> Profile:
    """The user object of users.info. What it leaves out counts against nobody but the team, which must be there."""
    email = _mapping(info.get("profile")).get("email")
    confirmed = info.get("is_email_confirmed") is True and isinstance(email, str)
    return Profile(
        team=str(info.get("team_id") or ""),
        deactivated=info.get("deleted") is True,
        guest=info.get("is_restricted") is True or info.get("is_ultra_restricted") is True,
        bot=info.get("is_bot") is True,
        stranger=info.get("is_stranger") is True,
        email=str(email) if confirmed else "",
        field=field,
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


async def _at_once(value: _T) -> _T:
    return value
