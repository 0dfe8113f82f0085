"""Hosts on one machine: network namespaces on a switch, which can be cut off from one another, one way or both.

A cut is silent, as on a real network: packets to a host are sent to an address that nobody has. Linux only; needs root
and iproute2. What is made here is in namespaces of this process's own, and goes with them.
"""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_NOWHERE = "02:00:00:00:00:ff"
_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_SLOW = "delay 250ms 100ms loss 10%"
_SLOW_WITHOUT_NETEM = "rate 48kbit burst 1600 limit 4000"  # packets wait behind one another, and are dropped


class NoHostsError(Exception):
    """This machine has no network namespaces for us; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host.

    Args:
        namespace: the name of its network namespace.
        address: its IP address.
    """

    namespace: str
    address: str

    @property
    def run(self) -> tuple[str, ...]:
        """What stands before a command that runs there."""
        return ("ip", "netns", "exec", self.namespace)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Sockets that this thread makes in the block are the host's, for as long as they live."""
        with Path("/proc/thread-self/ns/net").open() as before, Path(f"/run/netns/{self.namespace}").open() as there:
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(before.fileno())


class Network:
    """The hosts and their switch.

    Args:
        names: the hosts' names, by which `hosts` has them.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._tag = f"soak{os.getpid()}"
        self._switch = f"{self._tag}-switch"
        self.hosts = {name: Host(f"{self._tag}-{name}", f"10.77.0.{number}") for number, name in enumerate(names, 1)}
        self.netem = False

    @contextmanager
    def built(self) -> Iterator[Self]:
        """It is there while the block lasts. Raises `NoHostsError`."""
        if shutil.which("ip") is None or shutil.which("tc") is None:
            raise NoHostsError("`ip` and `tc` are missing: install iproute2")
        if os.geteuid() != 0:
            raise NoHostsError("making network namespaces takes root")
        try:
            try:
                self._build()
            except subprocess.CalledProcessError as error:
                raise NoHostsError(f"`{' '.join(error.cmd)}` failed: {error.stderr.strip()}") from error
            yield self
        finally:
            self._tear_down()

    def cut(self, sender: Host, receiver: Host) -> None:
        """From now on nothing that the one sends reaches the other."""
        _ip("-n", sender.namespace, "neigh", "replace", receiver.address, "lladdr", _NOWHERE, "dev", "eth0")

    def heal(self, sender: Host, receiver: Host) -> None:
        """Let it pass again."""
        _ip("-n", sender.namespace, "neigh", "del", receiver.address, "dev", "eth0")

    def slow_down(self, sender: Host) -> None:
        """From now on what the host sends comes late, and some of it never."""
        _tc(sender, "replace", *(("netem", *_SLOW.split()) if self.netem else ("tbf", *_SLOW_WITHOUT_NETEM.split())))

    def speed_up(self, sender: Host) -> None:
        """End that."""
        _tc(sender, "del")

    def _build(self) -> None:
        _ip("netns", "add", self._switch)
        _ip("-n", self._switch, "link", "add", "bridge", "type", "bridge")
        _ip("-n", self._switch, "link", "set", "bridge", "up")
        for number, host in enumerate(self.hosts.values(), 1):
            port = f"port{number}"
            _ip("netns", "add", host.namespace)
            cable = ("link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
            _ip("-n", self._switch, *cable)
            _ip("-n", self._switch, "link", "set", port, "master", "bridge", "up")
            _ip("-n", host.namespace, "link", "set", "lo", "up")
            _ip("-n", host.namespace, "link", "set", "eth0", "up")
            _ip("-n", host.namespace, "address", "add", f"{host.address}/24", "dev", "eth0")
        first = next(iter(self.hosts.values()))
        try:
            _tc(first, "replace", "netem", *_SLOW.split())
        except subprocess.CalledProcessError:
            return  # this kernel does without it
        self.netem = True
        self.speed_up(first)

    def _tear_down(self) -> None:
        """Interfaces go with their namespaces."""
        for namespace in (self._switch, *(host.namespace for host in self.hosts.values())):
            if Path(f"/run/netns/{namespace}").exists():
                _ip("netns", "del", namespace)


def _ip(*arguments: str) -> None:
    _run("ip", *arguments)


def _tc(host: Host, action: str, *kind: str) -> None:
    _run("tc", "-n", host.namespace, "qdisc", action, "dev", "eth0", "root", *kind)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - all of it is ours


def _enter(namespace: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(namespace, _NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "setns failed")
