"""Local servers: how they start, what they cost, how they end."""

import json
import os
import signal
import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.deploy import local, readiness
from bench.deploy.local import LocalEngine
from bench.deploy.processes import cpu_ns, read, wait_until
from bench.deploy.server import LocalServer, free_port
from bench.errors import EnvironmentFailure, TargetFailed
from tests.deploy.places import PINNING, placement, tiny, tiny_engine


pytestmark = pytest.mark.live

type Start = Callable[..., LocalServer]


@pytest.fixture
def start(engine: LocalEngine, root: Path) -> Iterator[Start]:
    """Starts small servers, and stops them after the test."""
    started: list[LocalServer] = []

    def begin(mode: str = "ok", **changes: object) -> LocalServer:
        server = engine.start(tiny(mode, **changes), placement(root), 7)
        started.append(server)
        return server

    yield begin
    for server in started:
        server.stop()


def ask(server: LocalServer, path: str) -> bytes:
    url = f"http://{server.host}:{server.port}{path}"
    with urllib.request.urlopen(url, timeout=20) as reply:
        body: bytes = reply.read()
        return body


def gone(pid: int) -> bool:
    process = read(pid)
    return process is None or not process.alive


def test_a_started_server_answers_from_its_own_core_session_and_folder(
    start: Start, root: Path
) -> None:
    """The server runs pinned, in a session of its own, in its app's folder."""
    server = start()
    facts = json.loads(ask(server, "/facts"))
    assert facts["cores"] == list(PINNING.server)
    assert facts["session"] == server.process_ids()[0]
    assert facts["folder"] == str(root / "apps" / "tiny")
    assert server.command == ("python", "serve.py", str(server.port), "ok")
    assert 0 < server.first_answer_s < 10


def test_the_bare_server_is_ready_by_hello(start: Start) -> None:
    """A target without /healthz is ready when /hello is answered rightly."""
    assert ask(start("floor"), "/hello") == b"Hello, World!"


def test_nothing_of_the_users_shell_reaches_a_server(
    start: Start, monkeypatch: pytest.MonkeyPatch, engine: LocalEngine
) -> None:
    """Variables that change servers behind one's back are not inherited; ours are set."""
    poison = [
        "OTEL_SERVICE_NAME",
        "PYTHONDONTWRITEBYTECODE",
        "WEB_CONCURRENCY",
        "UVICORN_WORKERS",
        "GUNICORN_CMD_ARGS",
        "FLASK_DEBUG",
        "DJANGO_DEBUG",
        "GRANIAN_WORKERS",
        "ANYTHING",
        "PYTHONPATH",
    ]
    for name in poison:
        monkeypatch.setenv(name, "1")
    server = start("ok", environment={"MINE": "{workers}-{connections}"})
    variables = json.loads(ask(server, "/environment"))
    assert not set(poison) & set(variables)
    assert variables["PYTHONHASHSEED"] == "7"
    assert variables["OPENBLAS_NUM_THREADS"] == variables["OMP_NUM_THREADS"] == "1"
    assert variables["DATABASE_URL"] == engine.database.dsn
    assert variables["APPLICATION_NAME"] == server.application_name
    assert variables["POOL_CONNECTIONS"] == "8"
    assert variables["MINE"] == "1-8"


def test_a_server_that_dies_at_start_is_told_with_its_status_and_log(
    start: Start,
) -> None:
    """The failure says how the process ended, and carries the end of its log."""
    with pytest.raises(
        TargetFailed, match=r"did not start: .* ended with status 1"
    ) as failure:
        start("die")
    assert "no such module: the_app" in (failure.value.log_tail or "")


@pytest.mark.parametrize(
    ("mode", "said"), [("wrong", "status 500"), ("silent", "timed out")]
)
def test_a_server_that_never_answers_rightly_is_given_up_and_ended(
    engine: LocalEngine,
    root: Path,
    mode: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Listening is not readiness: without a right answer the start fails, and nothing is left."""
    monkeypatch.setattr(engine, "_options", local.Options(ready_s=1.0))
    ended: list[int] = []
    stop = LocalServer.stop

    def noting(server: LocalServer) -> None:
        ended.extend(server.process_ids())
        stop(server)

    monkeypatch.setattr(LocalServer, "stop", noting)
    with pytest.raises(TargetFailed, match=said):
        engine.start(tiny(mode), placement(root), 1)
    assert ended
    assert all(gone(pid) for pid in ended)


@pytest.mark.parametrize(
    ("mode", "said"),
    [("supervise", "started again and again"), ("wrong", "answered wrongly for 1 s")],
)
def test_a_server_that_will_never_come_up_is_told_at_once(
    engine: LocalEngine,
    root: Path,
    mode: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Workers that end and are replaced, or answers that are wrong: long before the time is over, with a small log."""
    monkeypatch.setattr(engine, "_options", local.Options(ready_s=600.0))
    monkeypatch.setattr(readiness, "_WRONG_S", 1.0)

    with pytest.raises(TargetFailed, match=said) as failure:
        engine.start(tiny(mode), placement(root), 1)

    log = max((root / "logs").glob(f"tiny*{mode}*"), key=lambda path: path.stat().st_mtime)  # fmt: skip
    assert log.stat().st_size < 100_000
    if mode == "supervise":
        assert "RuntimeError: the settings name no secret" in failure.value.message
        assert "serve.py, line" in failure.value.message


GUNICORN = """[2026-11-30 18:00:20 +0000] [9524] [ERROR] Exception in worker process
Traceback (most recent call last):
  File "/e/lib/python3.13/site-packages/gunicorn/arbiter.py", line 752, in spawn_worker
    worker.init_process()
    ~~~~~~~~~~~~~~~~~~~^^
KeyError: 'SECRET'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/apps/one/app.py", line 24, in <module>
    raise RuntimeError("no secret")
  File "/e/lib/python3.13/site-packages/one.py", line 7, in one
    raise
RuntimeError: no secret
[2026-11-30 18:00:20 +0000] [9524] [INFO] Worker exiting (pid: 9524)
Traceback (most recent call last):
  File "/apps/one/other.py", line 1, in <module>
ValueError: of another worker
"""


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("", None),
        ("Address already in use\n", None),
        (GUNICORN, "RuntimeError: no secret (apps/one/app.py, line 24)"),
        ('Traceback (most recent call last):\n  File "/a/site-packages/b.py", line 3\nE\n', "E (/a/site-packages/b.py, line 3)"),
        ("Traceback (most recent call last):\n  File", None),
    ],
)  # fmt: skip
def test_the_line_of_the_application_is_quoted(log: str, said: str | None) -> None:
    """Of the first fault, what was raised in the end, and where the application's own code was."""
    assert readiness.quoted_fault(log) == said


def test_a_program_that_is_not_in_the_environment_is_named(start: Start) -> None:
    """What the lock does not install cannot be started from elsewhere."""
    with pytest.raises(TargetFailed, match="sh is not a program of the environment"):
        start("ok", serve=("sh", "-c", "true"))


def test_a_stray_in_another_session_is_gone_after_stop(start: Start) -> None:
    """A grandchild that left session and parents behind, deaf to SIGTERM, is ended too."""
    server = start()
    stray = int(ask(server, "/stray"))
    assert not gone(stray)
    server.stop()
    server.stop()
    assert gone(stray)
    assert server.process_ids() == []


def test_a_dead_server_is_noticed(start: Start) -> None:
    """usage and check_alive both say that it is gone, and how it went."""
    server = start()
    server.check_alive()
    os.kill(server.process_ids()[0], signal.SIGKILL)
    wait_until(lambda: not server.process_ids(), 5)
    with pytest.raises(TargetFailed, match="SIGKILL"):
        server.check_alive()
    with pytest.raises(TargetFailed, match="is gone"):
        server.usage()


def test_a_lost_worker_is_noticed(start: Start) -> None:
    """The master lives on, but a worker that it had is missing."""
    server = start("worker")
    master, worker = sorted(server.process_ids())
    server.check_alive()
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: gone(worker), 5)
    assert not gone(master)
    with pytest.raises(TargetFailed, match=f"lost a worker .process {worker}"):
        server.check_alive()


def test_cpu_time_agrees_with_the_servers_own_clock(start: Start) -> None:
    """What usage sees between two looks is what the server says it burned, within 2 %."""
    server = start("worker")
    ask(server, "/burn/0.01")
    before = server.usage(memory=False)
    burned = float(ask(server, "/burn/0.4"))
    after = server.usage(memory=False)
    assert before.memory_bytes is None
    assert after.processes == 2
    assert (after.cpu_ns - before.cpu_ns) / 1e9 == pytest.approx(burned, rel=0.02)


def test_cpu_time_of_children_that_have_ended_is_not_lost(start: Start) -> None:
    """A child that burned, ended and was waited for counts, to the tick of the kernel."""
    server = start()
    before = server.usage(memory=False)
    burned = float(ask(server, "/burn-in-child/0.4"))
    spent_s = (server.usage(memory=False).cpu_ns - before.cpu_ns) / 1e9
    assert spent_s == pytest.approx(burned, rel=0.02, abs=0.025)


def test_an_idle_server_costs_nothing(start: Start) -> None:
    """Looking at a server does not make it work."""
    server = start()
    before = server.usage().cpu_ns
    time.sleep(0.3)
    assert server.usage().cpu_ns - before < 3_000_000


def test_memory_grows_by_what_the_server_keeps(start: Start) -> None:
    """Proportional memory of the tree follows an allocation of 40 MB."""
    server = start()
    before = server.usage().memory_bytes
    ask(server, f"/remember/{40_000_000}")
    after = server.usage().memory_bytes
    assert before is not None
    assert after is not None
    assert after - before == pytest.approx(40_000_000, rel=0.1)


def test_a_fixed_port_that_is_in_use_is_refused(
    engine: LocalEngine, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal names the port and the remedy; no process is started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(engine, "_options", local.Options(first_port=port))
        with pytest.raises(
            EnvironmentFailure, match=f"port {port} is in use"
        ) as refused:
            engine.start(tiny(), placement(root), 1)
    assert refused.value.hint
    assert type(refused.value) is EnvironmentFailure


def test_a_port_that_was_taken_meanwhile_is_tried_elsewhere(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever answers rightly at a chosen port is not taken for the target."""
    other = start()
    offered = [other.port]
    monkeypatch.setattr(
        "bench.deploy.local.free_port", lambda: (offered or [free_port()]).pop()
    )
    server = start()
    assert not offered
    assert server.port != other.port
    facts = json.loads(ask(server, "/facts"))
    assert facts["session"] == server.process_ids()[0]


def test_an_ended_process_has_no_clock() -> None:
    """The clock of a process that is gone is None, not zero."""
    child = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(child, 0)
    assert cpu_ns(child) is None


def test_an_engine_that_was_not_entered_starts_nothing(root: Path) -> None:
    """Using it outside of its block is a mistake of ours, and says so."""
    with pytest.raises(RuntimeError, match="not been entered"):
        tiny_engine(root).start(tiny(), placement(root), 1)
