"""
The rule itself: intervals and a margin in, outcomes out.

Supported: every comparison's lower bound lies above 1 + margin. No correction
is needed, because all of them must hold (an intersection-union test).
Refuted: some comparison's ratio is below 1 + margin after Holm over all the
comparisons of the claim, those that could not be tested included.
Otherwise inconclusive.

Source: the union-intersection reading of ordering claims; R. L. Berger,
Multiparameter hypothesis testing and acceptance sampling, 1982.
"""

from collections.abc import Iterable, Sequence
from math import log

from bench.analyse import reasons
from bench.model.estimate import Comparison, Estimate
from bench.model.verdict import Label, Outcome
from bench.stats import holm, interval


type Decision = tuple[Outcome, Label | None]


def decide(comparisons: Sequence[Comparison], margin: float) -> tuple[Decision, ...]:
    """Each comparison's outcome as one of a family that must all exceed the margin."""
    below = holm.adjusted([_p_below(c, margin) for c in comparisons])
    behind = holm.adjusted([_p_below(c, 0.0) for c in comparisons])
    return tuple(
        _one(comparison, margin, p_below, p_behind)
        for comparison, p_below, p_behind in zip(
            comparisons, below, behind, strict=True
        )
    )


def overall(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of a claim whose parts must all hold: one refuted part refutes it."""
    found = set(outcomes)
    for outcome in (Outcome.REFUTED, Outcome.NOT_TESTED, Outcome.INCONCLUSIVE):
        if outcome in found:
            return outcome
    return Outcome.SUPPORTED if found else Outcome.NOT_TESTED


def can_decide(comparison: Comparison) -> bool:
    """Whether it is measured, not void, and rests on enough rounds."""
    return (
        comparison.advantage is not None
        and comparison.void is None
        and comparison.advantage.n >= reasons.FEWEST_ROUNDS
    )


def logs(comparison: Comparison) -> list[float]:
    """The log advantage of each round that holds the pair."""
    return [log(ratio) for ratio in comparison.rounds if ratio is not None]


def _p_below(comparison: Comparison, margin: float) -> float:
    if not can_decide(comparison):
        return 1.0
    return interval.p_not_below(logs(comparison), margin)


def _one(
    comparison: Comparison, margin: float, p_below: float, p_behind: float
) -> Decision:
    estimate = comparison.advantage
    if estimate is None:
        return Outcome.NOT_TESTED, None
    if not can_decide(comparison):
        return Outcome.INCONCLUSIVE, None
    error = (1 - estimate.level) / 2
    if interval.p_not_above(logs(comparison), margin) < error:
        return Outcome.SUPPORTED, None
    if p_below >= error:
        return Outcome.INCONCLUSIVE, None
    return Outcome.REFUTED, _label(estimate, margin, p_behind < error)


def _label(estimate: Estimate, margin: float, behind: bool) -> Label:
    if 1 / (1 + margin) < estimate.low and estimate.high < 1 + margin:
        return Label.TIE
    return Label.REVERSED if behind else Label.NOT_MATERIAL
