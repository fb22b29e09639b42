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

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf, log, log1p

from bench.judge.question import Group, Inquiry, Question
from bench.model.estimate import Comparison
from bench.model.verdict import (
    Decision,
    Evidence,
    Exclusion,
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
_FLIPPED = {
    Outcome.SUPPORTED: Outcome.REFUTED,
    Outcome.REFUTED: Outcome.SUPPORTED,
    Outcome.DEPENDS: Outcome.SUPPORTED,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision with the evidence that carries each outcome."""

    decision: Decision
    asked: Inquiry
    parts: tuple[Part, ...]
    findings: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    outcome: Outcome
    label: Label | None = None


def judged(
    ask: Callable[[float], Inquiry],
    margin: float,
    withheld: Withheld | None = None,
    other_margins: Sequence[float] = (),
) -> Judged:
    """What `ask` finds at the claim's margin, and the outcomes at the others."""
    asked = ask(margin)
    decision, answers = decide(asked, margin, withheld)
    others = tuple(
        (each, decide(ask(each), each, withheld)[0].outcome) for each in other_margins
    )
    parts, findings = _evidence(asked, answers, margin)
    decision = replace(decision, at_other_margins=others)
    return Judged(decision, asked, parts, findings)


def decide(
    asked: Inquiry, margin: float = 0.0, withheld: Withheld | None = None
) -> tuple[Decision, tuple[_Answer, ...]]:
    """The decision, and the answer to each question in its order."""
    questions = asked.questions
    if asked.untested is not None or not any(each.measured for each in questions):
        groups = [_bare(group, GroupState.NOT_MEASURED) for group in asked.groups]
        nothing = tuple(_Answer(Outcome.NOT_TESTED) for _ in questions)
        return Decision(Outcome.NOT_TESTED, tuple(groups)), nothing
    if (why := withheld or asked.withheld) is not None:
        return _withheld(asked, why)
    found, answers = _conjunction(asked, margin)
    return _opposite(found, answers) if asked.opposite else (found, answers)


def _conjunction(asked: Inquiry, margin: float) -> tuple[Decision, tuple[_Answer, ...]]:
    questions = asked.questions
    groups = _groups(asked)
    answers = _answers(questions, groups, margin)
    asked_of = {each.group for each in questions}
    whole = all(group.key in asked_of for group in asked.groups)
    outcome = _outcome(answers, groups, whole)
    if outcome is Outcome.SUPPORTED:
        groups = [replace(group, state=GroupState.HOLDS) for group in groups]
    groups = [
        replace(group, decided_by=_hangs_on_group(asked, answers, group))
        for group in groups
    ]
    decision = Decision(
        outcome,
        tuple(groups),
        _keys(groups, GroupState.HOLDS),
        _keys(groups, GroupState.FAILS),
        strict=_strict(outcome, groups),
        withheld_because=_void(questions, answers, outcome),
        decided_by=_hangs_on(asked, answers, outcome),
    )
    return decision, tuple(answers)


def _opposite(
    found: Decision, answers: Sequence[_Answer]
) -> tuple[Decision, tuple[_Answer, ...]]:
    """The same of the claim that one group at least fails."""
    states = {
        GroupState.HOLDS: GroupState.FAILS,
        GroupState.FAILS: GroupState.HOLDS,
    }
    groups = tuple(
        replace(
            group,
            state=states.get(group.state, group.state),
            p_holds=group.p_fails,
            p_fails=group.p_holds,
        )
        for group in found.groups
    )
    decision = replace(
        found,
        outcome=_FLIPPED.get(found.outcome, found.outcome),
        groups=groups,
        holds_on=found.fails_on,
        fails_on=found.holds_on,
        strict=None,
    )
    return decision, tuple(
        _Answer(_FLIPPED.get(each.outcome, each.outcome)) for each in answers
    )


def _withheld(
    asked: Inquiry, withheld: Withheld
) -> tuple[Decision, tuple[_Answer, ...]]:
    answers = tuple(
        _Answer(Outcome.INCONCLUSIVE if each.measured else Outcome.NOT_TESTED)
        for each in asked.questions
    )
    known = {each.group for each in asked.questions if each.measured}
    groups = tuple(
        _bare(group, GroupState.OPEN if group.key in known else GroupState.NOT_MEASURED)
        for group in asked.groups
    )
    if any(each.outcome is Outcome.NOT_TESTED for each in answers):
        return Decision(Outcome.NOT_TESTED, groups), answers
    decision = Decision(
        Outcome.INCONCLUSIVE,
        groups,
        withheld_because=withheld,
        decided_by=_hangs_on(asked, answers, Outcome.INCONCLUSIVE),
    )
    return decision, answers


def _bare(group: Group, state: GroupState) -> GroupResult:
    return GroupResult(group.kind, group.key, state, None, None, group.workload)


def _groups(asked: Inquiry) -> list[GroupResult]:
    error = min(each.error for each in asked.questions)
    of = {
        group.key: [each for each in asked.questions if each.group == group.key]
        for group in asked.groups
    }
    holds = holm.adjusted([_p_holds(of[group.key]) for group in asked.groups])
    fails = holm.adjusted([_p_fails(of[group.key]) for group in asked.groups])
    return [
        GroupResult(
            group.kind,
            group.key,
            _state(of[group.key], up < error, down < error),
            up if any(each.measured for each in of[group.key]) else None,
            down if any(each.measured for each in of[group.key]) else None,
            group.workload,
        )
        for group, up, down in zip(asked.groups, holds, fails, strict=True)
    ]


def _state(questions: Sequence[Question], holds: bool, fails: bool) -> GroupState:
    if fails:
        return GroupState.FAILS
    if holds:
        return GroupState.HOLDS
    if not all(each.measured for each in questions) or not any(
        each.p_holds for each in questions
    ):
        return GroupState.NOT_MEASURED
    return GroupState.OPEN


def _p_holds(questions: Sequence[Question]) -> float:
    if not all(each.decides for each in questions):
        return 1.0
    return max((p for each in questions for p in each.p_holds), default=1.0)


def _p_fails(questions: Sequence[Question]) -> float:
    values = [p for each in questions for p in _fails(each)]
    return min(1.0, len(values) * min(values)) if values else 1.0


def _fails(question: Question) -> tuple[float, ...]:
    """What may not decide counts as a test that found nothing."""
    return question.p_fails if question.decides else (1.0,)


def _answers(
    questions: Sequence[Question], groups: Sequence[GroupResult], margin: float
) -> list[_Answer]:
    every = [(at, p) for at, each in enumerate(questions) for p in _fails(each)]
    below: dict[int, float] = {}
    for (at, _), p in zip(every, holm.adjusted([p for _, p in every]), strict=True):
        below[at] = min(p, below.get(at, 1.0))
    behind = holm.adjusted([each.p_behind for each in questions])
    failing = {group.key for group in groups if group.state is GroupState.FAILS}
    return [
        _answer(
            question,
            refuted=question.group in failing
            and (below[at] < question.error or _is_least(question, questions)),
            behind=behind[at] < question.error,
            margin=margin,
        )
        for at, question in enumerate(questions)
    ]


def _is_least(question: Question, questions: Sequence[Question]) -> bool:
    """Whether its group fails by this one."""
    own = [min(_fails(each)) for each in questions if each.group == question.group]
    return question.decides and min(question.p_fails) == min(own)


def _answer(question: Question, refuted: bool, behind: bool, margin: float) -> _Answer:
    if not question.measured:
        return _Answer(Outcome.NOT_TESTED)
    if not question.decides:
        return _Answer(Outcome.INCONCLUSIVE)
    if max(question.p_holds) < question.error:
        return _Answer(Outcome.SUPPORTED)
    if not refuted:
        return _Answer(Outcome.INCONCLUSIVE)
    return _Answer(Outcome.REFUTED, _label(question, behind, margin))


def _label(question: Question, behind: bool, margin: float) -> Label | None:
    estimate = question.estimate
    if not isinstance(question.evidence, Comparison) or estimate is None:
        return None
    if 1 / (1 + margin) < estimate.low and estimate.high < 1 + margin:
        return Label.TIE
    return Label.REVERSED if behind else Label.NOT_MATERIAL


def _outcome(
    answers: Sequence[_Answer], groups: Sequence[GroupResult], whole: bool
) -> Outcome:
    """`whole`: every group has a question; one that has none was not measured."""
    found = {each.outcome for each in answers}
    states = {group.state for group in groups}
    if not whole:
        found.add(Outcome.NOT_TESTED)
    if found == {Outcome.SUPPORTED}:
        return Outcome.SUPPORTED
    if GroupState.FAILS in states:
        both = GroupState.HOLDS in states
        return Outcome.DEPENDS if both else Outcome.REFUTED
    if Outcome.NOT_TESTED in found:
        return Outcome.NOT_TESTED
    return Outcome.INCONCLUSIVE


def _strict(outcome: Outcome, groups: Sequence[GroupResult]) -> Outcome | None:
    if len(groups) < 2:
        return None
    return Outcome.REFUTED if outcome is Outcome.DEPENDS else outcome


def _keys(groups: Sequence[GroupResult], state: GroupState) -> tuple[str, ...]:
    return tuple(group.key for group in groups if group.state is state)


def _void(
    questions: Sequence[Question], answers: Sequence[_Answer], outcome: Outcome
) -> Withheld | None:
    """What is void, where nothing else leaves the claim open."""
    if outcome is not Outcome.INCONCLUSIVE:
        return None
    left = [
        question.excluded
        for question, answer in zip(questions, answers, strict=True)
        if answer.outcome is Outcome.INCONCLUSIVE
    ]
    if not left or any(e is None or e.why is not Exclusion.VOID for e in left):
        return None
    first = left[0]
    return Withheld("void", "", first.detail) if first else None


def _hangs_on_group(
    asked: Inquiry, answers: Sequence[_Answer], group: GroupResult
) -> int | None:
    outcome = {
        GroupState.HOLDS: Outcome.SUPPORTED,
        GroupState.FAILS: Outcome.REFUTED,
        GroupState.OPEN: Outcome.INCONCLUSIVE,
        GroupState.NOT_MEASURED: Outcome.NOT_TESTED,
    }[group.state]
    return _hangs_on(asked, answers, outcome, group.key)


def _hangs_on(
    asked: Inquiry,
    answers: Sequence[_Answer],
    outcome: Outcome,
    group: str | None = None,
) -> int | None:
    """The place of what refutes hardest, or of what is nearest to its line."""
    if outcome is Outcome.DEPENDS:
        outcome = Outcome.REFUTED
    places = _places(asked)
    own = [
        at
        for at, (question, answer) in enumerate(
            zip(asked.questions, answers, strict=True)
        )
        if answer.outcome is outcome and group in (None, question.group)
    ]
    if not own:
        return None
    fails = outcome is Outcome.REFUTED
    if fails and not asked.one_unit:
        return places[own[0]]
    first = min(own, key=lambda at: _order(asked.questions[at], answers[at], fails))
    return places[first]


def _places(asked: Inquiry) -> list[int]:
    """Of each question, its place among the parts or among the findings."""
    parts = findings = 0
    places = []
    for row in asked.rows:
        evidence = row.evidence if isinstance(row, Question) else row
        if isinstance(evidence, Comparison):
            places.append(parts)
            parts += 1
            continue
        if isinstance(row, Question):
            places.append(findings)
        findings += 1
    return places


def _order(question: Question, answer: _Answer, fails: bool) -> tuple[int, float]:
    """
    A key that sorts what a verdict hangs on to the front.

    Where it fails, by the label and the better end of the interval; else by the
    worse end. Ends are held against the line, so that units can be put in order.
    """
    worst = _WORST_FIRST.index(answer.label) if answer.label else 0
    estimate, line, above = question.estimate, 1.0, True
    if isinstance(question.evidence, Evidence):
        above = question.evidence.above
        line = 1.0 if question.evidence.line is None else question.evidence.line
    if estimate is None:
        return worst, inf
    if above:
        return worst, _over(estimate.high if fails else estimate.low, line)
    return worst, _over(line, estimate.low if fails else estimate.high)


def _over(value: float, by: float) -> float:
    return value / by if by > 0 else inf


def _evidence(
    asked: Inquiry, answers: Iterable[_Answer], margin: float
) -> tuple[tuple[Part, ...], tuple[Evidence, ...]]:
    parts: list[Part] = []
    findings: list[Evidence] = []
    left = iter(answers)
    for row in asked.rows:
        if isinstance(row, Evidence):
            findings.append(row)
            continue
        answer = next(left)
        if isinstance(row.evidence, Comparison):
            parts.append(_part(row, row.evidence, answer, margin))
        else:
            findings.append(
                replace(
                    row.evidence,
                    outcome=answer.outcome,
                    excluded=row.excluded,
                    group=row.group,
                    near_line=_near(row, answer, row.evidence.line),
                )
            )
    if asked.opposite:
        findings = [
            each if each.line is None else replace(each, above=not each.above)
            for each in findings
        ]
    return tuple(parts), tuple(findings)


def _near(question: Question, answer: _Answer, line: float | None) -> bool:
    """
    Whether an end of a deciding interval lies within NEAR of the line.

    Runs of one machine differ by about as much, which no run's interval holds.
    """
    estimate = question.estimate
    decided = answer.outcome in (Outcome.SUPPORTED, Outcome.REFUTED)
    if not decided or estimate is None or not line or line <= 0:
        return False
    ends = (end for end in (estimate.low, estimate.high) if 0 < end < inf)
    return any(abs(log(end / line)) <= log1p(NEAR) for end in ends)


def _part(
    question: Question, comparison: Comparison, answer: _Answer, margin: float
) -> Part:
    least = comparison.smallest_detectable
    is_open = answer.outcome is Outcome.INCONCLUSIVE and question.decides
    return Part(
        comparison,
        answer.outcome,
        answer.label,
        more_rounds=_more_rounds(comparison, margin) if is_open else None,
        excluded=question.excluded if comparison.advantage else None,
        group=question.group,
        near_line=_near(question, answer, 1 + margin),
        smallest_lead=(1 + margin) * least if is_open and least else None,
    )


def _more_rounds(comparison: Comparison, margin: float) -> int | None:
    """About how many more rounds would tell the ratio from 1 + margin; None if hopeless."""
    estimate = comparison.advantage
    if estimate is None:
        return None
    logs = [log(ratio) for ratio in comparison.rounds if ratio is not None]
    scatter = interval.scatter(logs)
    needed = power.rounds_needed(log(estimate.point), margin, scatter, estimate.level)
    return None if needed is None else max(1, needed - estimate.n)
