"""Measures one call to Slack by how it ended."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from bot.domain.errors import DeliveryDelayedError, DeliveryError
from bot.observability.metrics import SLACK
from bot.slack.errors import AppRefusedError


@contextmanager
def measured_call(method: str) -> Iterator[None]:
    """Measure what the block does.

    Args:
        method: a method of the Web API, or `response_url`.
    """
    began, result = time.monotonic(), "ok"
    try:
        yield
    except BaseException as error:
        result = _result(error)
        raise
    finally:
        SLACK.labels(method, result).observe(time.monotonic() - began)


def _result(error: BaseException) -> str:
    match error:
        case DeliveryDelayedError():
            return "rate_limited" if error.retry_after else "unavailable"
        case AppRefusedError():
            return "app_refused"
        case DeliveryError():
            return "refused"
    return "cut_off"
