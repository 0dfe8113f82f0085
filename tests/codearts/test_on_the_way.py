"""What can go wrong before the service is reached: certificates, authorities, proxies, dead addresses."""

import asyncio
import datetime as dt
import os
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import trustme
from redis.exceptions import RedisError
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.codearts.client import CodeArtsCheck
from bot.codearts.connection import http_client
from bot.codearts.iam import NoTokenError, request_token
from bot.codearts.troubles import trouble
from bot.domain.outcome import Outcome, Verdict
from bot.store.connection import connect
from codecheck_sandbox.codearts import CodeArtsStandIn
from tests.codearts.conftest import QUICK, delete, iam_user, signer, soon

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_YESTERDAY = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
_TOMORROW = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)


def server_tls(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """A server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """A client that trusts this authority."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def delete_over_tls(server: ssl.SSLContext, client: ssl.SSLContext | None) -> tuple[Outcome, int, int]:
    """The outcome, how many DELETEs arrived, and how many further attempts were made."""
    async with CodeArtsStandIn(tls=server) as codearts, http_client(codearts.url, signer(), tls=client) as http:
        with capture_logs() as logs:
            outcome = await delete(CodeArtsCheck(http, QUICK))
        return outcome, codearts.count("DELETE"), len(logs)


class TestCertificates:
    """TLS fails before anything of the request is sent, and trying again does not help."""

    @pytest.mark.parametrize(
        ("certificate", "why", "hint"),
        [
            (
                lambda ca: ca.issue_cert("127.0.0.1", not_after=_YESTERDAY),
                "The TLS certificate of CodeArts Check has expired.",
                "Renew the certificate.",
            ),
            (
                lambda ca: ca.issue_cert("127.0.0.1", not_before=_TOMORROW),
                "The TLS certificate of CodeArts Check is not valid yet.",
                "Check this machine's clock",
            ),
            (
                lambda ca: ca.issue_cert("127.0.0.2"),
                "The TLS certificate of CodeArts Check is for another address.",
                "Check the endpoint",
            ),
            (
                lambda _: trustme.CA().issue_cert("127.0.0.1"),
                "The TLS certificate of CodeArts Check is from an authority that this machine does not trust.",
                "SSL_CERT_FILE",
            ),
        ],
        ids=["expired", "not yet valid", "another address", "unknown authority"],
    )
    async def test_each_fault_of_a_certificate_is_named(
        self, certificate: Callable[[trustme.CA], trustme.LeafCert], why: str, hint: str
    ) -> None:
        """With what an admin has to mend; whoever asked is sent to an admin, not told to try again."""
        authority = trustme.CA()
        outcome, arrived, again = await delete_over_tls(server_tls(certificate(authority)), trusting(authority))
        assert (outcome.verdict, outcome.sent, str(outcome.why)) == (Verdict.FAILED, False, why)
        assert hint in str(outcome.admin_hint)
        assert "admin" in str(outcome.hint)
        assert (arrived, again) == (0, 0)

    async def test_a_certificate_for_another_name_is_named(self) -> None:
        """As of a proxy that answers in the service's place."""
        authority = trustme.CA()
        server = server_tls(authority.issue_cert("elsewhere.example.com"))
        async with CodeArtsStandIn(tls=server) as codearts:
            url = codearts.url.replace("127.0.0.1", "localhost")
            async with http_client(url, signer(), tls=trusting(authority)) as http:
                outcome = await delete(CodeArtsCheck(http, QUICK))
        assert str(outcome.why) == "The TLS certificate of CodeArts Check is for another host name."

    async def test_a_certificate_that_is_trusted(self) -> None:
        """The same service, if the authority is known."""
        authority = trustme.CA()
        server = server_tls(authority.issue_cert("127.0.0.1"))
        outcome, arrived, _ = await delete_over_tls(server, trusting(authority))
        assert (outcome.verdict, arrived) == (Verdict.DELETED, 1)

    async def test_iam_is_named_when_it_is_iam(self) -> None:
        """Both have hosts of their own, and certificates of their own."""
        server = server_tls(trustme.CA().issue_cert("127.0.0.1"))
        async with CodeArtsStandIn(tls=server) as codearts, http_client(codearts.url) as iam:
            with pytest.raises(NoTokenError, match="The TLS certificate of IAM is from an authority") as raised:
                await request_token(iam, iam_user())
        assert not raised.value.passing
        assert "SSL_CERT_FILE" in str(raised.value.admin_hint)

    async def test_what_does_not_speak_tls_is_named(self, codearts: CodeArtsStandIn) -> None:
        """https:// to a port of plain HTTP."""
        async with http_client(codearts.url.replace("http:", "https:"), signer()) as http:
            outcome = await delete(CodeArtsCheck(http, QUICK))
        assert (outcome.sent, str(outcome.why)) == (False, "The TLS connection to CodeArts Check failed.")


# Every client that the bot has, built as the bot builds it, in a process of its own, since the variable is read there.
_CLIENTS = """
import asyncio, sys
from redis.asyncio import Redis
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from bot.codearts.connection import http_client
from bot.store.connection import connect

async def main(https, rediss):
    async with http_client(https) as http:
        assert (await http.get("/v3/task/1")).status_code == 401
    try:
        await AsyncWebClient("xoxb-1", base_url=https + "/api/").api_call("api.test")
    except SlackClientError:  # it answered, if not as Slack does
        pass
    redis = connect(rediss)
    assert await redis.ping()
    await redis.aclose()

asyncio.run(main(*sys.argv[1:]))
"""


async def _pong(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers every command as Redis answers HELLO and PING to one that is satisfied with little."""
    while command := await reader.read(4_096):
        writer.write(b"%1\r\n$5\r\nproto\r\n:3\r\n" if b"HELLO" in command else b"+PONG\r\n")
        await writer.drain()
    writer.close()


@pytest.mark.parametrize("trusted", [True, False])
async def test_one_setting_makes_every_client_trust_a_private_authority(tmp_path: Path, *, trusted: bool) -> None:
    """`SSL_CERT_FILE` counts for CodeArts Check and IAM (httpx), Slack (aiohttp) and Redis."""
    authority, file = trustme.CA(), tmp_path / "ca.pem"
    (authority if trusted else trustme.CA()).cert_pem.write_to_path(str(file))
    tls = server_tls(authority.issue_cert("127.0.0.1", "localhost"))
    redis = await asyncio.start_server(_pong, "127.0.0.1", 0, ssl=tls)
    async with CodeArtsStandIn(tls=tls) as codearts, redis:
        rediss = f"rediss://127.0.0.1:{redis.sockets[0].getsockname()[1]}/0"
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _CLIENTS,
            codearts.url,
            rediss,
            env={**os.environ, "SSL_CERT_FILE": str(file)},
            stderr=subprocess.PIPE,
        )
        _, errors = await process.communicate()
    assert (process.returncode == 0) is trusted, errors.decode()
    assert trusted or b"CERTIFICATE_VERIFY_FAILED" in errors


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[int]:
    """A server of raw connections; its port."""
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        with suppress(asyncio.CancelledError):  # asyncio would log it as an error of its own
            await serve(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


def proxy_that_answers(status: str) -> Serve:
    """A proxy that answers CONNECT with this status, and has nothing else to say."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        await reader.read()

    return serve


async def proxy_that_hangs(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """A proxy that takes the connection and never answers."""
    await reader.read()
    await asyncio.Event().wait()


async def proxy_that_tunnels(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A proxy that does its work."""
    head = await reader.readuntil(b"\r\n\r\n")
    host, port = head.split()[1].decode().split(":")
    there_reader, there_writer = await asyncio.open_connection(host, int(port))
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")

    async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            target.write(data)
        target.close()

    try:
        await asyncio.gather(pump(reader, there_writer), pump(there_reader, writer))
    finally:
        there_writer.transport.abort()


class TestProxies:
    """A proxy between the bot and the service. While it is asked for a tunnel, nothing of the request has left."""

    async def _delete(self, serve: Serve, seconds: float = 60.0) -> tuple[Outcome, int, int]:
        authority = trustme.CA()
        server = server_tls(authority.issue_cert("127.0.0.1"))
        async with CodeArtsStandIn(tls=server) as codearts, serving(serve) as port:
            proxy = f"http://127.0.0.1:{port}"
            async with http_client(codearts.url, signer(), tls=trusting(authority), proxy=proxy) as http:
                with capture_logs() as logs:
                    outcome = await delete(CodeArtsCheck(http, QUICK), not_after=soon(seconds))
            return outcome, codearts.count("DELETE"), len(logs)

    async def test_through_a_proxy(self) -> None:
        """The way many companies reach the cloud."""
        outcome, arrived, _ = await self._delete(proxy_that_tunnels)
        assert (outcome.verdict, outcome.sent, arrived) == (Verdict.DELETED, True, 1)

    async def test_a_proxy_that_asks_for_a_password_is_not_tried_again(self) -> None:
        """It would ask again; an admin reads where to put the password."""
        outcome, arrived, again = await self._delete(proxy_that_answers("407 Proxy Authentication Required"))
        assert (outcome.verdict, outcome.sent, arrived, again) == (Verdict.FAILED, False, 0, 0)
        assert str(outcome.why) == "The proxy asks for a user name and a password."
        assert "HTTPS_PROXY=http://user:password@" in str(outcome.admin_hint)
        assert "ry again" not in str(outcome.hint)

    @pytest.mark.parametrize(("status", "again"), [("403 Forbidden", 0), ("503 Busy", 3), ("502 Bad Gateway", 3)])
    async def test_a_proxy_that_refuses_is_named(self, status: str, again: int) -> None:
        """What its own trouble is may pass; what it does not allow does not."""
        outcome, arrived, attempts = await self._delete(proxy_that_answers(status))
        assert (outcome.verdict, outcome.sent, arrived, attempts) == (Verdict.FAILED, False, 0, again)
        assert str(outcome.why) == f"The proxy did not connect to CodeArts Check (HTTP {status[:3]})."

    async def test_a_proxy_that_hangs_at_connect_sent_nothing(self) -> None:
        """Cut off while it is waited for, the deletion has failed and is not unknown."""
        outcome, arrived, _ = await self._delete(proxy_that_hangs, seconds=0.4)
        assert (outcome.verdict, outcome.sent, arrived) == (Verdict.FAILED, False, 0)

    async def test_a_proxy_that_is_too_slow_sent_nothing(self) -> None:
        """The same when the HTTP library gives up first."""
        async with serving(proxy_that_hangs) as port:
            proxy = f"http://127.0.0.1:{port}"
            async with http_client("https://127.0.0.1:9", signer(), proxy=proxy) as http:
                http.timeout = httpx.Timeout(0.1)
                outcome = await delete(CodeArtsCheck(http, QUICK))
        assert (outcome.verdict, outcome.sent) == (Verdict.FAILED, False)
        assert str(outcome.why) == "The proxy did not answer in time."

    async def test_a_proxy_that_is_not_there_is_tried_again(self) -> None:
        """Nothing left, and it may come back."""
        with socket.create_server(("127.0.0.1", 0)) as reserved:
            proxy = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        async with http_client("https://127.0.0.1:9", signer(), proxy=proxy) as http:
            with capture_logs() as logs:
                outcome = await delete(CodeArtsCheck(http, QUICK))
        assert (outcome.verdict, outcome.sent, len(logs)) == (Verdict.FAILED, False, 3)

    async def test_what_hangs_behind_the_tunnel_is_unknown(self) -> None:
        """Once the request itself may have left, only an answer says what became of it."""

        async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.close()

        authority = trustme.CA()
        tls = server_tls(authority.issue_cert("127.0.0.1"))
        server = await asyncio.start_server(swallow, "127.0.0.1", 0, ssl=tls)
        async with server, serving(proxy_that_tunnels) as port:
            there = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            proxy = f"http://127.0.0.1:{port}"
            async with http_client(there, signer(), tls=trusting(authority), proxy=proxy) as http:
                outcome = await delete(CodeArtsCheck(http, QUICK))
        assert (outcome.verdict, outcome.sent) == (Verdict.UNKNOWN, True)

    async def test_the_environment_is_not_asked(
        self, monkeypatch: pytest.MonkeyPatch, codearts: CodeArtsStandIn
    ) -> None:
        """Which proxy to use is decided in the settings, once; an odd `NO_PROXY` cannot end the bot."""
        monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
        monkeypatch.setenv("NO_PROXY", "[::1],fd00::/8")
        async with http_client(codearts.url, signer()) as http:
            assert (await delete(CodeArtsCheck(http, QUICK))).verdict is Verdict.DELETED


class TwoAddresses(asyncio.SelectorEventLoop):
    """A loop whose resolver gives `localhost` two addresses, the first of them dead."""

    async def getaddrinfo(self, host: str | bytes | None, port: str | bytes | int | None, **more: int) -> Any:
        """Both addresses; typed loosely, since asyncio's own types say more than this needs."""
        addresses = ("127.0.0.2", "127.0.0.1") if host in {b"localhost", "localhost"} else (str(host),)
        resolve = super().getaddrinfo
        return [found for address in addresses for found in await resolve(address, port, **more)]


@pytest.fixture
def dead_port() -> Iterator[int]:
    """A port of 127.0.0.2 whose connections are never answered, as of a host that is switched off."""
    with ExitStack() as sockets:
        listening = sockets.enter_context(socket.create_server(("127.0.0.2", 0), backlog=0))
        port = listening.getsockname()[1]
        for _ in range(6):  # fills the queue; what comes after these is dropped without a word
            waiting = sockets.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(("127.0.0.2", port))
        yield port


def test_a_name_whose_first_address_is_dead_is_reached_by_the_next(dead_port: int) -> None:
    """Within the time for a connection, and long before it is over (RFC 8305)."""

    async def delete_at_localhost() -> Outcome:
        async with CodeArtsStandIn(port=dead_port), http_client(f"http://localhost:{dead_port}", signer()) as http:
            return await delete(CodeArtsCheck(http, replace(QUICK, delete=1)), not_after=soon(4))

    with asyncio.Runner(loop_factory=TwoAddresses) as runner:
        assert runner.run(delete_at_localhost()).verdict is Verdict.DELETED


class TestOtherClients:
    """The same words for what stops Slack's client (aiohttp) and Redis's: doctor uses them for every service."""

    async def _slack(self, url: str, proxy: str | None = None) -> tuple[str, str]:
        try:
            await AsyncWebClient("xoxb-1", base_url=f"{url}/api/", proxy=proxy, timeout=5).api_call("api.test")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            found = trouble(error, "Slack")
            return str(found.why), str(found.admin_hint)
        return "", ""

    async def test_a_certificate_that_slacks_client_refuses(self) -> None:
        """Aiohttp wraps the error of the TLS library in one of its own, which says less."""
        unknown = trustme.CA().issue_cert("127.0.0.1")
        async with CodeArtsStandIn(tls=server_tls(unknown)) as standing_in:
            why, hint = await self._slack(standing_in.url)
        assert why == "The TLS certificate of Slack is from an authority that this machine does not trust."
        assert "SSL_CERT_FILE" in hint

    @pytest.mark.parametrize(
        ("status", "said"),
        [
            ("407 Proxy Authentication Required", "The proxy asks for a user name and a password."),
            ("403 Forbidden", "The proxy did not connect to Slack (HTTP 403)."),
        ],
    )
    async def test_a_proxy_that_refuses_slacks_client(self, status: str, said: str) -> None:
        """Named as for CodeArts Check."""
        async with serving(proxy_that_answers(status)) as port:
            why, hint = await self._slack("https://slack.invalid", f"http://127.0.0.1:{port}")
        assert why == said
        assert "PROXY" in hint

    async def test_a_proxy_that_is_not_there(self) -> None:
        """It is the proxy that is missing, not Slack."""
        with socket.create_server(("127.0.0.1", 0)) as reserved:
            port = reserved.getsockname()[1]
        why, hint = await self._slack("https://slack.invalid", f"http://127.0.0.1:{port}")
        assert why == "The proxy could not be used to reach Slack."
        assert "HTTPS_PROXY" in hint

    async def test_a_certificate_that_redis_client_refuses(self) -> None:
        """redis-py keeps the error of the TLS library beneath its own."""
        tls = server_tls(trustme.CA().issue_cert("127.0.0.1", not_after=_YESTERDAY))
        async with await asyncio.start_server(_pong, "127.0.0.1", 0, ssl=tls) as server:
            redis = connect(f"rediss://127.0.0.1:{server.sockets[0].getsockname()[1]}/0")
            with pytest.raises(RedisError) as raised:
                await redis.ping()
            await redis.aclose()
        assert str(trouble(raised.value, "Redis").why).startswith("The TLS certificate of Redis is from an authority")
