"""
Verdicts that are given by probes and counts instead of trials.

A probe: refuted if one deciding case of a subject failed, supported if all of
them passed, not tested if one could not be played. A count: every subject must
count more than every baseline by every count; each baseline is a group. It is
exact, so it has no interval and no margin. Counts without subjects are a
proxy: shown, and the claim stays not measurable.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from bench.judge.context import RunEvidence
from bench.judge.engine import decide
from bench.judge.question import Group, Inquiry, Question
from bench.model.probe import ProbeOutcome, ProbeResults
from bench.model.verdict import (
    Claim,
    Evidence,
    GroupKind,
    Lacking,
    OtherOutcome,
    Outcome,
    Untested,
    Verdict,
)


def judge_by_probes(claim: Claim, evidence: RunEvidence) -> Verdict:
    """
    The verdict on a claim that names a probe or counts.

    A probe of another version than the run measured says nothing about this run.
    """
    exhibits = evidence.exhibits
    if exhibits is None:
        return Verdict(claim, Outcome.NOT_TESTED, untested=Untested(Lacking.PROBES))
    if claim.probe is not None:
        return _by_probe(claim, exhibits, evidence)
    return _by_counts(claim, exhibits)


def _by_probe(claim: Claim, exhibits: ProbeResults, evidence: RunEvidence) -> Verdict:
    outcomes = exhibits.of(claim.probe or "")
    outcome, untested = _decided(claim, outcomes, evidence)
    others = tuple(_others(claim, outcomes))
    stricter = exhibits.of(claim.strict_probe) if claim.strict_probe else ()
    tested = untested is None
    return Verdict(
        claim,
        outcome,
        outcomes=(*outcomes, *stricter),
        untested=untested,
        strict=_stricter(claim, stricter, evidence) if tested else None,
        others=others,
        others_too=(
            all(other.outcome is outcome for other in others)
            if others and tested
            else None
        ),
    )


def _decided(
    claim: Claim, outcomes: Sequence[ProbeOutcome], evidence: RunEvidence
) -> tuple[Outcome, Untested | None]:
    deciding = [o for o in outcomes if o.decides and o.framework in claim.subjects]
    missing = set(claim.subjects) - {outcome.framework for outcome in deciding}
    if missing:
        return _not_tested(Lacking.PROBE, *sorted(missing))
    for outcome in deciding:
        version = evidence.measured.get(outcome.framework)
        if outcome.passed is not None and version not in (None, outcome.version):
            return _not_tested(
                Lacking.VERSION, outcome.framework, outcome.version, version
            )
    if any(outcome.passed is False for outcome in deciding):
        return Outcome.REFUTED, None
    for outcome in deciding:
        if outcome.passed is None:
            return _not_tested(
                Lacking.PLAYABLE, outcome.framework, detail=outcome.came_back
            )
    return Outcome.SUPPORTED, None


def _not_tested(
    lacking: Lacking, *of: str | None, detail: str = ""
) -> tuple[Outcome, Untested]:
    names = tuple(name or "" for name in of)
    return Outcome.NOT_TESTED, Untested(lacking, names, detail)


def _stricter(
    claim: Claim, outcomes: Sequence[ProbeOutcome], evidence: RunEvidence
) -> Outcome | None:
    """By the probe of the stricter reading; None where it was not played."""
    outcome, untested = _decided(claim, outcomes, evidence)
    return None if untested else outcome


def _others(claim: Claim, outcomes: Sequence[ProbeOutcome]) -> list[OtherOutcome]:
    by_framework: dict[str, list[bool | None]] = {}
    for outcome in outcomes:
        if outcome.decides and outcome.framework not in claim.subjects:
            by_framework.setdefault(outcome.framework, []).append(outcome.passed)
    return [OtherOutcome(name, _worst(passed)) for name, passed in by_framework.items()]


def _worst(passed: Sequence[bool | None]) -> Outcome:
    if False in passed:
        return Outcome.REFUTED
    return Outcome.NOT_TESTED if None in passed else Outcome.SUPPORTED


def _by_counts(claim: Claim, exhibits: ProbeResults) -> Verdict:
    counts = tuple(
        count
        for measure in claim.counts
        for count in exhibits.counts
        if count.measure == measure
    )
    if not counts:
        return Verdict(claim, Outcome.NOT_TESTED, untested=Untested(Lacking.COUNTS))
    if not claim.subjects:
        return Verdict(claim, Outcome.NOT_MEASURABLE, counts=counts)
    rows = tuple(
        _question(exhibits, subject, baseline, measure)
        for baseline, measure, subject in product(
            claim.baselines, claim.counts, claim.subjects
        )
    )
    groups = tuple(Group(GroupKind.BASELINE, baseline) for baseline in claim.baselines)
    decision, _ = decide(Inquiry(groups, rows))
    lacking = tuple(_uncounted(claim, exhibits))
    untested = Untested(Lacking.COUNTS, lacking)
    return Verdict(
        claim,
        decision.outcome,
        counts=counts,
        untested=untested if decision.outcome is Outcome.NOT_TESTED else None,
        groups=decision.groups,
        holds_on=decision.holds_on,
        fails_on=decision.fails_on,
        strict=decision.strict,
    )


def _uncounted(claim: Claim, exhibits: ProbeResults) -> Iterator[str]:
    """The frameworks that lack one of the claim's counts."""
    for name in (*claim.subjects, *claim.baselines):
        counts = [exhibits.count(name, measure) for measure in claim.counts]
        if any(count is None or count.value is None for count in counts):
            yield name


def _question(
    exhibits: ProbeResults, subject: str, baseline: str, measure: str
) -> Question:
    """Whether the subject counts more than the baseline; a count is exact."""
    counts = (exhibits.count(name, measure) for name in (subject, baseline))
    ours, theirs = (count.value if count else None for count in counts)
    finding = Evidence(subject, against=baseline)
    if ours is None or theirs is None:
        return Question(baseline, finding)
    more = float(ours > theirs)
    return Question(baseline, finding, p_holds=(1.0 - more,), p_fails=(more,))
