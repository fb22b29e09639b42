"""
Resident memory of a run's harness and generator, as long as it lasts.

`python -m tests.run.memory_curve PID FOLDER` looks every half minute at the
process of `bench run` and at those that it started to send load, and writes
each look into memory.csv in the folder; when the run has ended, memory.svg
draws them.
"""

import csv
import sys
import time
from contextlib import suppress
from pathlib import Path

import matplotlib.pyplot as plt
import psutil


EVERY_S = 30.0
SENDS = ("bench.load.locust_process", "bench.load.master_process", "bench.load.worker_process")  # fmt: skip
COLUMNS = ("minutes", "harness_mib", "generator_mib")
MIB = 2**20


def look(harness: psutil.Process) -> tuple[float, float]:
    """Both memories, now."""
    sending = [
        child.memory_info().rss
        for child in harness.children()
        if any(word in child.cmdline() for word in SENDS)
    ]
    return harness.memory_info().rss / MIB, sum(sending) / MIB


def watch(pid: int, table: Path) -> None:
    """Every half minute a line, until the process is gone."""
    harness, began = psutil.Process(pid), time.monotonic()
    with table.open("w", newline="", buffering=1) as sink:
        lines = csv.writer(sink, lineterminator="\n")
        lines.writerow(COLUMNS)
        while psutil.pid_exists(pid) and harness.is_running():
            minutes = (time.monotonic() - began) / 60
            with suppress(psutil.NoSuchProcess):  # it, or a child, ended meanwhile
                if harness.status() == psutil.STATUS_ZOMBIE:
                    break
                lines.writerow(f"{figure:.1f}" for figure in (minutes, *look(harness)))
            time.sleep(EVERY_S)


def draw(table: Path) -> None:
    """The curve of a table, beside it."""
    with table.open(newline="") as source:
        rows = [[float(cell) for cell in row] for row in list(csv.reader(source))[1:]]
    plt.rcParams["svg.hashsalt"] = "memory"
    figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
    for column, name in enumerate(("harness", "generator"), 1):
        axes.plot([row[0] for row in rows], [row[column] for row in rows], label=name)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("minutes")
    axes.set_ylabel("MiB resident")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(table.with_suffix(".svg"), metadata={"Date": None})


def main() -> None:
    """Watch, then draw."""
    table = Path(sys.argv[2]) / "memory.csv"
    watch(int(sys.argv[1]), table)
    draw(table)


if __name__ == "__main__":
    main()
