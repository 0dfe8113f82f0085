"""The freeze in Redis. Whether it stands in the way is asked by the scripts that it stops, not here."""

import secrets
from collections.abc import Mapping
from typing import cast

from redis.asyncio import Redis

from bot.domain.brakes import Burst, Freeze
from bot.domain.identity import SlackUser
from bot.domain.record import of_brake
from bot.store.attempts import Attempts
from bot.store.codec import paired
from bot.store.keys import Keys
from bot.store.scripts import Scripts, load_scripts


class RedisBrakes:
    """Implements `bot.deletions.ports.Brakes`.

    Args:
        client: what `bot.store.connection.connect` gives.
        prefix: what every key begins with, before a colon.
        scripts: the scripts; tests plant bugs in them.
    """

    def __init__(self, client: Redis, *, prefix: str, scripts: Scripts | None = None) -> None:
        self._attempts = Attempts(client)
        self._keys = Keys(prefix)
        self._freeze = client.register_script((scripts or load_scripts()).freeze)

    async def freeze(self, by: SlackUser, why: str) -> tuple[Freeze, bool]:
        """See the port."""
        fields, changed = await self._set(by, why, frozen=True)
        return read_freeze(fields), changed

    async def unfreeze(self, by: SlackUser) -> bool:
        """See the port."""
        _, changed = await self._set(by, "", frozen=False)
        return changed

    async def frozen(self) -> Freeze | None:
        """See the port."""

        async def operation(connection: Redis) -> Freeze | None:
            fields = cast("Mapping[str, str]", await connection.hgetall(self._keys.freeze))
            return read_freeze(fields) if fields.get("on") == "1" else None

        return await self._attempts.run(operation)

    async def _set(self, by: SlackUser, why: str, *, frozen: bool) -> tuple[Mapping[str, str], bool]:
        keys = [self._keys.freeze, self._keys.record, self._keys.head]
        told = of_brake(by, why, frozen=frozen).told()
        args: list[str | int] = [secrets.token_urlsafe(12), int(frozen), by.team, by.id, why, told]

        async def operation(connection: Redis) -> tuple[Mapping[str, str], bool]:
            changed, flat = await self._freeze(keys, args, connection)
            return paired(flat), bool(changed)

        return await self._attempts.run(operation)


def read_freeze(fields: Mapping[str, str]) -> Freeze:
    """The freeze that the fields of its hash hold."""
    return Freeze(SlackUser(fields["team"], fields["user"]), int(fields["at"]), fields["why"])


def read_burst(fields: Mapping[str, str | int], requester: SlackUser) -> Burst:
    """The burst that advance.lua tells of."""
    of_person, first = bool(int(fields["of_person"])), bool(int(fields["first"]))
    return Burst(requester, int(fields["limit"]), int(fields["until"]), of_person, first)
