"""
Verdicts that are given by probes and counts instead of trials.

A probe: refuted if one deciding case of a subject failed, supported if all of
them passed, not tested if one could not be played. A count: supported if
every subject counts more than every baseline by every count, refuted if one
does not; it is exact, so it has no interval and no margin. Counts without
subjects are a proxy: shown, and the claim stays not measurable.
"""

from collections.abc import Mapping, Sequence
from itertools import product

from bench.model.probe import Count, Exhibits, Measure, ProbeOutcome
from bench.model.verdict import Claim, Outcome, Verdict


NONE_HELD = "this run holds no probes; play them into it: bench probe --into RUN"
PROXY = "a count, named as only a proxy"

type Titles = Mapping[str, str]
"""Framework -> the name that readers know it by."""


def judge_by_exhibits(
    claim: Claim,
    exhibits: Exhibits | None,
    titles: Titles,
    measured: Mapping[str, str],
) -> Verdict:
    """
    The verdict on a claim that names a probe or counts.

    `measured` gives the version of each framework that the run measured: a
    probe of another version says nothing about this run.
    """
    if exhibits is None:
        return _verdict(claim, Outcome.NOT_TESTED, NONE_HELD)
    if claim.probe is not None:
        return _by_probe(claim, exhibits, titles, measured)
    return _by_counts(claim, exhibits, titles)


def _by_probe(
    claim: Claim, exhibits: Exhibits, titles: Titles, measured: Mapping[str, str]
) -> Verdict:
    outcomes = exhibits.of(claim.probe or "")
    deciding = [o for o in outcomes if o.decides and o.framework in claim.subjects]
    outcome, because = _decided(claim, deciding, titles, measured)
    others = [o for o in outcomes if o.decides and o.framework not in claim.subjects]
    if others and outcome is not Outcome.NOT_TESTED:
        because = f"{because.rstrip('.')}. Beside it: {_beside(others, titles)}"
    return _verdict(claim, outcome, because, outcomes=outcomes)


def _decided(
    claim: Claim,
    deciding: Sequence[ProbeOutcome],
    titles: Titles,
    measured: Mapping[str, str],
) -> tuple[Outcome, str]:
    missing = set(claim.subjects) - {one.framework for one in deciding}
    if missing:
        names = ", ".join(titles.get(name, name) for name in sorted(missing))
        return Outcome.NOT_TESTED, f"no probe of {names} was played"
    for one in deciding:
        version = measured.get(one.framework)
        if one.passed is not None and version not in (None, one.version):
            name = titles.get(one.framework, one.framework)
            return (
                Outcome.NOT_TESTED,
                f"the probe was played on {name} {one.version}, "
                f"this run measured {version}",
            )
    failed = [one for one in deciding if one.passed is False]
    if failed:
        return Outcome.REFUTED, _told(failed[0], titles)
    unplayed = [one for one in deciding if one.passed is None]
    if unplayed:
        return Outcome.NOT_TESTED, _told(unplayed[0], titles)
    return Outcome.SUPPORTED, "; ".join(_told(one, titles) for one in deciding)


def _told(one: ProbeOutcome, titles: Titles) -> str:
    name = titles.get(one.framework, one.framework)
    part = f", {one.name}" if one.name else ""
    return f"{name} {one.version}{part}: {one.came_back}"


def _beside(others: Sequence[ProbeOutcome], titles: Titles) -> str:
    words = {True: "passed", False: "did not pass", None: "could not be played"}
    found: dict[str, list[bool | None]] = {}
    for one in others:
        found.setdefault(one.framework, []).append(one.passed)
    return ", ".join(
        f"{titles.get(name, name)} {words[_worst(passed)]}"
        for name, passed in found.items()
    )


def _worst(passed: Sequence[bool | None]) -> bool | None:
    if False in passed:
        return False
    return None if None in passed else True


def _by_counts(claim: Claim, exhibits: Exhibits, titles: Titles) -> Verdict:
    counts = tuple(
        one
        for measure in claim.counts
        for one in exhibits.counts
        if one.measure == measure
    )
    if not counts:
        return _verdict(claim, Outcome.NOT_TESTED, "nothing was counted for it")
    measures = {one.name: one for one in exhibits.measures}
    told = "; ".join(
        _row(measures[name], counts, titles)
        for name in claim.counts
        if name in measures
    )
    if not claim.subjects:
        return _verdict(
            claim, Outcome.NOT_MEASURABLE, f"{PROXY}: {told}", counts=counts
        )
    answers = [
        _more(exhibits, subject, baseline, measure)
        for measure, subject, baseline in product(
            claim.counts, claim.subjects, claim.baselines
        )
    ]
    if False in answers:
        outcome = Outcome.REFUTED
    else:
        outcome = Outcome.NOT_TESTED if None in answers else Outcome.SUPPORTED
    held = sum(answer is True for answer in answers)
    because = f"{told} ({held} of {len(answers)} comparisons hold)"
    return _verdict(claim, outcome, because, counts=counts)


def _more(exhibits: Exhibits, subject: str, baseline: str, measure: str) -> bool | None:
    ours, theirs = (exhibits.count(name, measure) for name in (subject, baseline))
    if ours is None or theirs is None or ours.value is None or theirs.value is None:
        return None
    return ours.value > theirs.value


def _row(measure: Measure, counts: Sequence[Count], titles: Titles) -> str:
    parts = [
        f"{titles.get(one.framework, one.framework)} {shown(one, measure)}"
        for one in counts
        if one.measure == measure.name
    ]
    return f"{measure.title.lower()}: {', '.join(parts)}"


def shown(count: Count, measure: Measure) -> str:
    """A count as people read it: whole numbers plainly, bytes in MB."""
    if count.value is None:
        return "not counted"
    if measure.unit == "bytes":
        return f"{count.value / 1e6:.1f} MB"
    if measure.unit == "ms":
        return f"{count.value:.0f} ms"
    return f"{count.value:g}"


def _verdict(
    claim: Claim,
    outcome: Outcome,
    because: str,
    outcomes: tuple[ProbeOutcome, ...] = (),
    counts: tuple[Count, ...] = (),
) -> Verdict:
    return Verdict(claim, outcome, because, (), None, (), outcomes, counts)
