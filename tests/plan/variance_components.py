"""
Rounds or cycles? The variance of ratios between rounds and between windows, from stored runs.

`python -m tests.plan.variance_components` prints, for every published run, how
much the log ratio of two usual deployments scatters between windows of one
round and between rounds (starts) beyond that, what a shorter window adds, and
what half-widths these components predict for other numbers of rounds and
cycles and other lengths of windows: the quick profile as it is, beside what it
was. With `--search` it tries designs of that profile that take ten minutes at
most.

A round's value is a median over its cycles. How much a median of so many
windows scatters is drawn from the run's own residuals, since noise of a shared
machine has tails. A window's variance goes by its length as `floor + slope /
length`, fitted to the first second and the rest of each window.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import sqrt
from pathlib import Path

import numpy as np

from bench.analyse import metrics
from bench.analyse.comparisons import pairs
from bench.analyse.windows import Trials, lay_out
from bench.cli.run_options import RunOptions, plan_for
from bench.model.framework import Role
from bench.model.plan import Plan
from bench.plan.duration import duration
from bench.stats import interval
from bench.stats.interleaved import Floats
from bench.store.folder import read, run_folders


PUBLISHED = Path(__file__).resolve().parents[2] / "reports" / "published"
DRAWS = 20_000
MOST_S = 600.0


@dataclass(frozen=True, slots=True)
class Design:
    """How much is measured."""

    rounds: int
    cycles: int
    measure_s: float

    def __str__(self) -> str:
        return f"{self.rounds} x {self.cycles} x {self.measure_s:g} s"


BEFORE = Design(6, 4, 1.5)
"""The quick profile until 30 November 2026."""


@dataclass(frozen=True)
class Components:
    """Of one workload and metric of a run; variances of logs, pooled over its pairs."""

    run: str
    workload: str
    metric: str
    between_windows: float  # of one round, at the run's own length
    between_rounds: float  # beyond what the windows explain; at least 0
    residuals: Floats  # windows of a round about their mean
    measure_s: float
    slope: float  # how a window's variance grows as it gets shorter, see `longer`

    def longer(self, measure_s: float) -> float:
        """A window's variance at another length, as a multiple of that at the run's own."""
        return 1 + self.slope * (1 / measure_s - 1 / self.measure_s)

    def half_width(self, design: Design) -> float:
        """Predicted 95 % half-width of the log ratio."""
        windows = self.longer(design.measure_s) * _of_median(self, design.cycles)
        variance = self.between_rounds + windows
        n = design.rounds
        return interval.t_quantile(0.975, n) * sqrt(variance / n)


def _of_median(of: Components, cycles: int) -> float:
    """The variance of a median of so many windows, with the run's own tails."""
    random = np.random.default_rng(cycles)
    drawn = random.choice(of.residuals, (DRAWS, cycles))
    return float(np.median(drawn, axis=1).var())


def components(trials: Trials, run: str) -> Iterator[Components]:
    """One for each workload and each metric of speed."""
    plan = trials.plan
    for workload, measure in product(
        trials.workloads, (metrics.THROUGHPUT, metrics.CPU)
    ):
        targets = trials.targets(workload)
        compared = [
            (targets.index(a.id), targets.index(b.id))
            for a, b in pairs(plan)
            if {a.id, b.id} <= set(targets)
            and b.role is Role.CONTESTANT
            and (a.role is Role.TWIN or (a.role is b.role and a.id < b.id))
        ]
        grids = trials.grids(workload, measure)
        found = [
            logs[~np.isnan(logs).any(axis=1)]
            for a, b in compared
            for logs in [grids[:, :, a] - grids[:, :, b]]
        ]
        found = [logs for logs in found if len(logs) >= 2]
        if not found:
            continue
        cycles = plan.profile.cycles
        within = float(np.mean([logs.var(axis=1, ddof=1).mean() for logs in found]))
        means = float(np.mean([logs.mean(axis=1).var(ddof=1) for logs in found]))
        residuals = np.concatenate(
            [(logs - logs.mean(axis=1, keepdims=True)).ravel() for logs in found]
        )
        yield Components(
            run,
            workload,
            measure.metric.name,
            within,
            max(0.0, means - within / cycles),
            residuals * sqrt(cycles / (cycles - 1)),
            plan.profile.measure_s,
            _slope(trials),
        )


def _slope(trials: Trials) -> float:
    """
    How the variance of a window between targets goes with its length, relative to that of a whole one.

    From the answers of the first second of each window beside all of them; 0
    where windows are shorter than that.
    """
    whole: list[float] = []
    first: list[float] = []
    ids = {t.id for t in trials.plan.targets if t.role in (Role.CONTESTANT, Role.TWIN)}
    for workload, number in product(trials.workloads, trials.rounds):
        tallies = [
            [c.window.tally for c in found]
            for target in trials.targets(workload)
            if target in ids
            and (found := trials.checked.get((trials.key(target, workload), number)))
        ]
        if len(tallies) < 2 or any(
            len(t.per_second) < 2 or not t.per_second[0] for row in tallies for t in row
        ):
            continue
        for rates, kept in (
            ([[t.requests / t.measure_s for t in row] for row in tallies], whole),
            ([[t.per_second[0] for t in row] for row in tallies], first),
        ):
            logs = np.log(np.array(rates, dtype=np.float64))
            kept.append(float((logs - logs.mean(axis=0)).var(axis=1, ddof=1).mean()))
    if not whole:
        return 0.0
    excess = float(np.mean(first)) / float(np.mean(whole)) - 1
    return max(0.0, excess / (1 - 1 / trials.plan.profile.measure_s))


def stored() -> list[Components]:
    """Of every published run."""
    found: list[Components] = []
    for folder in run_folders(PUBLISHED):
        trials = lay_out(read(folder))
        found += components(trials, folder.name)
    return found


def planned(plan: Plan, design: Design, warm_s: float) -> float:
    """How long a plan takes with another design, in seconds."""
    length = design.measure_s
    profile = replace(plan.profile, looks=(design.rounds,), cycles=design.cycles)
    cells = tuple(
        replace(cell, load=replace(cell.load, warm_s=warm_s, measure_s=length))
        for cell in plan.cells
    )
    return duration(replace(plan, profile=profile, cells=cells)).longest_s


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--search", action="store_true")
    parser.add_argument("--warm-s", type=float, default=0.25)
    asked = parser.parse_args()
    plan = plan_for(RunOptions("quick"))
    found = [of for of in stored() if of.workload in plan.profile.workloads]
    say(
        "| run | | windows | rounds | window of 1 s | half-width before | now | ratio |"
    )
    say("|---|---|--:|--:|--:|--:|--:|--:|")
    now = design_of(plan)
    for run, metric in dict.fromkeys((of.run, of.metric) for of in found):
        own = [of for of in found if (of.run, of.metric) == (run, metric)]
        widths = [(of.half_width(BEFORE), of.half_width(now)) for of in own]
        ratios = [after / before for before, after in widths]
        cells = (
            run.partition("-")[2],
            metric,
            _percent([sqrt(of.between_windows) for of in own]),
            _percent([sqrt(of.between_rounds) for of in own]),
            f"{own[0].longer(1.0):.2f}",
            _percent([before for before, _ in widths]),
            _percent([after for _, after in widths]),
            f"{min(ratios):.2f}–{max(ratios):.2f}"
            if len(ratios) > 1
            else f"{ratios[0]:.2f}",
        )
        say(f"| {' | '.join(cells)} |")
    if asked.search:
        _search(plan, found, asked.warm_s)


def say(line: str) -> None:
    """One line of a table."""
    sys.stdout.write(f"{line}\n")


def design_of(plan: Plan) -> Design:
    """What a profile with one look measures."""
    profile = plan.profile
    return Design(profile.looks[0], profile.cycles, profile.measure_s)


def _percent(values: Sequence[float]) -> str:
    return f"{100 * sqrt(float(np.mean(np.square(values)))):.1f} %"


def _search(plan: Plan, found: Sequence[Components], warm_s: float) -> None:
    before = [of.half_width(BEFORE) for of in found]
    tried = []
    for design in (
        Design(n, m, length)
        for n in range(6, 21)
        for m in range(1, 9)
        for length in (0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0, 1.25, 1.5)
    ):
        takes_s = planned(plan, design, warm_s)
        if takes_s <= MOST_S:
            ratios = [
                of.half_width(design) / old
                for of, old in zip(found, before, strict=True)
            ]
            tried.append((max(ratios), float(np.mean(ratios)), design, takes_s))
    for worst, usual, design, takes_s in sorted(tried, key=lambda t: t[0])[:12]:
        say(f"{design!s:16} {takes_s:4.0f} s  worst {worst:.3f}  mean {usual:.3f}")


if __name__ == "__main__":
    main()
