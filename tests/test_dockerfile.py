"""The Dockerfile: what makes its image safe to run is held here, since no test can build it."""

import json
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).parents[1]


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile, in order, with their arguments in one line."""
    joined = re.sub(r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    return [
        (word, re.sub(r"\s+", " ", rest))
        for word, _, rest in (line.partition(" ") for line in joined.splitlines())
        if word
    ]


ALL = instructions((ROOT / "Dockerfile").read_text(encoding="utf-8"))
LAST_STAGE = ALL[[index for index, (word, _) in enumerate(ALL) if word == "FROM"][-1] :]


def arguments(word: str) -> list[str]:
    """The arguments of every `word` of the last stage."""
    return [rest for name, rest in LAST_STAGE if name == word]


def test_the_base_is_pinned_and_slim() -> None:
    """Both stages stand on the same tag, which names the version and the distribution."""
    assert ("ARG", "PYTHON=python:3.11-slim-bookworm") in ALL
    assert [rest for word, rest in ALL if word == "FROM"] == ["${PYTHON} AS build", "${PYTHON}"]


def test_everything_installed_is_locked_by_its_hash() -> None:
    """Only what a lock pins comes from an index, and nothing is resolved; the bot itself is built without an index."""
    installs = [
        part for word, rest in ALL if word == "RUN" for part in rest.split("&&") if "install " in part and "pip" in part
    ]
    locked = [part for part in installs if "uninstall" not in part]
    assert len(locked) == 3
    assert all("--no-deps" in part for part in locked)
    assert all("--require-hashes" in part or "--no-index" in part for part in locked)
    assert any(
        part.strip().endswith("python check") for word, rest in ALL if word == "RUN" for part in rest.split("&&")
    )


def test_the_build_lock_has_what_pyproject_builds_with() -> None:
    """In the same version as the tests use."""
    build, dev = (
        dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        for lock in ("requirements-build.lock", "requirements-dev.lock")
    )
    assert "hatchling" in build
    assert build.items() <= dev.items()


def test_another_lock_adds_the_extra_for_traces_and_changes_nothing_else() -> None:
    """So an image with it is the usual one, and the tests have run with the same versions."""
    usual, traces, dev = (
        dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-otel.lock", "requirements-dev.lock")
    )
    assert usual.items() < traces.items() < dev.items()
    assert "opentelemetry-sdk" in traces.keys() - usual.keys()
    assert ("ARG", "LOCK=requirements.lock") in ALL


def test_the_image_has_only_the_environment() -> None:
    """No sources, no build tools, no pip."""
    assert arguments("COPY") == ["--from=build /opt/codecheck-bot /opt/codecheck-bot"]
    (run,) = arguments("RUN")
    assert "apt" not in run
    assert "pip uninstall --yes --quiet pip setuptools wheel" in run
    assert ("RUN", "python -m venv /build && python -m venv --without-pip /opt/codecheck-bot") in ALL


def test_it_runs_as_nobody_in_particular_on_a_read_only_root() -> None:
    """A fixed user without root, who writes to /data and nowhere else."""
    assert arguments("USER") == ["10001:10001"]
    assert arguments("VOLUME") == ["/data"]
    (env,) = arguments("ENV")
    assert {"PYTHONDONTWRITEBYTECODE=1", "HOST=0.0.0.0", "PORT=3000", "CODECHECK_DATA_DIR=/data"} <= set(env.split())
    assert [word for word, _ in LAST_STAGE].index("USER") > [word for word, _ in LAST_STAGE].index("RUN")


def test_pid_1_is_the_bot() -> None:
    """In exec form no shell stands between it and SIGTERM."""
    assert arguments("ENTRYPOINT") == ['["codecheck-bot"]']
    assert arguments("CMD") == ['["run"]']
    assert arguments("STOPSIGNAL") == ["SIGTERM"]


def test_no_secret_is_built_in() -> None:
    """Neither as an argument nor as a variable."""
    assert not [
        rest for word, rest in ALL if word in ("ARG", "ENV") and re.search("TOKEN|SECRET|PASSWORD|_SK|_AK", rest)
    ]


def test_everything_that_is_copied_gets_past_the_dockerignore() -> None:
    """And nothing else does: it starts from nothing."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    copied = {
        name.removeprefix("./")
        for word, rest in ALL
        if word == "COPY" and "--from" not in rest
        for name in rest.split()[:-1]
    }
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == copied
    assert all((ROOT / name).exists() for name in copied)


class Ready(BaseHTTPRequestHandler):
    """A bot that answers 200 at /readyz and nowhere else."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200 if self.path == "/readyz" else 503)
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.mark.parametrize("up", [True, False])
def test_the_health_check_asks_whether_the_bot_can_work(up: bool) -> None:
    """The very command of the image, against a server that is there and one that is not."""
    (check,) = arguments("HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    server = HTTPServer(("127.0.0.1", 0), Ready)
    port = server.server_port
    if up:
        Thread(target=server.handle_request, daemon=True).start()
    else:
        server.server_close()
    ended = subprocess.run(
        [sys.executable, *command[1:]], env={"PORT": str(port)}, capture_output=True, check=False, timeout=30
    )
    server.server_close()
    assert (ended.returncode == 0) is up
