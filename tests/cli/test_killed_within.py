"""
The harness is killed with -9 while probes are played, and twice within the windows of experiments.

A copy of the product has small tables of its own: one probe that hangs the
first time, two experiments of some seconds. Told once; what must hold is asked
of it afterwards.
"""

import html
import json
import signal
import stat
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.store.folder import read
from tests.cli.small_tables import with_small_tables
from tests.cli.test_killed import Act, lines, made_folders, wait
from tests.cli.test_life import PATIENCE_S, alive, family, running


pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

SEED = "1"  # turns come before stress


@dataclass
class Story:
    """Four starts, in order: three are killed, the last one comes to its end."""

    root: Path
    runs: Path
    temporary: Path
    probing: Act = field(default_factory=Act)
    in_closed: Act = field(default_factory=Act)
    in_open: Act = field(default_factory=Act)
    last: Act = field(default_factory=Act)
    seen: list[Counter[tuple[Any, ...]]] = field(default_factory=list)
    after_probing: list[Path] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """That of the only run."""
        (head,) = self.runs.glob("*/run.json")
        return head.parent

    @property
    def started(self) -> list[psutil.Process]:
        """All that was there when the harness was killed."""
        acts = (self.probing, self.in_closed, self.in_open)
        return [process for act in acts for process in act.started]

    @property
    def ledgers(self) -> Path:
        """What the copy's runs have started."""
        return self.root / ".cache" / "running"


def events(folder: Path) -> Counter[tuple[Any, ...]]:
    """How often each window, meeting and volley stands in a run folder."""
    names = ("round", "target", "workload", "experiment", "load", "cycle")
    return Counter(
        (kind, *(line.get(name) for name in names))
        for kind in ("window", "meeting", "volley")
        for line in lines(folder, kind)
    )


def loads(folder: Path) -> list[str]:
    """The names of the loads that were measured."""
    return [window["load"] for window in lines(folder, "window")]


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Where all temporary files of the started harness are; PostgreSQL's user may look into it."""
    with (
        tempfile.TemporaryDirectory(prefix="killed-") as name,
        pytest.MonkeyPatch.context() as patch,
    ):
        path = Path(name)
        path.chmod(path.stat().st_mode | stat.S_IXGRP | stat.S_IXOTH)
        patch.setenv("TMPDIR", name)
        yield path


def killed(act: Act, process: subprocess.Popen[str], story: Story) -> None:
    """End the harness at once, with everything that it has started still there."""
    act.started = family(process)
    process.kill()
    process.communicate()
    act.status = process.returncode
    act.folders = made_folders(story.ledgers)


def played(act: Act, story: Story, *words: str, until: str) -> None:
    """A start that is killed once a load of that name was measured, and others are to come."""
    with running(story.runs, "run", *words, root=story.root) as process:
        wait(
            process,
            lambda: (
                list(story.runs.glob("*/trials.jsonl"))
                and any(until in load for load in loads(story.folder))
            ),
        )
        killed(act, process, story)
    story.seen.append(events(story.folder))


def script_runs(process: subprocess.Popen[str]) -> bool:
    """Whether the probe's script is under way."""
    commands = []
    for each in family(process):
        try:
            commands.append(each.cmdline())
        except psutil.Error:  # it ended meanwhile
            continue
    return any("held.py" in command for command in commands)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """One run, which is killed before it has a folder, in a closed and in an open window."""
    folder = tmp_path_factory.mktemp("killed")
    go = folder / "go"
    root = with_small_tables(folder / "copy", go)
    begin = ("--profile", "within", "--engine", "local", "--seed", SEED)
    with temporary_folder() as temporary:
        told = Story(root, folder / "runs", temporary)
        try:
            tell(told, begin, go)
            yield told
        finally:
            for stray in alive(told.started):
                stray.kill()


def tell(told: Story, begin: tuple[str, ...], go: Path) -> None:
    """Four starts."""
    with running(told.runs, "run", *begin, root=told.root) as process:
        wait(process, lambda: script_runs(process))
        killed(told.probing, process, told)
    told.after_probing = [*told.runs.glob("*")]

    go.touch()
    played(told.in_closed, told, *begin, until="turns.closed")
    again = ("--resume", told.folder.name)
    played(told.in_open, told, *again, until="stress.open")

    with running(told.runs, "run", *again, root=told.root) as process:
        _, told.last.said = process.communicate(timeout=PATIENCE_S)
    told.last.status = process.returncode
    told.seen.append(events(told.folder))


def test_before_a_run_begins_nothing_of_it_is_there(story: Story) -> None:
    """Whoever is killed while probes are played has no folder; the next start plays them again."""
    assert story.probing.status == -signal.SIGKILL
    assert story.after_probing == []
    exhibits = json.loads((story.folder / "exhibits.json").read_text())
    (outcome,) = exhibits["outcomes"]
    assert outcome["passed"] is True and outcome["came_back"] == "it was there"


def test_it_was_killed_within_the_windows(story: Story) -> None:
    """Some of an experiment were measured, and some were to come."""
    closed, opened, whole = ([key[5] for key in seen] for seen in story.seen)
    assert story.in_closed.status == story.in_open.status == -signal.SIGKILL
    for loads, name in ((closed, "turns.closed"), (opened, "stress.open")):
        measured = sum(name in (load or "") for load in loads)
        assert 1 <= measured < sum(name in (load or "") for load in whole)


def test_nothing_is_lost_or_measured_twice(story: Story) -> None:
    """Each start adds to what was there, and in the end the whole plan is there once, with its samples."""
    for earlier, later in pairwise(story.seen):
        assert earlier.keys() < later.keys()
    last = story.seen[-1]
    assert set(last.values()) == {1}
    plan = read(story.folder).record.plan
    planned = {
        (cell.target, cell.workload, cell.load.name, cycle)
        for cell in plan.cells
        for cycle in range(1, plan.cycles(cell) + 1)
    }
    windows = lines(story.folder, "window")
    assert {(w["target"], w["workload"], w["load"], w["cycle"]) for w in windows} == (
        planned
    )
    kinds = Counter(kind for kind, *_ in last)
    assert kinds == {"window": len(planned), "meeting": 1, "volley": 1}
    for window in windows:
        assert (story.folder / window["samples"]).is_file()


def test_it_comes_to_its_end_and_its_page_tells(story: Story) -> None:
    """Exit 0; the page says that a round was interrupted, and no start ended in a traceback."""
    assert story.last.status == 0, story.last.said
    assert "Traceback" not in story.last.said
    page = (story.folder / "report.html").read_text(encoding="utf-8")
    assert "A round was interrupted and continued" in html.unescape(page)
    assert not lines(story.folder, "failure")


def test_nothing_of_the_dead_is_left(story: Story) -> None:
    """No server, no database, no script of a probe; no folder and no temporary file."""
    assert len(story.started) >= 10
    assert alive(story.started) == []
    assert any("bench-probe" in path.name for path in story.probing.folders)
    for act in (story.probing, story.in_closed, story.in_open):
        assert not [folder for folder in act.folders if folder.exists()]
    assert [*story.temporary.iterdir()] == []
    assert [path.name for path in story.ledgers.iterdir()] == ["lock"]
    assert not [*story.folder.glob(".*"), *story.folder.glob("samples/.*")]
