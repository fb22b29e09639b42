"""Where things are, seen from the repository's root."""

import os
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
RUNS = Path(os.environ.get("BENCH_RUNS") or ROOT / "reports" / "runs")
"""Run folders; BENCH_RUNS puts them elsewhere, on a disk with more room."""
PUBLISHED = ROOT / "reports" / "published"
CALIBRATIONS = Path(
    os.environ.get("BENCH_CALIBRATIONS") or ROOT / "reports" / "calibrations"
)
"""What this machine could do, by date; BENCH_CALIBRATIONS puts it elsewhere."""
INDEX = (RUNS if os.environ.get("BENCH_RUNS") else ROOT / "reports") / "index.html"
"""Every run of this machine and the published ones; not committed."""
HISTORY = INDEX.with_name("history.sqlite")
"""What every kept run showed, by machine; beside that list, not committed either."""
PUBLISHED_INDEX = PUBLISHED / "index.html"
"""The published runs alone; committed with them."""
CACHE = ROOT / ".cache"


def is_published(folder: Path) -> bool:
    """Whether a folder lies among the published runs, whatever way it was named."""
    return folder.resolve().is_relative_to(PUBLISHED.resolve())


def shown(path: Path) -> str:
    """A path as a person would type it: short in the root folder, whole everywhere else."""
    try:
        here = path.is_relative_to(ROOT) and Path.cwd() == ROOT
    except OSError:  # the folder one stands in is gone
        here = False
    return str(path.relative_to(ROOT)) if here else str(path)
