"""
One real run in which everything that can be killed is killed once, until it comes to its end.

The harness with kill -9 in three of its phases, PostgreSQL, the generator, a
server. Told once, since each start takes seconds; what must hold is asked of it
afterwards.
"""

import html
import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.errors import ExitStatus
from tests.cli.copied import ROOT
from tests.cli.test_life import PATIENCE_S, alive, family, running, windows


# Six starts: on a machine that many use at once they took over three minutes.
pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

SMALL = (
    *("--profile", "smoke", "--engine", "local"),
    *("--targets", "fastapi,floor/uvicorn", "--workloads", "hello,json"),
)
TARGETS = 3  # with the twin
WINDOWS = 6  # of one cycle


@dataclass
class Act:
    """One start of the harness, and what became of it."""

    status: int = 0
    said: str = ""  # on stderr
    page: str = ""  # as it was then
    windows: Counter[tuple[int, str, str, int]] = field(default_factory=Counter)
    started: list[psutil.Process] = field(default_factory=list)
    left: list[psutil.Process] = field(default_factory=list)  # right after its end
    folders: list[Path] = field(default_factory=list)  # of data, outside of the cache


@dataclass
class Story:
    """All of it, in order."""

    runs: Path
    before_the_head: Act = field(default_factory=Act)
    while_starting: Act = field(default_factory=Act)
    while_measuring: Act = field(default_factory=Act)
    no_database: Act = field(default_factory=Act)
    no_generator: Act = field(default_factory=Act)
    no_server: Act = field(default_factory=Act)
    headless: list[Path] = field(default_factory=list)
    killed_target: str = ""

    @property
    def folder(self) -> Path:
        """That of the only run with a head."""
        (head,) = self.runs.glob("*/run.json")
        return head.parent


def lines(folder: Path, kind: str) -> list[dict[str, Any]]:
    """What a run folder holds of one kind."""
    path = folder / "trials.jsonl"
    text = path.read_text() if path.exists() else ""
    # The last one may be under way.
    whole = [json.loads(line) for line in text.splitlines(True) if line[-1:] == "\n"]
    return [each for each in whole if each["kind"] == kind]


def heads(runs: Path) -> list[Path]:
    """The folders of runs that have begun."""
    return [path.parent for path in runs.glob("*/run.json")]


def wait(process: subprocess.Popen[str], what: Callable[[], object]) -> None:
    """Until that is so, and not longer than the harness lives."""
    for _ in range(PATIENCE_S * 20):
        if what():
            return
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    raise AssertionError(f"not seen within {PATIENCE_S} s")


def child(process: subprocess.Popen[str], word: str) -> psutil.Process:
    """The program of the harness that has this in its command."""
    (found,) = (
        each
        for each in psutil.Process(process.pid).children()
        if any(word in part for part in each.cmdline())
    )
    return found


LEDGERS = ROOT / ".cache" / "running"


def made_folders(ledgers: Path = LEDGERS) -> list[Path]:
    """What a killed harness has made, by its own ledger."""
    text = "".join(path.read_text() for path in ledgers.glob("*/entries.jsonl"))
    entries = [json.loads(line) for line in text.splitlines()]
    return [Path(each["path"]) for each in entries if each["kind"] == "folder"]


def end(act: Act, process: subprocess.Popen[str], story: Story) -> None:
    """Kill the harness at once, with everything that it has started still there."""
    act.started = family(process)
    process.kill()
    process.communicate()
    act.status = process.returncode
    act.folders = made_folders()
    assert act.folders, "the ledger names no folder"
    if heads(story.runs):
        act.windows = windows(story.folder)


def outlive(
    act: Act, process: subprocess.Popen[str], story: Story, victim: psutil.Process
) -> None:
    """Kill one of its programs, and let the harness come to an end of its own."""
    act.started = family(process)
    os.kill(victim.pid, signal.SIGKILL)
    _, act.said = process.communicate(timeout=PATIENCE_S)
    act.status = process.returncode
    act.left = alive(act.started)
    act.windows = windows(story.folder)
    page = (story.folder / "report.html").read_text(encoding="utf-8")
    act.page = html.unescape(page)


def next_server(folder: Path) -> tuple[str, str]:
    """A target that still has a window to come, and the word of its command that names its port."""
    seen = {(target, work) for _, target, work, _ in windows(folder)}
    boots = {boot["target"]: boot["command"] for boot in lines(folder, "boot")}
    target = next(
        each for each in boots for work in ("hello", "json") if (each, work) not in seen
    )
    (port,) = (word for word in boots[target] if word.startswith("--port="))
    return target, port


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Six starts of one run."""
    told = Story(tmp_path_factory.mktemp("runs"))
    runs = told.runs

    with running(runs, "run", *SMALL) as process:
        wait(process, lambda: list(runs.glob("*/logs")))
        end(told.before_the_head, process, told)
    told.headless = [path for path in runs.iterdir() if path not in heads(runs)]

    with running(runs, "run", *SMALL) as process:
        wait(process, lambda: heads(runs) and lines(told.folder, "boot"))
        end(told.while_starting, process, told)

    again = ("run", "--resume", told.folder.name)
    with running(runs, *again) as process:
        wait(process, lambda: lines(told.folder, "window"))
        end(told.while_measuring, process, told)

    def boots() -> int:
        return len(lines(told.folder, "boot"))

    before = boots()
    with running(runs, *again) as process:
        wait(process, lambda: boots() == before + TARGETS)
        outlive(told.no_database, process, told, child(process, "postgres"))

    measured = len(lines(told.folder, "window"))
    with running(runs, *again) as process:
        wait(process, lambda: len(lines(told.folder, "window")) > measured)
        victim = child(process, "bench.load.locust_process")
        outlive(told.no_generator, process, told, victim)

    before = boots()
    with running(runs, *again) as process:
        wait(process, lambda: boots() == before + TARGETS)
        told.killed_target, port = next_server(told.folder)
        outlive(told.no_server, process, told, child(process, port))
    return told


@pytest.mark.parametrize(
    ("act", "cause"),
    [
        ("no_database", "PostgreSQL is gone: its process was ended by SIGKILL"),
        ("no_generator", "the generator process ended"),
    ],
)
def test_what_broke_it_off_is_told_and_on_the_page(
    story: Story, act: str, cause: str
) -> None:
    """Exit 3 with the cause and how to go on; the page of what there is says it, too."""
    broken: Act = getattr(story, act)
    assert broken.status == 3, broken.said
    assert f"error: {cause}" in broken.said
    assert f"RESUME={story.folder.name}" in broken.said
    assert "Traceback" not in broken.said
    assert "The run was broken off" in broken.page
    assert cause in broken.page


def test_the_last_page_names_everything_that_happened(story: Story) -> None:
    """The run came to its end, without its killed target; nobody need look into its folder."""
    assert story.no_server.status == ExitStatus.ENVIRONMENT, story.no_server.said
    for cause in (
        "PostgreSQL is gone: its process was ended by SIGKILL",
        "the generator process ended",
        "A round was interrupted and continued",
        f"{story.killed_target[1:]} is gone: its process was ended by SIGKILL",
    ):
        assert cause in story.no_server.page, cause


def test_a_killed_server_costs_its_own_windows_only(story: Story) -> None:
    """Every other window of the plan is there; its own are missing with a reason."""
    lost = {(f["target"], f["workload"]) for f in lines(story.folder, "failure")}
    assert {target for target, _ in lost} == {story.killed_target}
    assert (story.killed_target, None) in lost
    kept = {(target, work) for _, target, work, _ in story.no_server.windows}
    missing = WINDOWS - len(kept)
    assert 1 <= missing <= 2
    assert len([t for t, _ in kept if t == story.killed_target]) == 2 - missing


def test_no_window_is_lost_or_measured_twice(story: Story) -> None:
    """From start to start there are more of them, and each is there once, with its samples."""
    acts = (
        story.while_starting,
        story.while_measuring,
        story.no_database,
        story.no_generator,
        story.no_server,
    )
    for earlier, later in pairwise(acts):
        assert earlier.windows.keys() <= later.windows.keys()
    assert 1 <= len(story.while_measuring.windows) < len(story.no_generator.windows)
    assert set(story.no_server.windows.values()) == {1}
    for window in lines(story.folder, "window"):
        assert (story.folder / window["samples"]).is_file()


def test_nothing_is_left_behind(story: Story) -> None:
    """
    No process, no database, no half of anything.

    A harness that lives to tell the tale has cleaned up when it ends; what it
    left when it was killed itself is gone with the next start.
    """
    for act in (story.no_database, story.no_generator, story.no_server):
        assert len(act.started) >= TARGETS + 2
        assert act.left == []
    for act in (story.before_the_head, story.while_starting, story.while_measuring):
        assert act.status == -signal.SIGKILL
        assert alive(act.started) == []
        assert not [folder for folder in act.folders if folder.exists()]
    assert len(story.headless) == 1
    assert [path.name for path in story.runs.glob("2*")] == [story.folder.name]
    assert not [*story.folder.glob(".*"), *story.folder.glob("samples/.*")]
    assert [path.name for path in LEDGERS.iterdir()] == ["lock"]
