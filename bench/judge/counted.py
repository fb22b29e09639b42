"""
Old against new by counted instructions: a gate without a clock.

Counts of the same thing are equal to a thousandth at a fixed hash seed, and
about a thousandth apart between seeds. A margin of a hundredth therefore needs no
statistics and no confirmation: each count is made twice, and counts that
differ from themselves decide nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.errors import TargetFailed
from bench.model.instructions import EXACT, CountedTwice


MARGIN = 0.01
"""The share of more instructions that is let pass, unless another one is asked for."""


@dataclass(frozen=True, slots=True)
class Grown:
    """One workload: how many times the old one's instructions the new one takes."""

    workload: str
    times: float
    exact: bool  # both were equal to their second counts
    margin: float = MARGIN

    @property
    def too_much(self) -> bool:
        """Whether the new one takes more than the margin lets pass."""
        return self.exact and self.times > 1 + self.margin


def grown(
    found: Sequence[CountedTwice],
    base: str,
    new: str,
    workloads: Sequence[str],
    margin: float = MARGIN,
) -> Iterator[Grown]:
    """Each workload of two target ids; TargetFailed if one of them, or neither, was counted on it."""
    counts = {(one.target, one.workload): one for one in found}
    for workload in workloads:
        pair = [counts.get((name, workload)) for name in (base, new)]
        missing = [n for n, one in zip((base, new), pair, strict=True) if one is None]
        old, later = pair
        if old is None or later is None:
            raise TargetFailed(
                f"{' and '.join(missing)} could not be counted on {workload}",
                "count only what both can answer, with --workloads; why it was left out is told above",
            )
        exact = max(old.apart, later.apart) <= EXACT
        yield Grown(workload, later.instructions / old.instructions, exact, margin)
