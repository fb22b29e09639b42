"""
Every state's report, written once in a session of tests.

Workers of one session share a folder: whoever asks first for a state writes
it, and the others wait for that one. Nobody changes what stands there.
"""

import fcntl
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from bench.model.results import Results
from bench.report.index import RunEntry, index_html
from bench.report.trend import trend_html
from bench.report.write import write_report
from tests.report.states import STATES
from tests.report.versions import on_older, slower


PUBLISHED = Path(__file__).resolve().parents[2] / "reports" / "published"


class Shared:
    """Where the reports of this session stand; conftest.py says so before the first test."""

    folder: Path | None = None


@cache
def made(state: str) -> Results:
    """The results of a state, not to be changed."""
    return STATES[state]()


@cache
def written(state: str) -> Path:
    """The folder with the page of a state and everything beside it, not to be changed."""
    return _once(state, lambda folder: write_report(made(state), folder))


def page_file(state: str) -> Path:
    """
    The page of a state, or of a published run.

    "index" is the list of all states, and of a run that was killed; "trend"
    the page of two releases, "beneath" that of older packages beneath one.
    """
    if (PUBLISHED / state).is_dir():
        return PUBLISHED / state / "report.html"
    if state in _OTHERS:
        return _once(state, _OTHERS[state]) / f"{state}.html"
    return written(state) / "report.html"


@cache
def page_of(state: str) -> str:
    """The text of that page."""
    return page_file(state).read_text(encoding="utf-8")


def _once(name: str, write: Callable[[Path], object]) -> Path:
    assert Shared.folder is not None, "only tests of tests/report have reports"
    target = Shared.folder / name
    with (Shared.folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            half = Shared.folder / f"{name}.half"
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            write(half)
            half.rename(target)
    return target


def _write_index(folder: Path) -> None:
    entries = [
        RunEntry(name, f"{name}.html", False, replace(made(name), run_id=name))
        for name in STATES
    ]
    entries.append(RunEntry("killed", "", False, None, "not understood yet"))
    (folder / "index.html").write_text(index_html(entries), encoding="utf-8")


def _write_versions(name: str, results: Results, folder: Path) -> None:
    html = trend_html(results)
    assert html is not None
    (folder / f"{name}.html").write_text(html, encoding="utf-8")


_OTHERS = {
    "index": _write_index,
    "trend": lambda folder: _write_versions("trend", slower(0.8), folder),
    "beneath": lambda folder: _write_versions("beneath", on_older(0.8), folder),
}
