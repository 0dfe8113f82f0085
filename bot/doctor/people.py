"""What Slack says about the people that the settings name, and which of them can ask for deletions and confirm them."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.deletions.approvers import LARGEST_GROUP
from bot.doctor.check import CannotTell
from bot.doctor.once import Once
from bot.doctor.slack_answers import SlackAnswers
from bot.domain.access import Identity
from bot.domain.errors import UndeliverableError
from bot.domain.identity import SlackUser
from bot.domain.profile import DirectoryEntry, Profile, Unseen
from bot.settings import Settings
from bot.slack.directory import profile_of

_MOST = 200  # people; more are not asked for, since Slack throttles


@dataclass(frozen=True, slots=True)
class Person:
    """Someone that the settings name.

    Args:
        id: the user ID.
        profile: what Slack says; None if it knows no such user, or does not tell.
        why: why there is no profile: Slack's error code, or why it could not be asked.
        unknown: True if Slack has no such user.
    """

    id: str
    profile: Profile | None
    why: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Able:
    """Who can ask and confirm.

    Args:
        identities: those whom the bot would let ask and confirm somewhere.
        all_known: whether nobody else can; False if Slack decides by e-mail addresses or profiles of people whom the
            settings do not name, or if someone could not be checked.
    """

    identities: tuple[Identity, ...]
    all_known: bool

    @property
    def operators(self) -> frozenset[str]:
        """Their operators: those with the same one are one person to CodeArts Check."""
        return frozenset(identity.operator.casefold() for identity in self.identities)


class People:
    """Asks Slack about people.

    Args:
        settings: name them.
        slack: knows them.
        once: remembers answers.
    """

    def __init__(self, settings: Settings, slack: SlackAnswers, once: Once) -> None:
        self._settings = settings
        self._slack = slack
        self._once = once

    @property
    def named(self) -> Mapping[str, tuple[str, ...]]:
        """Each user ID in the settings, and which setting has it."""
        settings = self._settings
        where: dict[str, tuple[str, ...]] = {}
        for place, ids in (
            ("[operators]", settings.operators),
            ("[allow] users", settings.allow.users),
            ("[allow] admins", settings.allow.admins),
            ("[second_person] ask", [each for each in settings.second_person.ask if not each.startswith("S")]),
        ):
            for user in sorted(ids):
                where[user] = (*where.get(user, ()), place)
        return where

    async def look_up(self, users: Collection[str]) -> list[Person]:
        """What Slack says about these people, the first 200 of them. Raises `CannotTell`: it cannot be asked at all."""
        await self._slack.installation()
        return await asyncio.gather(*map(self._person, sorted(users)[:_MOST]))

    async def members(self, group: str) -> tuple[str, ...]:
        """The user IDs in a user group. Raises as `SlackAnswers.ask` does."""
        try:
            answer = await self._slack.ask("usergroups.users.list", usergroup=group)
        except UndeliverableError as error:
            if str(error) == "missing_argument":  # of an organisation-wide installation: the workspace
                raise CannotTell("Slack shows user groups by workspace", f"Look in Slack at {group}.") from None
            raise
        return tuple(map(str, answer.get("users") or ()))

    async def able(self) -> Able:
        """Who can ask and confirm. Raises `CannotTell`."""
        return await self._once.ask("able", self._able)

    async def asked(self) -> Able:
        """Those of `[second_person] ask` who can confirm. Raises `CannotTell`."""
        ask = self._settings.second_person.ask
        groups = {each: await self._members([each]) for each in ask if each.startswith("S")}
        candidates = {each for each in ask if each not in groups}.union(*groups.values())
        found, all_checked = await self._identities(candidates, await self._members(self._settings.allow.usergroups))
        large = any(len(members) > LARGEST_GROUP for members in groups.values())  # asked as a whole
        return Able(found, all_known=all_checked and not large)

    async def _able(self) -> Able:
        allow, derived = self._settings.allow, self._settings.operators_from
        in_groups = await self._members(allow.usergroups)
        candidates = in_groups | allow.users if in_groups or allow.users else set(self._settings.operators)
        found, all_checked = await self._identities(candidates, in_groups)
        listed = bool(allow.users or allow.usergroups or not (derived.email_domain or derived.profile_field))
        return Able(found, all_known=listed and all_checked)

    async def _members(self, groups: Collection[str]) -> set[str]:
        """Everyone in the groups. One that does not exist has a probe of its own, and here nobody."""
        found: set[str] = set()
        for group in sorted(groups):
            with suppress(UndeliverableError):
                found.update(await self.members(group))
        return found

    async def _identities(
        self, candidates: Collection[str], in_groups: Collection[str]
    ) -> tuple[tuple[Identity, ...], bool]:
        """Those of the candidates whom the bot would let confirm somewhere, and whether all could be checked."""
        people = await self.look_up(candidates)
        policy = self._settings.access_policy(installation := await self._slack.installation())
        channel = min(self._settings.allow.channels, default="")
        identities = []
        for person in people:
            entry = DirectoryEntry(person.profile or Unseen.NO_ANSWER, in_group=person.id in in_groups)
            found = policy.identify(SlackUser(installation.home, person.id), channel, entry)
            identities += [found] if isinstance(found, Identity) else []
        unchecked = len(candidates) > _MOST or any(not person.profile and not person.unknown for person in people)
        return tuple(identities), not unchecked

    async def _person(self, user: str) -> Person:
        field: str | Unseen = ""
        try:
            info = await self._slack.ask("users.info", user=user)
            if name := self._settings.operators_from.profile_field:
                field = await self._field(user, name)
        except UndeliverableError as error:
            return Person(user, None, str(error), unknown=True)
        except CannotTell as unknown:
            return Person(user, None, unknown.finding.text)
        described = info.get("user")
        return Person(user, profile_of(described if isinstance(described, Mapping) else {}, field))

    async def _field(self, user: str, name: str) -> str | Unseen:
        """The custom field that holds the operator."""
        try:
            profile = (await self._slack.ask("users.profile.get", user=user)).get("profile") or {}
        except (CannotTell, UndeliverableError):
            return Unseen.NO_ANSWER
        value = ((profile.get("fields") or {}).get(name) or {}).get("value")
        return value if isinstance(value, str) else ""
