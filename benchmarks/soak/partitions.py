"""Partitions: every server and every replica is a host of its own, and they are cut off from one another in turn."""

import asyncio
import itertools
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import trustme

from benchmarks.soak.balancer import balance
from benchmarks.soak.cuts import CODEARTS, HOSTS, REDIS, SLACK, A, B, Cut, cuts
from benchmarks.soak.hosts import Host, Network
from benchmarks.soak.load import Options
from benchmarks.soak.scene import PREFIX, Scene, set_scene
from benchmarks.soak.traffic import Traffic
from benchmarks.soak.verdict import Verdict, judge
from bot.deletions.background import cancel
from bot.manifest import parsed_manifest
from codecheck_sandbox.bot_process import RUN, BotProcess
from codecheck_sandbox.codearts import CodeArtsStandIn
from codecheck_sandbox.page.replicas import Replicas
from codecheck_sandbox.slack import SlackStandIn
from codecheck_sandbox.world import settings
from tests.store.servers import Server, valkey

_CALM = 4.0  # seconds between two cuts
_PORT = 6379


@dataclass
class HostedServer(Server):
    """A Redis server on a host of its own, which this process reaches by a socket in the file system."""

    @property
    def url(self) -> str:
        """The socket: no network is between this and the server."""
        return f"unix://{self.folder / 'redis.sock'}"


@asynccontextmanager
async def on_hosts(folder: Path, options: Options, network: Network) -> AsyncIterator[Scene]:
    """A scene on hosts, with two replicas; all of it stops at the end of the block. This process is at Slack."""
    hosts, authority = network.hosts, trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    async with AsyncExitStack() as stack:
        at, tls = hosts[CODEARTS].address, _tls(authority, hosts[CODEARTS])
        with hosts[CODEARTS].inside():
            codearts = await stack.enter_async_context(CodeArtsStandIn(tasks=(), host=at, tls=tls))
        at, tls = hosts[SLACK].address, _tls(authority, hosts[SLACK])
        slack = await stack.enter_async_context(SlackStandIn(parsed_manifest(), host=at, tls=tls))
        redis = _redis(folder, hosts[REDIS])
        await redis.start()
        stack.push_async_callback(redis.stop)
        scene = set_scene(slack, codearts, redis, folder, options.ttl)
        environ = settings(slack, codearts, f"redis://{hosts[REDIS].address}:{_PORT}", socket_mode=options.socket_mode)
        environ |= {"CODECHECK_REDIS_PREFIX": PREFIX, "SSL_CERT_FILE": str(folder / "authority.pem")}
        processes = {
            name: BotProcess(environ | {"HOST": hosts[name].address}, folder, (*hosts[name].run, *RUN))
            for name in (A, B)
        }
        replicas = Replicas(slack, processes, socket_mode=options.socket_mode)
        stack.push_async_callback(replicas.stop_all)
        for name in processes:
            await replicas.start(name)
        if not options.socket_mode:
            stack.push_async_callback(cancel, asyncio.create_task(balance(slack, processes)))
        yield scene


def _tls(authority: trustme.CA, host: Host) -> ssl.SSLContext:
    """For a server there; the bot sends credentials to another machine by https only."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(host.address).configure_cert(context)
    return context


def _redis(folder: Path, host: Host) -> HostedServer:
    (folder / "redis").mkdir()
    program = folder / "redis-on-its-host"
    program.write_text(f'#!/bin/sh\nexec {" ".join(host.run)} {valkey()} "$@"\n')
    program.chmod(0o700)
    listening = ("--bind", host.address, "--protected-mode", "no", "--unixsocket", str(folder / "redis/redis.sock"))
    return HostedServer(program, _PORT, folder / "redis", ("--appendonly", "yes", *listening))


async def cut_in_turn(network: Network, seconds: float, counted: Counter[str]) -> None:
    """One cut after the other for so many seconds, from the beginning again if there is time."""
    end = time.monotonic() + seconds
    for cut in itertools.cycle(cuts()):
        if time.monotonic() + cut.seconds > end:
            return
        counted[f"cut: {cut.what}"] += 1
        await _apply(network, cut)
        await asyncio.sleep(_CALM)


async def _apply(network: Network, cut: Cut) -> None:
    hosts = network.hosts
    pairs = [(hosts[sender], hosts[receiver]) for sender, receiver in cut.pairs]
    for pair in pairs:
        network.cut(*pair)
    if cut.slow:
        network.slow_down(hosts[cut.slow])
    await asyncio.sleep(cut.seconds)
    for pair in pairs:
        network.heal(*pair)
    if cut.slow:
        network.speed_up(hosts[cut.slow])


async def run(folder: Path, options: Options) -> Verdict:
    """Run it. Returns what came of it. Raises `NoHostsError`."""
    with Network(HOSTS).built() as network, network.hosts[SLACK].inside():
        async with on_hosts(folder, options, network) as scene:
            traffic, counted = Traffic(scene, Random(options.seed), options.linger), Counter[str]()
            cutting = asyncio.create_task(cut_in_turn(network, options.seconds, counted))
            await traffic.run(options.rate, options.seconds)
            await cutting
            return await judge(scene, traffic, counted, {})
