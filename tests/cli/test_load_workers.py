"""A whole run whose load comes from two processes, of which one is lost on the way."""

import html
import json
from pathlib import Path
from typing import Any

import psutil
import pytest

from bench.analyse import reasons
from tests.cli.test_life import (
    PATIENCE_S,
    SMALL,
    WINDOWS,
    alive,
    family,
    running,
    wait_for_windows,
)


pytestmark = pytest.mark.live


def senders(started: list[psutil.Process]) -> list[psutil.Process]:
    """The workers among what the harness has started."""
    return [p for p in started if "bench.load.worker_process" in p.cmdline()]


def stored(folder: Path) -> list[dict[str, Any]]:
    """The windows of a run, as they stand in its folder."""
    lines = (folder / "trials.jsonl").read_text().splitlines()
    return [w for line in lines if (w := json.loads(line))["kind"] == "window"]


def test_a_run_goes_on_without_one_of_its_workers(tmp_path: Path) -> None:
    """It costs at most the window under way; the others are sent by two, with another in its place."""
    with running(tmp_path, "run", *SMALL, "--load-workers", "2") as process:
        folder = wait_for_windows(process, tmp_path, 2)
        started = family(process)
        first, second = senders(started)
        second.kill()
        _, err = process.communicate(timeout=PATIENCE_S)

    assert process.returncode == 0, err
    assert alive([*started, first]) == []
    found = stored(folder)
    assert len(found) == WINDOWS
    # Who was lost told nothing.
    hit = [
        w
        for w in found
        if None in [part["requests_total"] for part in w["tally"]["workers"]]
    ]
    assert len(hit) <= 1
    whole = [w for w in found if w not in hit]
    for window in whole:
        tally = window["tally"]
        assert tally["errors"] == {}
        assert len(tally["workers"]) == 2
        parts = [part["requests_total"] for part in tally["workers"]]
        assert sum(parts) == tally["requests_total"] == tally["locust_requests"]
        assert min(parts) > 0
    names = [{part["name"] for part in w["tally"]["workers"]} for w in whole]
    assert names[0] == {"here-1", "here-2"} and names[-1] == {"here-1", "here-3"}
    page = html.unescape((folder / "report.html").read_text(encoding="utf-8"))
    assert (reasons.WORKER.title in page) is bool(hit)
