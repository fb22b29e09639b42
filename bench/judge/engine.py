"""
The rule of every verdict: questions with p-values in, an outcome out.

A claim is a conjunction over groups, and each group over its questions. With
the one-sided p-values of a question, p_holds of "it is not beyond its line"
and p_fails of "it is beyond it", a group g of k_g tests has

    p_holds(g) = max over its tests,  p_fails(g) = min(1, k_g * min over its tests).

With a = (1 - level) / 2, H are the groups whose Holm-adjusted p_holds is below
a, F those whose Holm-adjusted p_fails is. Supported: every test's own p_holds
is below a (no correction: all must hold). Depends: neither H nor F is empty.
Refuted: F is not, H is. Not tested: something that it takes was not measured.
Else inconclusive.

However the tests depend on each other, the chance is at most a that a claim is
wrongly supported, that any group is wrongly said to fail, and that any is
wrongly said to hold by Holm. The groups of a supported claim are said to hold
with it, without Holm: that all of them hold is what was shown, and none may
stand open beside it. Holm and this together are the first step of Hochberg: any
group is then wrongly said to hold with a chance of at most a where p-values of
groups are independent or rise together, as those of one run do as far as they
share its rounds, and of less than 2 a in any case (of m groups that do not hold,
Holm errs in at most a, and all of them lie between a / m and a in at most a - a / m).

Sources: R. L. Berger, Multiparameter hypothesis testing and acceptance
sampling, 1982 (intersection-union tests); S. Holm, A simple sequentially
rejective multiple test procedure, 1979; Y. Hochberg, A sharper Bonferroni
procedure for multiple tests of significance, 1988; S. K. Sarkar and C.-K.
Chang, The Simes method for multiple hypothesis testing with positively
dependent test statistics, 1997.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf, log, log1p

from bench.judge.question import Group, Inquiry, Question, all_void, of_ratio
from bench.model.estimate import Comparison
from bench.model.verdict import (
    Decision,
    Evidence,
    GroupKind,
    GroupResult,
    GroupState,
    Label,
    Outcome,
    Part,
    Withheld,
)
from bench.stats import holm, interval, power


NEAR = 0.01
"""How near a line is too near for a single run: runs of one machine and day were seen to
differ by a standard deviation of about so much (METHODOLOGY, what one run cannot know)."""
_WORST_FIRST = (Label.REVERSED, Label.TIE, Label.NOT_MATERIAL)
_OF_STATE = {
    GroupState.HOLDS: Outcome.SUPPORTED,
    GroupState.FAILS: Outcome.REFUTED,
    GroupState.OPEN: Outcome.INCONCLUSIVE,
    GroupState.NOT_MEASURED: Outcome.NOT_TESTED,
}
_OPPOSITE = {
    Outcome.SUPPORTED: Outcome.REFUTED,
    Outcome.REFUTED: Outcome.SUPPORTED,
    Outcome.DEPENDS: Outcome.SUPPORTED,
}
_OPPOSITE_STATE = {
    GroupState.HOLDS: GroupState.FAILS,
    GroupState.FAILS: GroupState.HOLDS,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision with the evidence that carries each outcome."""

    decision: Decision
    asked: Inquiry
    parts: tuple[Part, ...]
    findings: tuple[Evidence, ...]


def judged(
    ask: Callable[[float], Inquiry],
    margin: float,
    withheld: Withheld | None = None,
    other_margins: Sequence[float] = (),
) -> Judged:
    """What `ask` finds at the claim's margin, and the outcomes at the others."""
    decision, asked = decide(ask(margin), margin, withheld)
    others = tuple(
        (other_margin, decide(ask(other_margin), other_margin, withheld)[0].outcome)
        for other_margin in other_margins
    )
    rows = [_told(row, margin, asked.opposite) for row in asked.rows]
    return Judged(
        replace(decision, at_other_margins=others),
        asked,
        tuple(row for row in rows if isinstance(row, Part)),
        tuple(row for row in rows if isinstance(row, Evidence)),
    )


def decide(
    asked: Inquiry, margin: float = 0.0, withheld: Withheld | None = None
) -> tuple[Decision, Inquiry]:
    """The decision, and what was asked with the outcome of each question."""
    questions = asked.questions
    if asked.untested is not None or not any(
        question.measured for question in questions
    ):
        nothing = (
            replace(question, outcome=Outcome.NOT_TESTED) for question in questions
        )
        decision = Decision(Outcome.NOT_TESTED, _bare(asked, set()))
        return decision, asked.answered(nothing)
    if (why := withheld or asked.withheld) is not None:
        return _withheld(asked, why)
    decision, asked = _conjunction(asked, margin)
    return _opposite(decision, asked) if asked.opposite else (decision, asked)


def decided(comparison: Comparison, margin: float) -> Outcome:
    """What a claim on this one comparison would be."""
    group = Group(GroupKind.WORKLOAD, comparison.workload, comparison.workload)
    asked = Inquiry((group,), (of_ratio(group.key, comparison, margin),))
    return decide(asked, margin)[0].outcome


def _conjunction(asked: Inquiry, margin: float) -> tuple[Decision, Inquiry]:
    groups = _groups(asked)
    asked = asked.answered(_answers(asked.questions, groups, margin))
    outcome = _outcome(asked, groups)
    if outcome is Outcome.SUPPORTED:
        groups = [replace(group, state=GroupState.HOLDS) for group in groups]
    strict = Outcome.REFUTED if outcome is Outcome.DEPENDS else outcome
    decision = Decision(
        outcome,
        tuple(
            replace(g, decided_by=_hangs_on(asked, _OF_STATE[g.state], g.key))
            for g in groups
        ),
        tuple(group.key for group in groups if group.state is GroupState.HOLDS),
        tuple(group.key for group in groups if group.state is GroupState.FAILS),
        strict=strict if len(groups) > 1 else None,
        withheld_because=_void(asked, outcome),
        decided_by=_hangs_on(asked, strict),
    )
    return decision, asked


def _opposite(standing: Decision, asked: Inquiry) -> tuple[Decision, Inquiry]:
    """The same of the claim that one group at least fails."""
    groups = tuple(
        replace(
            group,
            state=_OPPOSITE_STATE.get(group.state, group.state),
            p_holds=group.p_fails,
            p_fails=group.p_holds,
        )
        for group in standing.groups
    )
    decision = replace(
        standing,
        outcome=_OPPOSITE.get(standing.outcome, standing.outcome),
        groups=groups,
        holds_on=standing.fails_on,
        fails_on=standing.holds_on,
        strict=None,
    )
    return decision, asked.answered(
        replace(question, outcome=_opposite_of(question.outcome), label=None)
        for question in asked.questions
    )


def _opposite_of(outcome: Outcome | None) -> Outcome | None:
    return _OPPOSITE.get(outcome, outcome) if outcome else None


def _withheld(asked: Inquiry, why: Withheld) -> tuple[Decision, Inquiry]:
    outcomes = {True: Outcome.INCONCLUSIVE, False: Outcome.NOT_TESTED}
    asked = asked.answered(
        replace(question, outcome=outcomes[question.measured])
        for question in asked.questions
    )
    groups = _bare(
        asked, {question.group for question in asked.questions if question.measured}
    )
    if not all(question.measured for question in asked.questions):
        return Decision(Outcome.NOT_TESTED, groups), asked
    hangs_on = _hangs_on(asked, Outcome.INCONCLUSIVE)
    return Decision(
        Outcome.INCONCLUSIVE, groups, withheld_because=why, decided_by=hangs_on
    ), asked


def _bare(asked: Inquiry, measured: set[str]) -> tuple[GroupResult, ...]:
    """The groups without a decision: open where something is known."""
    states = {True: GroupState.OPEN, False: GroupState.NOT_MEASURED}
    return tuple(
        GroupResult(g.kind, g.key, states[g.key in measured], None, None, g.workload)
        for g in asked.groups
    )


def _groups(asked: Inquiry) -> list[GroupResult]:
    error = min(question.error for question in asked.questions)
    of = [
        [question for question in asked.questions if question.group == group.key]
        for group in asked.groups
    ]
    holds = holm.adjusted(
        [
            max((p for question in own for p in question.holding), default=1.0)
            for own in of
        ]
    )
    fails = holm.adjusted([_p_fails(own) for own in of])
    results = []
    for group, own, up, down in zip(asked.groups, of, holds, fails, strict=True):
        measured = any(question.measured for question in own)
        results.append(
            GroupResult(
                group.kind,
                group.key,
                _state(own, up < error, down < error),
                up if measured else None,
                down if measured else None,
                group.workload,
            )
        )
    return results


def _p_fails(questions: Sequence[Question]) -> float:
    values = [p for question in questions for p in question.failing]
    return min(1.0, len(values) * min(values)) if values else 1.0


def _state(questions: Sequence[Question], holds: bool, fails: bool) -> GroupState:
    if fails:
        return GroupState.FAILS
    if holds:
        return GroupState.HOLDS
    whole = all(question.measured for question in questions)
    if whole and any(question.p_holds for question in questions):
        return GroupState.OPEN
    return GroupState.NOT_MEASURED


def _answers(
    questions: Sequence[Question], groups: Sequence[GroupResult], margin: float
) -> Iterator[Question]:
    every = iter(holm.adjusted([p for question in questions for p in question.failing]))
    behind = holm.adjusted([question.p_behind for question in questions])
    failing = {group.key for group in groups if group.state is GroupState.FAILS}
    least: dict[str, float] = {}  # by which each group fails
    for question in questions:
        least[question.group] = min(least.get(question.group, 1.0), *question.failing)
    for question, p_behind in zip(questions, behind, strict=True):
        below = min([next(every) for _ in question.failing]) < question.error
        worst = question.decides and min(question.failing) == least[question.group]
        refuted = question.group in failing and (below or worst)
        yield _answer(question, refuted, p_behind < question.error, margin)


def _answer(question: Question, refuted: bool, behind: bool, margin: float) -> Question:
    if not question.measured:
        return replace(question, outcome=Outcome.NOT_TESTED)
    if question.decides and max(question.p_holds) < question.error:
        return replace(question, outcome=Outcome.SUPPORTED)
    if not question.decides or not refuted:
        return replace(question, outcome=Outcome.INCONCLUSIVE)
    label = _label(question, behind, margin)
    return replace(question, outcome=Outcome.REFUTED, label=label)


def _label(question: Question, behind: bool, margin: float) -> Label | None:
    estimate = question.estimate
    if not isinstance(question.evidence, Comparison) or estimate is None:
        return None
    if 1 / (1 + margin) < estimate.low and estimate.high < 1 + margin:
        return Label.TIE
    return Label.REVERSED if behind else Label.NOT_MATERIAL


def _outcome(asked: Inquiry, groups: Sequence[GroupResult]) -> Outcome:
    outcomes = {question.outcome for question in asked.questions}
    # A group that has no question was not measured.
    whole = {group.key for group in asked.groups} <= {q.group for q in asked.questions}
    states = {group.state for group in groups}
    if outcomes == {Outcome.SUPPORTED} and whole:
        return Outcome.SUPPORTED
    if GroupState.FAILS in states:
        return Outcome.DEPENDS if GroupState.HOLDS in states else Outcome.REFUTED
    if Outcome.NOT_TESTED in outcomes or not whole:
        return Outcome.NOT_TESTED
    return Outcome.INCONCLUSIVE


def _void(asked: Inquiry, outcome: Outcome) -> Withheld | None:
    """What is void, where nothing else leaves the claim open."""
    if outcome is not Outcome.INCONCLUSIVE:
        return None
    return all_void(q for q in asked.questions if q.outcome is outcome)


def _hangs_on(asked: Inquiry, outcome: Outcome, group: str | None = None) -> int | None:
    """The place, among the parts or findings, of what refutes hardest, or of what is nearest to its line."""
    own = [
        (place, question)
        for place, question in _placed(asked)
        if question.outcome is outcome and group in (None, question.group)
    ]
    if not own:
        return None
    fails = outcome is Outcome.REFUTED
    if fails and not asked.one_unit:
        return own[0][0]
    return min(own, key=lambda hung: _order(hung[1], fails))[0]


def _placed(asked: Inquiry) -> Iterator[tuple[int, Question]]:
    parts = findings = 0
    for row in asked.rows:
        if isinstance(row, Question) and isinstance(row.evidence, Comparison):
            yield parts, row
            parts += 1
            continue
        if isinstance(row, Question):
            yield findings, row
        findings += 1


def _order(question: Question, fails: bool) -> tuple[int, float]:
    """
    A key that sorts what a verdict hangs on to the front.

    Where it fails, by the label and the better end of the interval; else by the
    worse end. Ends are held against the line, so that units can be put in order.
    """
    worst = _WORST_FIRST.index(question.label) if question.label else 0
    evidence, estimate = question.evidence, question.estimate
    line, above = 1.0, True
    if isinstance(evidence, Evidence):
        above = evidence.above
        line = 1.0 if evidence.line is None else evidence.line
    if estimate is None:
        return worst, inf
    if above:
        return worst, _over(estimate.high if fails else estimate.low, line)
    return worst, _over(line, estimate.low if fails else estimate.high)


def _over(value: float, by: float) -> float:
    return value / by if by > 0 else inf


def _told(row: Question | Evidence, margin: float, opposite: bool) -> Part | Evidence:
    """The evidence of a row, with its outcome if it decides."""
    if isinstance(row, Evidence):
        finding = row
    elif isinstance(row.evidence, Evidence):
        finding = replace(
            row.evidence,
            outcome=row.outcome,
            excluded=row.excluded,
            group=row.group,
            near_line=_near(row, row.evidence.line),
        )
    else:
        return _part(row, row.evidence, margin)
    turned = opposite and finding.line is not None
    return replace(finding, above=not finding.above) if turned else finding


def _part(question: Question, comparison: Comparison, margin: float) -> Part:
    outcome = question.outcome
    assert outcome is not None, "it is decided"
    least = comparison.smallest_detectable
    is_open = outcome is Outcome.INCONCLUSIVE and question.decides
    return Part(
        comparison,
        outcome,
        question.label,
        more_rounds=_more_rounds(comparison, margin) if is_open else None,
        excluded=question.excluded if comparison.advantage else None,
        group=question.group,
        near_line=_near(question, 1 + margin),
        smallest_lead=(1 + margin) * least if is_open and least else None,
    )


def _near(question: Question, line: float | None) -> bool:
    """
    Whether an end of a deciding interval lies within NEAR of the line.

    Runs of one machine differ by about as much, which no run's interval holds.
    """
    estimate = question.estimate
    decided = question.outcome in (Outcome.SUPPORTED, Outcome.REFUTED)
    if not decided or estimate is None or not line or line <= 0:
        return False
    ends = (end for end in (estimate.low, estimate.high) if 0 < end < inf)
    return any(abs(log(end / line)) <= log1p(NEAR) for end in ends)


def _more_rounds(comparison: Comparison, margin: float) -> int | None:
    """About how many more rounds would tell the ratio from 1 + margin; None if hopeless."""
    estimate = comparison.advantage
    if estimate is None:
        return None
    scatter = interval.scatter(comparison.logs)
    needed = power.rounds_needed(log(estimate.point), margin, scatter, estimate.level)
    return None if needed is None else max(1, needed - estimate.n)
