"""
A whole run whose PostgreSQL stops to answer and does not end.

A copy of the product waits for seconds where the product waits for a minute;
nothing else in it is changed.
"""

import html
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.cli.copied import copy_of_the_product, replace_in
from tests.cli.test_killed import child, lines, made_folders
from tests.cli.test_life import PATIENCE_S, alive, family, running, wait_for_windows


pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

SMALL = (
    *("--profile", "smoke", "--engine", "local"),
    *("--targets", "fastapi", "--workloads", "db-read,db-many"),
)
WINDOWS = 4  # with the twin
LIMIT_S = 10
REASON = f"the database cannot be used: it gave no answer within {LIMIT_S} s"


@dataclass
class Story:
    """What became of the run."""

    status: int
    said: str  # on stderr
    folder: Path
    before: str  # the stored lines when it was stopped
    started: list[psutil.Process]
    left: list[psutil.Process]
    folders: list[Path]  # of data, outside of the cache
    ledgers: Path


def stop(postgres: psutil.Process) -> None:
    """All of its processes; the kernel still answers for them."""
    postgres.send_signal(signal.SIGSTOP)  # first: it starts no others meanwhile
    for process in postgres.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGSTOP)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """It hangs as soon as one window is stored, while others are measured."""
    place = tmp_path_factory.mktemp("hung")
    root, runs = copy_of_the_product(place / "copy"), place / "runs"
    code = root / "bench" / "deploy" / "database.py"
    replace_in(code, "ANSWERS_WITHIN_S = 60.0", f"ANSWERS_WITHIN_S = {LIMIT_S}.0")
    ledgers = root / ".cache" / "running"
    with running(runs, "run", *SMALL, root=root) as process:
        folder = wait_for_windows(process, runs, 1)
        started, folders = family(process), made_folders(ledgers)
        stop(child(process, "postgres"))
        before = (folder / "trials.jsonl").read_text()
        try:
            _, said = process.communicate(timeout=PATIENCE_S)
            left = alive(started)
        finally:
            for stray in alive(started):
                os.kill(stray.pid, signal.SIGKILL)
    return Story(
        process.returncode, said, folder, before, started, left, folders, ledgers
    )


def test_the_run_gives_it_up_and_says_so(story: Story) -> None:
    """Exit 3 after its limit with what hung and how to go on; the page says it, too."""
    assert story.status == 3, story.said
    assert f"error: {REASON}" in story.said
    assert "postgres.log" in story.said
    assert f"RESUME={story.folder.name}" in story.said
    assert "Traceback" not in story.said
    page = (story.folder / "report.html").read_text(encoding="utf-8")
    assert "The run was broken off" in page
    assert REASON in html.unescape(page)


def test_what_was_measured_is_kept_and_no_target_is_blamed(story: Story) -> None:
    """Every line stands; after it the reason, and no failure of anybody."""
    text = (story.folder / "trials.jsonl").read_text()
    assert text.startswith(story.before)
    assert 1 <= len(lines(story.folder, "window")) < WINDOWS
    assert lines(story.folder, "failure") == []
    (stop,) = lines(story.folder, "stop")
    assert stop["message"] == REASON


def test_what_it_started_is_ended_though_it_is_stopped(story: Story) -> None:
    """No process that cannot hear a signal but the last one, no data, no ledger."""
    assert len(story.started) >= 5
    assert story.left == []
    assert story.folders
    assert not [folder for folder in story.folders if folder.exists()]
    assert [path.name for path in story.ledgers.iterdir()] == ["lock"]
