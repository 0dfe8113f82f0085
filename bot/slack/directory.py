"""What Slack says about people: users.info, users.profile.get for a custom field, usergroups.users.list for groups.

Answers are cached for a minute and returned with their age, and the `Authorizer` decides whether they are fresh enough.
Failures are not cached. Only `missing_scope` means that the app may not ask; every other failure means "not known".
Sources: the methods' pages in Slack's documentation. Custom fields come only from users.profile.get, and an address
counts only if `is_email_confirmed` is true.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Generic, TypeVar

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import DeliveryError, UndeliverableError
from bot.domain.identity import SlackUser
from bot.domain.profile import DirectoryEntry, Profile, Unseen
from bot.slack.errors import AppRefusedError
from bot.slack.health import SlackHealth

_SECONDS = 1.0  # seconds for one look-up, of the three that Slack allows for an answer
_REMEMBERED = 60.0  # seconds

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class _Remembered(Generic[_T]):
    """The answers of the last minute, by question."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._answers: dict[str, tuple[float, _T]] = {}

    def get(self, key: str) -> tuple[_T, float] | None:
        """The answer and its age in seconds; None if there is none."""
        kept = self._answers.get(key)
        if kept is None:
            return None
        age = self._clock() - kept[0]
        return (kept[1], age) if age < _REMEMBERED else None

    def put(self, key: str, answer: _T) -> None:
        now = self._clock()
        self._answers = {old: kept for old, kept in self._answers.items() if now - kept[0] < _REMEMBERED}
        self._answers[key] = (now, answer)


class SlackDirectory:
    """Implements `bot.deletions.ports.Directory`.

    Args:
        client: the Web API.
        profile_field: the custom field to read; "" for none.
        usergroups: the user groups whose members are asked for.
        health: remembers what Slack refuses to the app.
        org_wide: whether the app is installed for a whole organisation. Slack then has to be told in which workspace
            to look a user group up, and that is the person's, whom a payload may name by the organisation only.
        clock: in seconds; never steps back.
    """

    def __init__(  # noqa: PLR0913 - the last three have defaults
        self,
        client: AsyncWebClient,
        profile_field: str = "",
        usergroups: Collection[str] = (),
        *,
        health: SlackHealth | None = None,
        org_wide: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._profile_field = profile_field
        self._usergroups = tuple(sorted(usergroups))
        self._health = health or SlackHealth()
        self._org_wide = org_wide
        self._profiles: _Remembered[Profile] = _Remembered(clock)
        self._members: _Remembered[frozenset[str]] = _Remembered(clock)

    async def look_up(self, user: SlackUser, *, fresh: bool = False) -> DirectoryEntry:
        """Look someone up; see `Directory.look_up`."""
        if self._named_by_organisation(user):
            profile, profile_age = await self._profile(user.id, fresh=fresh)
            groups = await self._groups(_workspace(profile), fresh=fresh)
        else:
            team = user.team if self._org_wide else ""
            (profile, profile_age), groups = await asyncio.gather(
                self._profile(user.id, fresh=fresh), self._groups(team, fresh=fresh)
            )
        ids = {user.id, *(() if isinstance(profile, Unseen) else profile.ids)}
        ages = [age for age in (profile_age, *(age for _, age in groups)) if age is not None]
        return DirectoryEntry(profile, _in_one_of([members for members, _ in groups], ids), max(ages, default=None))

    async def members(self, usergroup: str, user: SlackUser) -> frozenset[str] | Unseen:
        """Who is in a user group; see `Usergroups.members`."""
        team = user.team if self._org_wide else ""
        if self._named_by_organisation(user):
            profile, _ = await self._profile(user.id, fresh=False)
            team = _workspace(profile)
        found, _ = await self._group(usergroup, team, fresh=False)
        return found

    def _named_by_organisation(self, user: SlackUser) -> bool:
        """Whether Slack has to be told the person's workspace, and only their profile says which that is."""
        return self._org_wide and not user.team.startswith("T")

    async def _groups(self, team: str, *, fresh: bool) -> list[tuple[frozenset[str] | Unseen, float | None]]:
        return await asyncio.gather(*(self._group(group, team, fresh=fresh) for group in self._usergroups))

    async def _profile(self, user: str, *, fresh: bool) -> tuple[Profile | Unseen, float | None]:
        """What users.info and the custom field say, and how many seconds ago; None for just now."""
        if not fresh and (kept := self._profiles.get(user)) is not None:
            return kept
        info, value = await asyncio.gather(
            self._ask("users.info", lambda: self._info(user)),
            self._ask("users.profile.get", lambda: self._field(user)) if self._profile_field else _at_once(""),
        )
        if isinstance(info, Unseen):
            return info, None
        profile = profile_of(info, value)
        if not isinstance(value, Unseen):
            self._profiles.put(user, profile)
        return profile, None

    async def _group(self, group: str, team: str, *, fresh: bool) -> tuple[frozenset[str] | Unseen, float | None]:
        """The members of a user group, and how many seconds ago; None for just now."""
        key = f"{team}/{group}"
        if not fresh and (kept := self._members.get(key)) is not None:
            return kept
        members = await self._ask("usergroups.users.list", lambda: self._list(group, team))
        if not isinstance(members, Unseen):
            self._members.put(key, members)
        return members, None

    async def _info(self, user: str) -> Mapping[str, object]:
        answer = await self._client.users_info(user=user)
        if not (described := _mapping(answer.get("user"))):
            raise UndeliverableError("no user in the answer")
        return described

    async def _field(self, user: str) -> str:
        answer = await self._client.users_profile_get(user=user)
        value = _mapping(_mapping(_mapping(answer.get("profile")).get("fields")).get(self._profile_field)).get("value")
        return value if isinstance(value, str) else ""

    async def _list(self, group: str, team: str) -> frozenset[str]:
        answer = await self._client.usergroups_users_list(usergroup=group, team_id=team or None)
        members = answer.get("users")
        if not isinstance(members, list):
            raise UndeliverableError("no users in the answer")
        return frozenset(str(member) for member in members)

    async def _ask(self, method: str, call: Callable[[], Awaitable[_T]]) -> _T | Unseen:
        """Make one call within the time limit. A missing answer is logged; a missing scope only once."""
        try:
            with self._health.calling(method):
                async with asyncio.timeout(_SECONDS):
                    return await call()
        except AppRefusedError as refusal:  # `SlackHealth` has logged it
            return Unseen.MAY_NOT_ASK if refusal.code == "missing_scope" else Unseen.NO_ANSWER
        except DeliveryError as error:
            _log.warning("user not looked up", method=method, why=str(error))
            return Unseen.NO_SUCH_GROUP if str(error) == "no_such_subteam" else Unseen.NO_ANSWER


def profile_of(info: Mapping[str, object], field: str | Unseen) -> Profile:
    """The user object of users.info, with the custom field.

    Missing fields count against nobody, except the team, which is required.
    """
    email = _mapping(info.get("profile")).get("email")
    confirmed = info.get("is_email_confirmed") is True and isinstance(email, str)
    in_org = _mapping(info.get("enterprise_user"))
    teams = in_org.get("teams")
    return Profile(
        team=_text(info.get("team_id")),
        deactivated=info.get("deleted") is True,
        guest=info.get("is_restricted") is True or info.get("is_ultra_restricted") is True,
        bot=info.get("is_bot") is True,
        stranger=info.get("is_stranger") is True,
        email=str(email) if confirmed else "",
        field=field,
        user=_text(info.get("id")),
        enterprise=_text(in_org.get("enterprise_id")),
        enterprise_user=_text(in_org.get("id")),
        teams=frozenset(team for team in teams if isinstance(team, str)) if isinstance(teams, list) else frozenset(),
    )


def _workspace(profile: Profile | Unseen) -> str:
    """One of the person's workspaces; "" if it is not known."""
    teams = () if isinstance(profile, Unseen) else (profile.team, *sorted(profile.teams))
    return next((team for team in teams if team.startswith("T")), "")


def _in_one_of(groups: list[frozenset[str] | Unseen], ids: Collection[str]) -> bool | Unseen:
    """Whether a group has one of `ids`; if no readable group does, why the others could not be read."""
    if any(not group.isdisjoint(ids) for group in groups if not isinstance(group, Unseen)):
        return True
    return next((group for group in groups if isinstance(group, Unseen)), False)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


async def _at_once(value: _T) -> _T:
    return value
