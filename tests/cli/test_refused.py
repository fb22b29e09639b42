"""A start that the machine refused: nothing is left of it but its logs, and these are found."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bench.cli import check_command, checking, measuring
from bench.cli.run_options import RunOptions, plan_for
from bench.errors import EnvironmentFailure
from bench.store.leftovers import keep_logs
from tests.builders import plan
from tests.fakes.engine import FakeEngine, Script


SAID = "server_1 | the last words"


@contextmanager
def refusing(
    name: str, cores: object, logs: Path, say: object, **options: object
) -> Iterator[FakeEngine]:
    """An engine whose database does not come up, and which logs why."""
    logs.mkdir(parents=True, exist_ok=True)
    (logs / "compose.log").write_text(SAID)
    raise EnvironmentFailure(
        "PostgreSQL did not come up", "see compose.log among the logs"
    )
    yield FakeEngine()


def test_a_run_that_did_not_begin_leaves_its_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of the run goes, as nothing was measured; the hint says where the logs are."""
    monkeypatch.setattr(measuring, "new_engine", refusing)
    monkeypatch.setattr(measuring, "for_run", lambda probes, console: None)
    asked = RunOptions("smoke", seed=7)
    for _ in range(2):  # the last one's are kept, and are no obstacle to the next
        with pytest.raises(EnvironmentFailure) as told:
            measuring.begin(asked, plan_for(asked), Console(file=StringIO()), tmp_path)

    (kept,) = tmp_path.iterdir()
    assert (kept / "compose.log").read_text() == SAID
    assert str(told.value.hint).startswith("see compose.log among the logs; its logs ")
    assert str(kept) in str(told.value.hint)


def test_a_check_that_could_not_be_played_leaves_its_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were written to a temporary folder, which is gone when the hint is read."""
    monkeypatch.setattr(checking, "new_engine", refusing)
    monkeypatch.setattr("bench.cli.faults.keep_logs", lambda logs, runs: keep_logs(logs, tmp_path))  # fmt: skip
    with pytest.raises(EnvironmentFailure, match="did not come up"):
        check_command.command(["floor"], None, "local", False)

    (kept,) = tmp_path.iterdir()
    assert (kept / "compose.log").read_text() == SAID


def test_without_logs_nothing_is_kept(tmp_path: Path) -> None:
    """An engine that does not answer has said all that it has to say."""
    (tmp_path / "logs").mkdir()
    assert keep_logs(tmp_path / "logs", tmp_path / "runs") is None
    assert keep_logs(tmp_path / "none", tmp_path / "runs") is None
    assert not (tmp_path / "runs").exists()


def test_what_cannot_be_prepared_ends_a_run_before_it_begins() -> None:
    """With its reason; --keep-going measures the rest."""
    targets = plan().targets
    console = Console(file=StringIO())
    engine = FakeEngine(Script(refuses={targets[0].id: "no such lock"}))

    with pytest.raises(
        EnvironmentFailure, match=f"{targets[0].id}: no such lock"
    ) as told:
        measuring._prepare(engine, targets, console, keep_going=False)
    assert "--keep-going" in (told.value.hint or "")
    receipts, refused = measuring._prepare(engine, targets, console, keep_going=True)
    assert list(receipts) == [targets[1].id]
    assert refused == {targets[0].id: "no such lock"}
