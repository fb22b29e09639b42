"""Several runs on one page: `bench report RUN RUN`."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from bench.cli.places import PUBLISHED, RUNS
from bench.cli.run_options import frameworks, known_workloads
from bench.errors import UsageError
from bench.judge.pooled import pool
from bench.model.pooled import Pool
from bench.report.pooled import DATA, write_pooled
from bench.report.write import replace_file
from bench.store.folder import find, read
from bench.store.untrusted_input import read_plain
from bench.wording.pooled import because


POOLED = RUNS / "pooled"
"""Pages of several runs, each in a folder named after its runs; no run is changed."""


def render_pooled(names: Sequence[str]) -> Path:
    """Pool the runs of these names, write their page; its path. UsageError where fewer than two can be pooled."""
    runs = [read(find(RUNS, PUBLISHED, name)) for name in names]
    ids = [run.record.id for run in runs]
    twice = next((each for each in ids if ids.count(each) > 1), None)
    if twice is not None:
        raise UsageError(f"run {twice} is named twice", "name each run once")
    found = pool(runs)
    if len(found.runs) < 2:
        raise UsageError(
            f"{len(found.runs)} of these runs can be pooled: {_why(found)}",
            "name two runs at least that measured the same targets on the same workloads",
        )
    titles = {each.name: each.title for each in known_workloads().values()}
    return write_pooled(found, frameworks(), titles, POOLED / _folder(found.named))


def pool_again(place: Path) -> Path:
    """Write a published page of several runs, and its numbers, again from these runs; the page's path."""
    before = json.loads(read_plain(place / DATA))
    names = {
        each["id" if "id" in each else "run"]
        for each in (*before["runs"], *before["left_out"])
    }
    page = render_pooled(sorted(names))
    for made in (page.with_name(DATA), page):
        replaced = replace_file(place / made.name, made.read_text(encoding="utf-8"))
    return replaced


def _folder(named: Sequence[str]) -> str:
    """The same for the same runs, in whatever order they were named."""
    short = sha256(" ".join(named).encode()).hexdigest()[:4]
    return f"{named[0].partition('T')[0]}-{len(named)}-runs-{short}"


def _why(found: Pool) -> str:
    whole = [each for each in found.left_out if each.workload is None]
    return "; ".join(f"{each.run}: {because(each)}" for each in whole)
