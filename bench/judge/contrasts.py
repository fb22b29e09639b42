"""
Claims on differences: whether one costs more than another, each a difference itself.

Supported, refuted and inconclusive mean what they mean for ratios
(bench.judge.decide), by the same errors and the same correction; only the test
is Fieller's, as a difference may be zero or below in a round and has no logs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.analyse import reasons
from bench.model.cost import Cost
from bench.model.estimate import Estimate
from bench.model.verdict import Outcome
from bench.stats import fieller, holm


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two costs, paired by round: the claim is that the one is more than the other."""

    dearer: Cost
    cheaper: Cost

    @property
    def pairs(self) -> tuple[list[float], list[float]]:
        """The rounds that hold both."""
        both = [
            (more, less)
            for more, less in zip(self.dearer.rounds, self.cheaper.rounds, strict=True)
            if more is not None and less is not None
        ]
        return [more for more, _ in both], [less for _, less in both]

    @property
    def level(self) -> float:
        """Of its interval; that of the costs."""
        known = self.dearer.estimate or self.cheaper.estimate
        return known.level if known else 0.95

    @property
    def ratio(self) -> Estimate | None:
        """How many times; None where it cannot be bounded."""
        more, less = self.pairs
        if len(more) < 2:
            return None
        return fieller.ratio_of_means(more, less, self.level)

    @property
    def excluded(self) -> str | None:
        """Why it may decide nothing; None where it may."""
        void = self.dearer.void or self.cheaper.void
        if void:
            return void
        n = len(self.pairs[0])
        if n < reasons.FEWEST_ROUNDS:
            return f"{n} pairs of rounds are left, {reasons.FEWEST_ROUNDS} are needed"
        return None


def decide_contrasts(
    contrasts: Sequence[Contrast | None], margin: float
) -> tuple[Outcome, ...]:
    """Each one's outcome as one of a family that must all exceed the margin; None was not tested."""
    below = holm.adjusted([_p_below(one, margin) for one in contrasts])
    return tuple(_one(one, margin, p) for one, p in zip(contrasts, below, strict=True))


def _p_below(one: Contrast | None, margin: float) -> float:
    if one is None or one.excluded:
        return 1.0
    return fieller.p_not_below(*one.pairs, 1 + margin)


def _one(one: Contrast | None, margin: float, p_below: float) -> Outcome:
    if one is None:
        return Outcome.NOT_TESTED
    if one.excluded:
        return Outcome.INCONCLUSIVE
    error = (1 - one.level) / 2
    if fieller.p_not_above(*one.pairs, 1 + margin) < error:
        return Outcome.SUPPORTED
    return Outcome.REFUTED if p_below < error else Outcome.INCONCLUSIVE
