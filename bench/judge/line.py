"""The line of a claim that a rule decides, and how far from it an interval stands."""

from dataclasses import dataclass
from math import inf

from bench.model.estimate import Estimate
from bench.model.verdict import Claim, Rule


@dataclass(frozen=True, slots=True)
class Line:
    """Where an estimate must stand for the claim to hold, in the estimate's own unit."""

    at: float
    above: bool = True  # False: the claim holds below it

    def order(self, estimate: Estimate | None, fails: bool = False) -> float:
        """
        A key that sorts what a verdict hangs on to the front.

        It is how many times beyond the line an end of the interval stands, below
        1 where it is short of it, so that different units can be put in order:
        the better end where it fails (the hardest first), else the worse one
        (the nearest first). What has no estimate comes last.
        """
        if estimate is None:
            return inf
        if self.above:
            return _over(estimate.high if fails else estimate.low, self.at)
        return _over(self.at, estimate.low if fails else estimate.high)


def line_of(claim: Claim) -> Line | None:
    """The one line of a rule's claim; None where each of its questions has its own."""
    own = claim.rule in (Rule.STRESS, Rule.FAILS_STRESS)
    return None if own else shared_line(claim)


def shared_line(claim: Claim) -> Line:
    """The same, for a rule whose questions share a line."""
    margin = claim.margin
    if claim.rule is Rule.TURNS:
        return Line(1 + margin, above=False)
    if claim.rule is Rule.SCALING:
        return Line(1 - margin)
    if claim.rule is Rule.PREDICTIONS:
        return Line(1 / (1 + margin))
    return Line(1 + margin)


def _over(value: float, by: float) -> float:
    return value / by if by > 0 else inf
