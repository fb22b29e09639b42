"""
The history of a machine: series of runs, and where their level changed.

A change of level is advice to measure old and new side by side, and never a
failure: nothing pairs the runs of different days. What a run may not decide by
is shown in its series and not tested.

Ratios are tested as bench.stats.change_points says, all series of one set of
conditions together at ERROR, each at its equal share (C. E. Bonferroni, 1936).
Instructions are exact, so that two neighbours decide. A change smaller than
the margin at which `bench compare` begins to mind is not told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log, log1p

from bench.judge import regressions
from bench.model.history import INSTRUCTIONS, KeptRun, MadeOf, Point
from bench.stats.change_points import LEAST, change_points


ERROR = 0.05
"""How often the series of one machine, none of which changed, may be said to, at one look."""
MARGINS = {**regressions.MARGINS, INSTRUCTIONS: 0.01}
"""The change that is let pass, by metric."""
FEWEST = 2 * LEAST
"""Runs that count, before a series of ratios can be tested at all."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One run's figure in a series."""

    run: KeptRun
    point: Point

    @property
    def value(self) -> float | None:
        """The figure, where it may decide; None where it is only shown or was not measured."""
        silent = self.run.decides_nothing is not None or self.point.void is not None
        return None if silent else self.point.value


@dataclass(frozen=True, slots=True)
class Series:
    """One line on one workload by one metric, under conditions that are equal throughout, oldest first."""

    conditions: str
    line: str
    workload: str
    metric: str
    entries: tuple[Entry, ...]

    @property
    def counted(self) -> tuple[tuple[Entry, float], ...]:
        """The entries that may decide, with their figures, all above 0."""
        return tuple(
            (entry, value)
            for entry in self.entries
            if (value := entry.value) is not None and value > 0
        )


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """A change of level of one series; it judges nothing."""

    series: Series
    before: Entry  # the last run of the old level
    since: Entry  # the first of the new one
    runs_before: int  # how many runs the old level rests on
    runs_since: int
    times: float  # new level over old
    together: bool  # more than half of the series of these conditions change here
    differs: tuple[str, ...]  # what is known to differ between the two runs


def series_of(runs: Sequence[KeptRun]) -> tuple[Series, ...]:
    """Every series that these runs hold, by machine, line, workload and metric."""
    found: dict[tuple[str, str, str, str], list[Entry]] = {}
    for run in sorted(runs, key=lambda run: (run.created_at, run.id)):
        for point in run.points:
            key = (point.conditions, point.line, point.workload, point.metric)
            found.setdefault(key, []).append(Entry(run, point))
    return tuple(Series(*key, tuple(found[key])) for key in sorted(found))


def long_enough(series: Sequence[Series]) -> tuple[Series, ...]:
    """Those that are long enough to change, by their kind."""
    return tuple(
        one
        for one in series
        if len(one.counted) >= (2 if one.metric == INSTRUCTIONS else FEWEST)
    )


def changes(series: Sequence[Series]) -> tuple[ChangePoint, ...]:
    """Every change of level, in the order of the series, oldest first."""
    testable = long_enough(series)
    found: list[ChangePoint] = []
    for conditions in dict.fromkeys(one.conditions for one in testable):
        family = [one for one in testable if one.conditions == conditions]
        noisy = sum(one.metric != INSTRUCTIONS for one in family)
        places = [(one, _places(one, ERROR / max(noisy, 1))) for one in family]
        found += _told(places)
    return tuple(found)


def _places(series: Series, error: float) -> list[int]:
    """Where a new level begins, by position among the entries that count."""
    logs = [log(value) for _, value in series.counted]
    if series.metric == INSTRUCTIONS:
        least = log1p(MARGINS[INSTRUCTIONS])
        return [i for i in range(1, len(logs)) if abs(logs[i] - logs[i - 1]) > least]
    return list(change_points(logs, error))


def _told(places: Sequence[tuple[Series, list[int]]]) -> Iterator[ChangePoint]:
    starts = [
        {series.counted[place][0].run.id for place in own} for series, own in places
    ]
    for series, own in places:
        edges = [0, *own, len(series.counted)]
        for position, place in enumerate(own, 1):
            old = series.counted[edges[position - 1] : place]
            new = series.counted[place : edges[position + 1]]
            times = exp(_mean_log(new) - _mean_log(old))
            if abs(log(times)) < log1p(MARGINS[series.metric]):
                continue
            since = new[0][0]
            alike = sum(since.run.id in each for each in starts)
            yield ChangePoint(
                series=series,
                before=old[-1][0],
                since=since,
                runs_before=len(old),
                runs_since=len(new),
                times=times,
                together=len(places) > 2 and 2 * alike > len(places),
                differs=tuple(_differing(old[-1][0], since)),
            )


def _mean_log(part: Sequence[tuple[Entry, float]]) -> float:
    return sum(log(value) for _, value in part) / len(part)


def _differing(before: Entry, since: Entry) -> Iterator[str]:
    """What of target, floor and harness is not the same in both runs, in words."""
    for name, old, new in (
        ("", before.point.target, since.point.target),
        ("the bare server's ", before.point.reference, since.point.reference),
    ):
        yield from _packages(name, before.run.target(old), since.run.target(new))
    if before.run.measuring != since.run.measuring:
        yield "the code that measures"


def _packages(whose: str, old: MadeOf | None, new: MadeOf | None) -> Iterator[str]:
    if old is None or new is None:
        return
    for name in sorted({*old.packages, *new.packages}, key=str.lower):
        was, is_now = (each.packages.get(name, "none") for each in (old, new))
        if was != is_now:
            yield f"{whose}{name} {was} → {is_now}"
    if old.app_sha256 != new.app_sha256:
        yield f"{whose}application"
