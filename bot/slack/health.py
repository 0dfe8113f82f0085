"""What Slack refuses to the app: each refusal is logged once, with what to do, and kept until it is over.

`/readyz` asks the running bot's `SlackHealth`; `doctor` asks Slack itself, and uses `what_to_do`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from bot.domain.errors import UndeliverableError
from bot.observability.health import READY, State
from bot.observability.seldom import Seldom
from bot.slack.errors import AppRefusedError, web_api_errors
from bot.slack.measured_call import measured_call

REMEMBERED = 900.0  # seconds after which a refusal that was not repeated is no longer reported

_REINSTALL = (
    "Paste the output of `codecheck-bot manifest` into the app's manifest, install the app again, and set "
    "SLACK_BOT_TOKEN to its Bot User OAuth Token."
)
_WAIT_OR_ASK = "A Slack administrator has to end this; messages that could not be sent are kept until then."
_UPDATE = "Slack has removed this method: install a newer version of the bot."
_WHAT_TO_DO = {
    "access_denied": "Ask a Slack administrator whether the app is restricted, and approve it.",
    "deprecated_endpoint": _UPDATE,
    "ekm_access_denied": _WAIT_OR_ASK,
    "enterprise_is_restricted": "Install the app in one workspace of the organisation, and use that token.",
    "method_deprecated": _UPDATE,
    "not_allowed_token_type": "Set SLACK_BOT_TOKEN to the Bot User OAuth Token, which begins with xoxb-.",
    "org_login_required": _WAIT_OR_ASK,
    "team_access_not_granted": "Ask an administrator of the organisation to add the app to this workspace.",
    "two_factor_setup_required": _WAIT_OR_ASK,
}
_SWITCHED_OFF = {"messages_tab_disabled", "not_enabled"}
"""The app's Messages tab, or its Home tab. There is another way, so the bot stays ready, but its log says so."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AppProblem:
    """One kind of refusal.

    Args:
        method: the method of the Web API that was refused.
        code: Slack's error code.
        needed: the missing scopes; "" if no scope is missing.
    """

    method: str
    code: str
    needed: str = ""

    @property
    def what_to_do(self) -> str:
        """What to do, for the person who runs the bot."""
        return what_to_do(self.code, self.needed)

    def __str__(self) -> str:
        """For a log or a probe."""
        missing = f" ({self.needed})" if self.needed else ""
        return f"{self.method}: {self.code}{missing}"


def what_to_do(code: str, needed: str = "") -> str:
    """What to do about one of Slack's error codes about the app."""
    if code == "missing_scope" and needed:
        return f"The app lacks the scope {needed}. {_REINSTALL}"
    return _WHAT_TO_DO.get(code, _REINSTALL)


class SlackHealth:
    """Remembers what Slack refused to the app.

    Args:
        clock: in seconds; never steps back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[AppProblem, float] = {}
        self._seldom = Seldom()

    @property
    def problems(self) -> tuple[AppProblem, ...]:
        """What Slack currently refuses, by method; empty if all is well."""
        since = self._clock() - REMEMBERED
        return tuple(sorted((one for one, at in self._seen.items() if at >= since), key=str))

    async def state(self) -> State:
        """A probe for `/readyz`: whether Slack has recently refused the app something, as for a scope that it lacks."""
        problems = self.problems
        return State(ready=False, reason=str(problems[0])) if problems else READY

    @contextmanager
    def calling(self, method: str) -> Iterator[None]:
        """Make one call of the Web API in this block.

        Raises:
            DeliveryError: Slack did not accept it; see `bot.slack.errors`.
        """
        try:
            with measured_call(method), web_api_errors():
                yield
        except AppRefusedError as refusal:
            self._refused(AppProblem(method, refusal.code, refusal.needed))
            raise
        except UndeliverableError as refusal:
            if str(refusal) in _SWITCHED_OFF:
                self._seldom.warn("app refused by slack", str(refusal), method=method, what_to_do=_REINSTALL)
            raise
        self._took(method)

    def _refused(self, problem: AppProblem) -> None:
        known = problem in self.problems
        self._seen[problem] = self._clock()
        if not known:
            _log.error(
                "app refused by slack",
                method=problem.method,
                why=problem.code,
                needed=problem.needed,
                what_to_do=problem.what_to_do,
            )

    def _took(self, method: str) -> None:
        """Forget the refusal of this method after a successful call. Other methods may need other scopes."""
        for problem in [one for one in self._seen if one.method == method]:
            del self._seen[problem]
            _log.info("app accepted by slack again", method=problem.method, was=problem.code)
