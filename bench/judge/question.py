"""What a claim asks: questions with their p-values, in groups."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from bench.analyse import reasons
from bench.model.estimate import Comparison, Estimate
from bench.model.verdict import (
    Excluded,
    Exclusion,
    Finding,
    GroupKind,
    OtherOutcome,
    Untested,
    Withheld,
)
from bench.stats import interval


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that belong together, in the words of their kind."""

    kind: GroupKind
    key: str
    workload: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """
    One thing that must hold, with its evidence.

    `p_holds` and `p_fails` have one value for each test of it (a question may
    ask several ratios at once); empty: it was not measured.
    """

    group: str  # its key
    evidence: Finding | Comparison
    level: float = 0.95  # of its interval
    p_holds: tuple[float, ...] = ()
    p_fails: tuple[float, ...] = ()
    p_behind: float = 1.0  # of "the ratio is at least 1"; labels a refutation
    excluded: Excluded | None = None

    @property
    def measured(self) -> bool:
        """Whether there is anything to decide with, or a reason why there is not."""
        return bool(self.p_holds) or self.excluded is not None

    @property
    def decides(self) -> bool:
        """Whether its p-values count."""
        return bool(self.p_holds) and self.excluded is None

    @property
    def estimate(self) -> Estimate | None:
        """Its number."""
        if isinstance(self.evidence, Comparison):
            return self.evidence.advantage
        return self.evidence.estimate

    @property
    def error(self) -> float:
        """One-sided."""
        return (1 - self.level) / 2

    @property
    def opposite(self) -> Self:
        """The same test for the opposite claim, which holds on the other side of the line."""
        evidence = self.evidence
        if isinstance(evidence, Finding):
            evidence = replace(evidence, above=not evidence.above)
        return replace(
            self, evidence=evidence, p_holds=self.p_fails, p_fails=self.p_holds
        )


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Everything that a claim asks at one margin, in the order in which it is shown."""

    groups: tuple[Group, ...] = ()
    rows: tuple[Question | Finding, ...] = ()  # a finding is shown and decides nothing
    untested: Untested | None = None  # without it nothing is decided
    withheld: Withheld | None = None  # the core of the claim is void
    others: tuple[OtherOutcome, ...] = ()  # of the same questions, asked of others
    one_group_suffices: bool = False
    # Whether all lines are of one unit, so that what is farthest beyond can be told.
    one_unit: bool = True

    @property
    def questions(self) -> tuple[Question, ...]:
        """What decides."""
        return tuple(row for row in self.rows if isinstance(row, Question))


def p_values(
    rounds: Sequence[Sequence[float]], margin: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The p-values (holds, fails) of ratios by round, as logs, against 1 + margin."""
    return (
        tuple(interval.p_not_above(logs, margin) for logs in rounds),
        tuple(interval.p_not_below(logs, margin) for logs in rounds),
    )


def few(rounds: int) -> Excluded | None:
    """Why so many rounds may decide nothing; None where they may."""
    if rounds >= reasons.FEWEST_ROUNDS:
        return None
    return Excluded(Exclusion.FEW_ROUNDS, rounds=rounds)
