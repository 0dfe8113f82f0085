"""`/healthz`: the process is alive. `/readyz`: it can do its work, as named probes say."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import structlog
from aiohttp import web

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """What a probe found.

    Args:
        ready: whether this part can do its work.
        reason: if not, why, in a few words that anyone may read: `/readyz` shows them. A reason given with "ready" is
            shown too: what an operator should know even though it works.
    """

    ready: bool
    reason: str = ""


READY = State(ready=True)

Probe = Callable[[], Awaitable[State]]  # an exception, or no answer in time, counts as not ready


class Readiness:
    """Whether every probe says yes.

    Args:
        probes: by the name that `/readyz` shows.
        keep: seconds for which "ready" is cached, so that requests do not load what is probed.
        keep_not_ready: the same for "not ready": shorter, so that a recovery shows soon.
        patience: seconds after which a probe counts as not ready.
    """

    def __init__(
        self,
        probes: Mapping[str, Probe] | None = None,
        *,
        keep: float = 3,
        keep_not_ready: float = 0.5,
        patience: float = 2,
    ) -> None:
        self._probes = dict(probes or {})
        self._keep = keep
        self._keep_not_ready = keep_not_ready
        self._patience = patience
        self._asking = asyncio.Lock()
        self._states: dict[str, State] = {}
        self._until = 0.0
        self._logged: dict[str, State] = {}

    def watch(self, name: str, probe: Probe) -> None:
        """From now on use `probe` instead of the one with this name."""
        self._probes[name] = probe
        self._until = 0.0

    async def states(self) -> dict[str, State]:
        """What each probe says."""
        async with self._asking:  # any number of requests at once ask once
            if time.monotonic() >= self._until:
                probes = dict(self._probes)
                found = await asyncio.gather(*(self._ask(probe) for probe in probes.values()))
                self._states = dict(zip(probes, found, strict=True))
                kept = self._keep if all(state.ready for state in found) else self._keep_not_ready
                self._until = time.monotonic() + kept
                self._log_changes()
            return dict(self._states)

    async def until_ready(self) -> None:
        """Wait until every probe says yes."""
        while not all(state.ready for state in (await self.states()).values()):  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(self._keep_not_ready)

    async def _ask(self, probe: Probe) -> State:
        try:
            async with asyncio.timeout(self._patience):
                return await probe()
        except TimeoutError:
            return State(ready=False, reason=f"no answer within {self._patience:g} s")
        except Exception as error:  # noqa: BLE001 - whatever it raises, it is not ready; its text may be secret
            return State(ready=False, reason=f"failed: {type(error).__name__}")

    def _log_changes(self) -> None:
        for name, state in self._states.items():
            before = self._logged.get(name)
            if not state.ready and (before is None or before.ready):
                _log.warning("not ready", probe=name, reason=state.reason)
            elif state.ready and before is not None and not before.ready:
                _log.info("ready again", probe=name)
        self._logged = dict(self._states)


Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def health_routes(readiness: Readiness) -> dict[str, Handler]:
    """What answers GET and HEAD, by path."""

    async def healthz(_: web.BaseRequest) -> web.Response:
        return web.Response(text="ok")

    async def readyz(_: web.BaseRequest) -> web.Response:
        states = await readiness.states()
        ready = all(state.ready for state in states.values())
        checks = {name: state.reason or ("ok" if state.ready else "not ready") for name, state in states.items()}
        return web.json_response({"ready": ready, "checks": checks}, status=200 if ready else 503)

    return {"/healthz": healthz, "/readyz": readyz}
