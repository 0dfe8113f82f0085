"""`/slack/events`: checks what Slack sends, then passes it to Bolt.

It refuses requests that Slack did not sign (401, before reading the body if the headers show it), bodies that are too
long (413), too slow (408) or not UTF-8, and signed requests that are not a payload (400). Only the reason is logged.
"""

from http import HTTPStatus
from urllib.parse import parse_qs

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.observability.seldom import Seldom
from bot.slack.transport.body import Bodies, BodyRefusedError
from bot.slack.transport.connections import Connections
from bot.slack.transport.replays import Replays, counts_once
from bot.slack.transport.signature import NotSignedError, Signatures

_log = structlog.get_logger(__name__)
_SSL_CHECK = 1_024  # bytes: Slack's check of the certificate is short
_NOT_PARSABLE = (AttributeError, LookupError, RecursionError, TypeError, ValueError)  # so Bolt fails to read a payload


class Events:
    """Answers Slack.

    Args:
        signing_secret: what Slack signs with.
        app: None until the bot has started; until then the answer is 503.
        bodies: reads the requests' bodies.
        replays: remembers what has been received.
    """

    def __init__(
        self,
        signing_secret: str,
        app: AsyncApp | None = None,
        bodies: Bodies | None = None,
        replays: Replays | None = None,
    ) -> None:
        self.app = app
        self.replays = replays
        self._signatures = Signatures(signing_secret)
        self._bodies = bodies or Bodies()
        self._seldom = Seldom()

    async def post(self, request: web.BaseRequest, connections: Connections) -> web.Response:
        """Answer a POST."""
        try:
            self._signatures.check_headers(request.headers)
            body = _decoded(request, await self._bodies.read(request))
            self._signatures.check(request.headers, body)
        except NotSignedError as refusal:
            if await self._is_ssl_check(request):
                return web.Response()
            self._log_unsigned(refusal)
            return _refused(HTTPStatus.UNAUTHORIZED, "not signed by Slack")
        except BodyRefusedError as refusal:
            return _refused(refusal.status, str(refusal))
        with connections.answering(request.protocol):
            return await self._dispatch(request, body)

    async def get(self, request: web.BaseRequest) -> web.Response:
        """Answer a GET: only Slack's check of the certificate, `?ssl_check=1`, is one."""
        if request.query.get("ssl_check") == "1":
            return web.Response()
        return web.Response(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "POST"})

    async def _dispatch(self, request: web.BaseRequest, body: str) -> web.Response:
        if self.app is None:
            return _refused(HTTPStatus.SERVICE_UNAVAILABLE, "starting")
        try:
            bolt_request = AsyncBoltRequest(body=body, query=request.query_string, headers=dict(request.headers))
            replays = self.replays if counts_once(bolt_request.body) else None
            if replays is not None:
                replays.received(request.headers["X-Slack-Signature"])
            answer = await self.app.async_dispatch(bolt_request)
            if replays is not None and not await replays.first_time():
                _log.warning("copied request ignored", type=str(bolt_request.body.get("type") or "slash command"))
                answer = BoltResponse(status=HTTPStatus.OK, body="")
        except _NOT_PARSABLE as error:
            self._seldom.warn("signed request not parsable", type(error).__name__)
            return _refused(HTTPStatus.BAD_REQUEST, "not parsable")
        return await to_aiohttp_response(answer)

    async def _is_ssl_check(self, request: web.BaseRequest) -> bool:
        """Whether it is Slack's check of the certificate, which need not be signed and changes nothing."""
        if request.query.get("ssl_check") == "1":
            return True
        length = request.content_length
        if length is None or length > _SSL_CHECK:
            return False
        try:
            return parse_qs(await self._bodies.read(request)).get(b"ssl_check") == [b"1"]
        except (BodyRefusedError, ValueError):
            return False

    def _log_unsigned(self, refusal: NotSignedError) -> None:
        values = {} if refusal.clock_off_seconds is None else {"clock_off_seconds": refusal.clock_off_seconds}
        self._seldom.warn("unsigned request refused", str(refusal), **values)


def _decoded(request: web.BaseRequest, body: bytes) -> str:
    try:
        for name, value in request.raw_headers:
            name.decode(), value.decode()
        return body.decode()
    except UnicodeDecodeError:
        raise BodyRefusedError(HTTPStatus.BAD_REQUEST, "not UTF-8") from None


def _refused(status: HTTPStatus, why: str) -> web.Response:
    """An answer after which the connection is closed, since anything else on it cannot be trusted."""
    response = web.Response(status=status, text=why)
    response.force_close()
    return response
