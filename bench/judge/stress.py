"""
Who stands a stress: three questions of each subject, each against a limit named beforehand.

Does it go on answering at about its capacity (at DECIDING shares of it), do
requests get their answers, and is it itself again after a surge? Stands:
every interval lies on the good side of its limit; no correction is needed,
because all must hold. Fails: some interval lies on the bad side after Holm
over all questions. Otherwise inconclusive. That response times grow past
capacity is arithmetic, and decides nothing.

Source: the questions are those of overload as a state that may outlast its
cause; N. Bronson, A. Aghayev, A. Charapko and T. Zhu, Metastable failures in
distributed systems, 2021.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isclose, log

from bench.analyse import reasons
from bench.analyse.words import per_cent
from bench.judge.court import Court, forced_because
from bench.judge.decide import overall
from bench.judge.line import Line
from bench.judge.series import known, percent, plain, seconds, worst_failed
from bench.model.estimate import Estimate
from bench.model.stress import Series, Stress, Stressed
from bench.model.verdict import Claim, Finding, Outcome, Rule, Verdict
from bench.stats import holm, interval


DECIDING = (0.7, 1.1, 1.5)
"""Shares of capacity: an ordinary busy hour, a little too much, and far too much."""
FAILED_SHARE = 0.01
"""Of the requests of a round, at whichever share most of them failed."""
BACK_TIMES = 2.0
"""Response times must be back after this many times the length of the surge; a
server that works at 70 % of its capacity meanwhile just manages it."""

NOT_PLAYED = (
    "this run did not play the stress experiment; bench run --profile stress does"
)
FLIPPED = {
    Outcome.SUPPORTED: Outcome.REFUTED,
    Outcome.REFUTED: Outcome.SUPPORTED,
}


@dataclass(frozen=True, slots=True)
class Question:
    """One thing asked of one target; `slack` is above 0 in rounds in which it stood."""

    what: str
    value: str
    slack: tuple[float, ...]
    estimate: Estimate | None
    line: Line  # where it must stand to have stood


def stands_stress(court: Court, claim: Claim) -> Verdict:
    """The subjects stand it."""
    return _verdict(court, claim, lambda outcome: outcome)


def fails_stress(court: Court, claim: Claim) -> Verdict:
    """The subjects do not: the same questions, read the other way round."""
    return _verdict(court, claim, lambda outcome: FLIPPED.get(outcome, outcome))


def limit_s(stress: Stress) -> float:
    """How long after the surge response times may take to be back."""
    return BACK_TIMES * stress.surge.lasts_s


def questions(stress: Stress, one: Stressed, margin: float) -> Iterator[Question]:
    """What is asked of a target, in the order in which it is shown."""
    for share in DECIDING:
        step = next((s for s in one.steps if isclose(s.share, share)), None)
        kept = step.kept if step else Series((), None)
        slack = (log(k / (1 - margin)) for k in known(kept))
        what = f"of what could be was answered at {per_cent(share)} of its capacity (at least {per_cent(1 - margin)})"
        yield Question(
            what, percent(kept), tuple(slack), kept.estimate, Line(1 - margin)
        )
    worst = worst_failed(one.steps, min(DECIDING), stress.level)
    yield Question(
        f"of the requests failed, at whichever share most did (at most {per_cent(FAILED_SHARE)})",
        percent(worst, 2),
        tuple(FAILED_SHARE - value for value in known(worst)),
        worst.estimate,
        Line(FAILED_SHARE, above=False),
    )
    back = one.recovery_s
    yield Question(
        f"until response times were back after {stress.surge.lasts_s:g} s at "
        f"{per_cent(stress.base_share * stress.surge.times)} (at most {limit_s(stress):g} s)",
        seconds(back),
        tuple(log(limit_s(stress) / value) for value in known(back)),
        back.estimate,
        Line(limit_s(stress), above=False),
    )


def lines(stress: Stress, margin: float) -> dict[str, Line]:
    """The line of each question, by its words."""
    return {
        question.what: question.line
        for one in stress.targets
        for question in questions(stress, one, margin)
    }


def answers(asked: Sequence[Question], level: float) -> tuple[Outcome, ...]:
    """Supported: it stood; refuted: it did not, after Holm over all that was asked."""
    error = (1 - level) / 2
    enough = [len(q.slack) >= reasons.FEWEST_ROUNDS for q in asked]
    bad = holm.adjusted(
        [
            interval.p_not_below(q.slack, 0.0) if has_enough else 1.0
            for q, has_enough in zip(asked, enough, strict=True)
        ]
    )
    return tuple(
        _answer(question, has_enough, p, error)
        for question, has_enough, p in zip(asked, enough, bad, strict=True)
    )


def _answer(
    question: Question, has_enough: bool, p_bad: float, error: float
) -> Outcome:
    if not question.slack:
        return Outcome.NOT_TESTED
    if not has_enough:
        return Outcome.INCONCLUSIVE
    if interval.p_not_above(question.slack, 0.0) < error:
        return Outcome.SUPPORTED
    return Outcome.REFUTED if p_bad < error else Outcome.INCONCLUSIVE


def _verdict(court: Court, claim: Claim, read: Callable[[Outcome], Outcome]) -> Verdict:
    stress = court.analysis.stress
    own = {name: _of(court, claim, name) for name in claim.subjects}
    missing = [name for name, one in own.items() if one is None]
    if stress is None or missing:
        said = f": {', '.join(missing)} took no part in it" if stress else ""
        return Verdict(claim, Outcome.NOT_TESTED, NOT_PLAYED + said, (), None, ())
    forced = forced_because(court.analysis)
    findings: list[Finding] = []
    for one in own.values():
        assert one is not None
        findings += _decided(stress, one, claim.margin, forced, read)
    outcome = read(overall(read(f.outcome) for f in findings if f.outcome))
    for name in (*claim.subjects, *claim.baselines):
        beside = _of(court, claim, name)
        if beside is not None:
            findings += _shown(stress, beside, claim, name in claim.subjects)
    return Verdict(
        claim=claim,
        outcome=outcome,
        because=_because(court, claim, (findings, outcome), forced),
        parts=(),
        forced=forced if outcome is Outcome.INCONCLUSIVE else None,
        at_other_margins=(),
        findings=tuple(findings),
    )


def _of(court: Court, claim: Claim, framework: str) -> Stressed | None:
    stress, target = court.analysis.stress, court.contestants.get(framework)
    if stress is None or target is None:
        return None
    for one in stress.targets:
        if one.target == target.id and one.workload in claim.workloads:
            return one
    return None


def _decided(
    stress: Stress,
    one: Stressed,
    margin: float,
    forced: str | None,
    read: Callable[[Outcome], Outcome],
) -> Iterator[Finding]:
    asked = tuple(questions(stress, one, margin))
    for question, found in zip(asked, answers(asked, stress.level), strict=True):
        outcome = found
        if forced is not None and found is not Outcome.NOT_TESTED:
            outcome = Outcome.INCONCLUSIVE
        yield Finding(
            one.target,
            question.what,
            question.value,
            read(outcome),
            _why(question, outcome, forced),
            question.estimate,
        )
    if 2 * len(one.failures) > len(stress.rounds):
        yield Finding(
            one.target,
            "rounds in which it could not go on",
            f"{len(one.failures)} of {len(stress.rounds)}",
            read(Outcome.INCONCLUSIVE if forced else Outcome.REFUTED),
            one.failures[0],
        )


def _why(question: Question, outcome: Outcome, forced: str | None) -> str:
    if outcome is Outcome.NOT_TESTED:
        return "no round of it counts"
    if outcome is not Outcome.INCONCLUSIVE:
        stood = outcome is Outcome.SUPPORTED
        return f"the whole interval lies {'within' if stood else 'beyond'} the limit"
    if forced is not None:
        return f"decides nothing, {forced}"
    if len(question.slack) < reasons.FEWEST_ROUNDS:
        return f"{len(question.slack)} rounds count, {reasons.FEWEST_ROUNDS} are needed"
    return "the interval reaches across the limit"


def _shown(
    stress: Stress, one: Stressed, claim: Claim, subject: bool
) -> Iterator[Finding]:
    """What decides nothing: the others' answers to the same questions, and response times."""
    if not subject:
        asked = tuple(questions(stress, one, claim.margin))
        for question, found in zip(asked, answers(asked, stress.level), strict=True):
            stood = {Outcome.SUPPORTED: "stood", Outcome.REFUTED: "did not stand"}
            said = f"{stood.get(found, 'undecided')}; beside the subject"
            yield Finding(one.target, question.what, question.value, None, said)
    capacity = f"{plain(one.capacity_rps, 0)} requests/s"
    yield Finding(one.target, "capacity, closed loop", capacity, None)
    for step in one.steps:
        if not step.in_surge and 0.7 <= step.share < 1:
            what = f"p99 at {per_cent(step.share)} of its own capacity"
            yield Finding(one.target, what, f"{plain(step.p99_ms, 1)} ms", None)


def _because(
    court: Court,
    claim: Claim,
    found: tuple[Sequence[Finding], Outcome],
    forced: str | None,
) -> str:
    findings, outcome = found
    if outcome is Outcome.INCONCLUSIVE and forced is not None:
        return f"no verdict, {forced}"
    named = " and ".join(court.titles.get(name, name) for name in claim.subjects)
    deciding = [finding for finding in findings if finding.outcome]
    own = [finding for finding in deciding if finding.outcome is outcome]
    stood = FLIPPED if claim.rule is Rule.FAILS_STRESS else {}
    if stood.get(outcome, outcome) is Outcome.SUPPORTED:
        told = "; ".join(f"{f.value} {f.what}" for f in own)
        return f"{named} stood all {len(own)}: {told}.{_beside(court, claim)}"
    first = own[0]
    tally = f" ({len(own)} of {len(deciding)} questions)" if len(own) > 1 else ""
    return f"With {named}, {first.value} {first.what}: {first.because}{tally}.{_beside(court, claim)}"


def _beside(court: Court, claim: Claim) -> str:
    """Whether the others stood it, in one sentence."""
    stress = court.analysis.stress
    said = []
    for name in claim.baselines:
        one = _of(court, claim, name)
        if stress is None or one is None:
            continue
        asked = tuple(questions(stress, one, claim.margin))
        outcome = overall(answers(asked, stress.level))
        words = {Outcome.SUPPORTED: "stood it", Outcome.REFUTED: "did not"}
        said.append(
            f"{court.titles.get(name, name)} {words.get(outcome, 'is undecided')}"
        )
    return f" Beside it, {' and '.join(said)}" if said else ""
