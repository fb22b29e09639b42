"""What a claim asks: questions with their p-values, in groups."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bench.analyse import reasons
from bench.model.estimate import Comparison, Estimate
from bench.model.verdict import (
    Evidence,
    Excluded,
    Exclusion,
    GroupKind,
    Label,
    OtherOutcome,
    Outcome,
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
    evidence: Evidence | Comparison
    level: float = 0.95  # of its interval
    p_holds: tuple[float, ...] = ()
    p_fails: tuple[float, ...] = ()
    p_behind: float = 1.0  # of "the ratio is at least 1"; labels a refutation
    excluded: Excluded | None = None
    # What became of it, once it is decided.
    outcome: Outcome | None = None
    label: Label | None = None

    @property
    def measured(self) -> bool:
        """Whether there is anything to decide with, or a reason why there is not."""
        return bool(self.p_holds) or self.excluded is not None

    @property
    def decides(self) -> bool:
        """Whether its p-values count."""
        return bool(self.p_holds) and self.excluded is None

    @property
    def holding(self) -> tuple[float, ...]:
        """Its p-values of "it does not hold" as they count: 1 where it may not decide."""
        return self.p_holds if self.decides else (1.0,)

    @property
    def failing(self) -> tuple[float, ...]:
        """The same of "it does not fail"."""
        return self.p_fails if self.decides else (1.0,)

    @property
    def estimate(self) -> Estimate | None:
        """Its number."""
        if isinstance(self.evidence, Comparison):
            return self.evidence.advantage
        return self.evidence.estimate

    @property
    def finding(self) -> Evidence:
        """Its evidence, of a question that is told as a finding."""
        assert isinstance(self.evidence, Evidence)
        return self.evidence

    @property
    def error(self) -> float:
        """One-sided."""
        return (1 - self.level) / 2


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Everything that a claim asks at one margin, in the order in which it is shown."""

    groups: tuple[Group, ...] = ()
    rows: tuple[Question | Evidence, ...] = ()  # a finding is shown and decides nothing
    untested: Untested | None = None  # without it nothing is decided
    withheld: Withheld | None = None  # the core of the claim is void
    others: tuple[OtherOutcome, ...] = ()  # of the same questions, asked of others
    # The claim is the opposite of what is asked: that one group fails is enough.
    opposite: bool = False
    # Whether all lines are of one unit, so that what is farthest beyond can be told.
    one_unit: bool = True

    @property
    def questions(self) -> tuple[Question, ...]:
        """What decides."""
        return tuple(row for row in self.rows if isinstance(row, Question))

    def answered(self, questions: Iterable[Question]) -> "Inquiry":
        """The same with these in the places of its own questions."""
        left = iter(questions)
        rows = (next(left) if isinstance(r, Question) else r for r in self.rows)
        return replace(self, rows=tuple(rows))


def all_void(questions: Iterable[Question]) -> Withheld | None:
    """What forbids a verdict where every one of these is void; None where one is not, or there is none."""
    why = [question.excluded for question in questions]
    void = [
        excluded.detail
        for excluded in why
        if excluded and excluded.why is Exclusion.VOID
    ]
    return Withheld("void", "", void[0]) if void and len(void) == len(why) else None


def by_rounds(
    group: str,
    evidence: Evidence | Comparison,
    rounds: Sequence[Sequence[float]],
    margin: float = 0.0,
    void: str | None = None,
) -> Question:
    """
    Whether all of several series of logs by round lie above that of 1 + margin.

    Without any it was not measured; void, or with too few rounds, it may decide nothing.
    """
    bare = Question(group, evidence)
    why = Excluded(Exclusion.VOID, void) if void is not None else None
    if why is None and not any(rounds):
        return bare
    why = why or few(min(map(len, rounds)))
    level = bare.estimate.level if bare.estimate else bare.level
    if why is not None:
        return Question(group, evidence, level, (1.0,), (1.0,), excluded=why)
    return Question(
        group,
        evidence,
        level,
        tuple(interval.p_not_above(logs, margin) for logs in rounds),
        tuple(interval.p_not_below(logs, margin) for logs in rounds),
    )


def of_ratio(
    group: str, comparison: Comparison, margin: float, finding: Evidence | None = None
) -> Question:
    """Whether the advantage exceeds 1 + margin; told as a part, or as this finding."""
    evidence = finding or comparison
    if comparison.advantage is None:
        return Question(group, evidence)
    question = by_rounds(group, evidence, [comparison.logs], margin, comparison.void)
    behind = interval.p_not_below(comparison.logs, 0.0) if question.decides else 1.0
    return replace(question, p_behind=behind)


def few(rounds: int) -> Excluded | None:
    """Why so many rounds may decide nothing; None where they may."""
    if rounds >= reasons.FEWEST_ROUNDS:
        return None
    return Excluded(Exclusion.FEW_ROUNDS, rounds=rounds)
