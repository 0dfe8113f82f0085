"""Times one call to Slack, by how it ended."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.errors import DeliveryDelayedError, DeliveryError
from bot.observability.metrics import SLACK
from bot.observability.spans import Kind, Timed
from bot.slack.errors import AppRefusedError


@contextmanager
def measured_call(method: str) -> Iterator[None]:
    """Measure what the block does.

    Args:
        method: a method of the Web API, or `response_url`.
    """
    with Timed(method, Kind.CLIENT, SLACK, (method,)) as call:
        try:
            yield
        except BaseException as error:
            call.result = _result(error)
            raise
        call.result = "ok"


def _result(error: BaseException) -> str:
    match error:
        case DeliveryDelayedError():
            return "rate_limited" if error.retry_after else "unavailable"
        case AppRefusedError():
            return "app_refused"
        case DeliveryError():
            return "refused"
    return "cut_off"
