"""
Where a series of releases changes its cost: which releases to count next, and the steps.

First both ends and some releases between them are counted, spread evenly over
the first ones of the minor versions. Between two neighbours that differ by more
than half the threshold, the release in the middle is counted, until each such
change has a release of its own. What lies between two neighbours of one cost is
not counted: a change there that a later release took back remains unseen.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from packaging.version import Version

from bench.model.bisection import CostStep, CountedRelease, PackageChange, RequestCost
from bench.model.estimate import Estimate
from bench.model.instructions import EXACT
from bench.model.releases import by_plain_name


THRESHOLD = 0.01
"""The share by which a request's cost must change for a step; counts of one thing differ by a tenth of it."""


FIRST = 17
"""Releases that are counted before any gap is halved; more of them see more that was taken back."""


def first_to_measure(versions: Sequence[str]) -> list[str]:
    """The first releases of minor versions, spread evenly where there are many, and both ends; oldest first."""
    firsts: dict[tuple[int, ...], str] = {}
    for version in versions:
        firsts.setdefault(Version(version).release[:2], version)
    chosen = list(firsts.values())
    if len(chosen) > FIRST:
        places = (i * (len(chosen) - 1) / (FIRST - 1) for i in range(FIRST))
        chosen = [chosen[round(place)] for place in places]
    return list(dict.fromkeys([*versions[:1], *chosen, *versions[-1:]]))


def next_to_count(releases: Sequence[CountedRelease]) -> list[str]:
    """One release in the middle of each gap whose ends differ; empty when every step has its release."""
    measured = [i for i, release in enumerate(releases) if release.costs]
    chosen = []
    for before, after in pairwise(measured):
        gap = [
            release for release in releases[before + 1 : after] if not release.skipped
        ]
        if gap and _differ(releases[before], releases[after], THRESHOLD / 2):
            chosen.append(gap[len(gap) // 2].version)
    return chosen


def without_second_count(releases: Sequence[CountedRelease]) -> list[str]:
    """The releases on either side of a step that were counted only once."""
    bordering = dict.fromkeys(
        release.version
        for older, newer in neighbours(releases)
        if _differ(older, newer, THRESHOLD)
        for release in (older, newer)
        if any(cost.again is None for cost in release.costs.values())
    )
    return list(bordering)


def counted_steps(
    package: str, releases: Sequence[CountedRelease], workloads: Sequence[str]
) -> Iterator[CostStep]:
    """Every change beyond the threshold between neighbours that were counted, oldest first."""
    for older, newer in neighbours(releases):
        for workload in workloads:
            before, after = older.costs.get(workload), newer.costs.get(workload)
            if before is None or after is None:
                continue
            times = after.value / before.value
            if abs(times - 1) > THRESHOLD:
                yield CostStep(
                    workload=workload,
                    older=older.version,
                    newer=newer.version,
                    times=times,
                    low=None,
                    high=None,
                    exact=_repeated(before) and _repeated(after),
                    changed=changed_packages(package, older, newer),
                )


def timed_steps(
    package: str,
    releases: Sequence[CountedRelease],
    workloads: Sequence[str],
    slowdown: Callable[[str, str, str], Estimate | None],
) -> Iterator[CostStep]:
    """
    Every change whose whole interval lies beyond the threshold, between neighbours that were timed.

    `slowdown` tells for older release, newer release and workload how many
    times the CPU time the newer one takes.
    """
    for older, newer in neighbours(releases):
        for workload in workloads:
            estimate = slowdown(older.version, newer.version, workload)
            if estimate and (
                estimate.low > 1 + THRESHOLD or estimate.high < 1 - THRESHOLD
            ):
                yield CostStep(
                    workload=workload,
                    older=older.version,
                    newer=newer.version,
                    times=estimate.point,
                    low=estimate.low,
                    high=estimate.high,
                    exact=False,
                    changed=changed_packages(package, older, newer),
                )


def neighbours(
    releases: Sequence[CountedRelease],
) -> Iterator[tuple[CountedRelease, CountedRelease]]:
    """Each measured release with the next measured one."""
    yield from pairwise(release for release in releases if release.costs)


def changed_packages(
    package: str, older: CountedRelease, newer: CountedRelease
) -> tuple[PackageChange, ...]:
    """What differs between their environments beside the package itself, by name."""
    before, after = (by_plain_name(release.packages) for release in (older, newer))
    return tuple(
        PackageChange(name, before.get(name), after.get(name))
        for name in sorted({*before, *after} - {package})
        if before.get(name) != after.get(name)
    )


def _differ(older: CountedRelease, newer: CountedRelease, threshold: float) -> bool:
    return any(
        abs(newer.costs[workload].value / cost.value - 1) > threshold
        for workload, cost in older.costs.items()
        if workload in newer.costs
    )


def _repeated(cost: RequestCost) -> bool:
    return cost.again is not None and abs(cost.again / cost.value - 1) <= EXACT
