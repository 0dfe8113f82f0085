"""Errors of the Web API."""

from collections.abc import Mapping

from codecheck_sandbox.slack.block_kit import BlockKitError


class ApiRefusalError(Exception):
    """`{"ok": false, "error": code}`.

    Args:
        code: Slack's error code.
        more: more keys of the answer.
    """

    def __init__(self, code: str, more: Mapping[str, object] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.more = dict(more or {})

    @property
    def body(self) -> dict[str, object]:
        """The answer's body."""
        return {"ok": False, "error": self.code, **self.more}


class OverRateError(Exception):
    """429: too many messages in one channel."""


def refused_blocks(error: BlockKitError) -> ApiRefusalError:
    """A Block Kit error as the Web API puts it: each problem with a JSON pointer to it."""
    problems = [str(problem) for problem in error.problems]
    return ApiRefusalError(
        error.code, {"errors": problems, "response_metadata": {"messages": [f"[ERROR] {each}" for each in problems]}}
    )
