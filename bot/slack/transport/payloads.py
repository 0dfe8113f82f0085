"""Keeps lone surrogates, and addresses that are not Slack's, out of payloads."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from yarl import URL  # aiohttp parses addresses by it: what is checked here must be what is called

from bot.deletions.acknowledgement_deadline import payload_arrived
from bot.observability.seldom import Seldom

_SLACK = ("slack.com", "slack-gov.com")
_NESTED = (dict, list)
_seldom = Seldom()


class Arrived(AsyncMiddleware):
    """Notes when a payload arrived. The deadline until its acknowledgement counts from here."""

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - so in Bolt
    ) -> BoltResponse | None:
        """Start the clock."""
        del req
        payload_arrived()
        await next()
        return resp


class CleanPayload(AsyncMiddleware):
    """Cleans every payload before a listener sees it.

    A lone surrogate (JSON can contain one) becomes U+FFFD, so it is answered like any other wrong character, and a
    freeze whose reason has one still freezes. A response_url that is not Slack's is removed.

    Args:
        api_url: the Web API's address; its host may also be used for response_urls.
    """

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - so in Bolt
    ) -> BoltResponse | None:
        """Clean the body of `req`."""
        req.body = whole_characters(req.body)
        url = req.body.get("response_url")
        if url and not is_slack_address(url, self._api_url):
            _seldom.warn("foreign response_url ignored")
            del req.body["response_url"]
        await next()
        return resp


def is_slack_address(url: object, api_url: str) -> bool:
    """Whether a response_url is Slack's: HTTPS at one of Slack's hosts, or the scheme and host of `api_url`."""
    if not isinstance(url, str):
        return False
    try:
        parsed, api = URL(url), URL(api_url)
    except ValueError:
        return False
    if parsed.user is not None or parsed.password is not None or not parsed.host:
        return False
    if (parsed.scheme, parsed.host) == (api.scheme, api.host):
        return True
    return parsed.scheme == "https" and any(parsed.host == host or parsed.host.endswith(f".{host}") for host in _SLACK)


def whole_characters(payload: dict[str, Any]) -> dict[str, Any]:
    """`payload`, which is JSON, with U+FFFD for every lone surrogate; changed in place."""
    left: list[dict[str, Any] | list[Any]] = [payload]  # no recursion: json.loads nests deeper than Python's stack
    while left:
        value = left.pop()
        if isinstance(value, dict):
            whole = {_whole(key): _whole(item) for key, item in value.items()}
            value.clear()
            value.update(whole)
        else:
            value[:] = map(_whole, value)
        left.extend(item for item in (value.values() if isinstance(value, dict) else value) if type(item) in _NESTED)
    return payload


def _whole(value: Any) -> Any:
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
