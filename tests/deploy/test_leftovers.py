"""Whatever ends the harness, nothing of a run is left behind."""

import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.deploy.cleanup_registry import CleanupRegistry, sweep
from bench.deploy.processes import read, wait_until
from bench.errors import EnvironmentFailure
from tests.deploy.places import HERE, REPOSITORY, make_root, python, tiny_engine


@pytest.fixture
def own_root(tmp_path: Path) -> Path:
    """A repository for one test, so that its lock is nobody else's."""
    return make_root(tmp_path)


class Harness:
    """A harness in a process of its own, inside the engine."""

    def __init__(self, root: Path) -> None:
        self.process = subprocess.Popen(
            [python(), str(HERE / "programs" / "enter.py"), str(root)],
            cwd=REPOSITORY,
            env={"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = ""
        for line in self.process.stdout:
            if line.startswith("ready "):
                break
        self.told: dict[str, Any] = json.loads(line.removeprefix("ready "))
        self.ids = [*self.told["server"], self.told["stray"], *self.told["database"]]
        self.folder = Path(self.told["folder"])

    def left(self) -> list[int]:
        """Which of its processes live."""
        processes = [(pid, read(pid)) for pid in self.ids]
        return [pid for pid, process in processes if process and process.alive]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def harness(own_root: Path) -> Iterator[Harness]:
    """Entered, with a server, a stray and a database."""
    running = Harness(own_root)
    yield running
    running.close()
    with tiny_engine(own_root):
        pass  # the last resort sweeps


@pytest.mark.live
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_ended_harness_cleans_up_itself(
    harness: Harness, own_root: Path, number: signal.Signals
) -> None:
    """Ctrl-C, SIGTERM and a closed terminal leave no process, no data and no ledger."""
    assert len(harness.left()) == len(harness.ids) > 5
    assert harness.folder.is_dir()
    harness.process.send_signal(number)
    assert harness.process.wait(timeout=30) != 0
    assert harness.left() == []
    assert not harness.folder.exists()
    assert [p.name for p in (own_root / ".cache" / "running").iterdir()] == ["lock"]


@pytest.mark.live
def test_the_next_run_cleans_up_after_a_killed_one(
    harness: Harness, own_root: Path
) -> None:
    """After kill -9 servers go by themselves, strays and data by the next entry."""
    harness.process.kill()
    harness.process.wait()
    pids = set(harness.ids) - {harness.told["stray"]}
    assert wait_until(lambda: not pids & set(harness.left()), 10)
    assert harness.left() == [harness.told["stray"]]
    assert harness.folder.is_dir()
    with tiny_engine(own_root):
        assert harness.left() == []
        assert not harness.folder.exists()


@pytest.mark.live
def test_two_runs_at_once_are_refused(harness: Harness, own_root: Path) -> None:
    """The second one is told which process measures, and disturbs nothing."""
    with (
        pytest.raises(EnvironmentFailure, match=str(harness.process.pid)) as refused,
        tiny_engine(own_root),
    ):
        pass
    assert refused.value.hint
    assert len(harness.left()) == len(harness.ids)


@pytest.mark.live
def test_a_second_run_can_wait_for_the_first(tmp_path: Path) -> None:
    """With patience the lock is had as soon as it is given back."""
    first = CleanupRegistry(tmp_path)
    with pytest.raises(EnvironmentFailure):
        CleanupRegistry(tmp_path, wait_s=0.2)
    release = threading.Timer(0.3, first.close)
    release.start()
    second = CleanupRegistry(tmp_path, wait_s=20)
    release.join()
    assert second.folder.is_dir()
    second.close()


@pytest.mark.live
def test_an_entry_that_fails_leaves_nothing(own_root: Path) -> None:
    """A seed that is wrong is refused, after the database was ended and removed."""
    seed = own_root / "apps" / "database" / "seed.sql"
    seed.write_text("INSERT INTO world VALUES (1, 1);\n")
    engine = tiny_engine(own_root)
    with pytest.raises(EnvironmentFailure, match="1 rows with sum 1"), engine:
        pass
    assert [p.name for p in (own_root / ".cache" / "running").iterdir()] == ["lock"]
    with pytest.raises(EnvironmentFailure, match="1 rows"), engine:
        pass  # and can be tried again: the lock was given back


@pytest.mark.live
def test_a_sweep_spares_a_process_that_only_has_the_same_id(tmp_path: Path) -> None:
    """An id that was given to somebody else since is recognised by its start."""
    with subprocess.Popen(["/bin/sleep", "60"]) as innocent:
        cleanup = tmp_path / "0123456789ab"
        cleanup.mkdir()
        entry = {"kind": "process", "pid": innocent.pid, "started": 1}
        (cleanup / "entries.jsonl").write_text(json.dumps(entry) + "\n")
        sweep(cleanup)
        time.sleep(0.05)
        assert innocent.poll() is None
        innocent.kill()
    assert not cleanup.exists()


def test_a_sweep_removes_only_folders_of_its_own_run(tmp_path: Path) -> None:
    """A ledger is a file: what it names is removed only if it bears the run's name."""
    precious = tmp_path / "precious"
    own = tmp_path / "bench-postgres-0123456789ab"
    cleanup = tmp_path / "0123456789ab"
    for folder in (precious, own, cleanup):
        folder.mkdir()
    lines = [json.dumps({"kind": "folder", "path": str(p)}) for p in (precious, own)]
    (cleanup / "entries.jsonl").write_text("\n".join([*lines, '{"kind": "fol']))
    sweep(cleanup)
    assert precious.is_dir()
    assert not own.exists()
    assert not cleanup.exists()
