"""
Old against new by counted instructions: a gate without a clock.

Counts of the same thing are equal to a thousandth at a fixed hash seed, and
about a thousandth apart between seeds. A margin of a hundredth therefore needs no
statistics and no confirmation: each count is made twice, and counts that
differ from themselves decide nothing.
"""

from collections.abc import Iterator, Sequence

from bench.errors import TargetFailed
from bench.model.gated import CountedChange
from bench.model.instructions import EXACT, CountedTwice


MARGIN = 0.01
"""The share of more instructions that is let pass, unless another one is asked for."""


def grown(
    counted: Sequence[CountedTwice],
    base: str,
    new: str,
    workloads: Sequence[str],
    margin: float = MARGIN,
) -> Iterator[CountedChange]:
    """Each workload of two target ids; TargetFailed if one of them, or neither, was counted on it."""
    counts = {(count.target, count.workload): count for count in counted}
    for workload in workloads:
        pair = [counts.get((name, workload)) for name in (base, new)]
        missing = [
            n for n, count in zip((base, new), pair, strict=True) if count is None
        ]
        old, later = pair
        if old is None or later is None:
            raise TargetFailed(
                f"{' and '.join(missing)} could not be counted on {workload}",
                "count only what both can answer, with --workloads; why it was left out is told above",
            )
        exact = max(old.apart, later.apart) <= EXACT
        times = later.instructions / old.instructions
        too_much = exact and times > 1 + margin
        yield CountedChange(workload, times, margin, exact, too_much)
