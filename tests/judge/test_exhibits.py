"""Verdicts by probes and counts: the rule, for every outcome."""

from dataclasses import replace
from typing import Any

import pytest

from bench.judge.context import RunEvidence
from bench.judge.probe_results import judge_by_probes
from bench.model.probe import Count, ProbeMeasure, ProbeOutcome, ProbeResults
from bench.model.verdict import (
    Claim,
    GroupState,
    Lacking,
    OtherOutcome,
    Outcome,
    Verdict,
)


MEASURE = ProbeMeasure("packages_all", "Packages", "packages", "a tool")
SIZE = ProbeMeasure("packages_bytes", "Size", "bytes", "a tool")


def outcome(framework: str, passed: bool | None, **changes: Any) -> ProbeOutcome:
    """One case of the probe, as it was played."""
    said = {
        True: "all refused",
        False: "it was sent",
        None: "it could not be played: x",
    }
    plain = ProbeOutcome(
        "safe", framework, "", "1.0", True, passed, "a form", said[passed], (), ()
    )
    return replace(plain, **changes)


def exhibits(*outcomes: ProbeOutcome, counts: tuple[Count, ...] = ()) -> ProbeResults:
    """What was played and counted."""
    return ProbeResults(
        1,
        "2026-01-01T00:00:00Z",
        "0",
        "3.13.0",
        "18.4",
        outcomes,
        (MEASURE, SIZE),
        counts,
    )


def counts(measure: str, **values: float | None) -> tuple[Count, ...]:
    """One measure of several frameworks."""
    return tuple(
        Count(name, "1.0", measure, value, "a, b") for name, value in values.items()
    )


def claim(**changes: Any) -> Claim:
    """A claim on alpha, decided by the probe."""
    plain = Claim(
        "safe", "it is safe", "there", "it refuses", "", ("alpha",), (), (), 0.0, (),
        probe="safe",
    )  # fmt: skip
    return replace(plain, **changes)


def judged(
    found: ProbeResults | None, measured: dict[str, str] | None = None, **changes: Any
) -> Verdict:
    """The verdict."""
    return judge_by_probes(claim(**changes), RunEvidence(found, measured or {}))


def by_counts(*found: Count, **changes: Any) -> Verdict:
    """The verdict on "alpha needs more than the others"."""
    asked = {"probe": None, "counts": ("packages_all",), "baselines": ("beta", "gamma")}
    return judged(exhibits(counts=found), **(asked | changes))


def lacking(verdict: Verdict) -> tuple[Lacking, tuple[str, ...]]:
    """Why it was not tested."""
    assert verdict.outcome is Outcome.NOT_TESTED and verdict.untested is not None
    return verdict.untested.lacking, verdict.untested.of


@pytest.mark.parametrize(
    ("beta", "other", "too"),
    [
        (True, Outcome.SUPPORTED, True),
        (False, Outcome.REFUTED, False),
        (None, Outcome.NOT_TESTED, False),
    ],
)
def test_a_probe_that_passed_supports(
    beta: bool | None, other: Outcome, too: bool
) -> None:
    """What others did stands beside it as a value and decides nothing."""
    verdict = judged(exhibits(outcome("alpha", True), outcome("beta", beta)))
    assert verdict.outcome is Outcome.SUPPORTED
    assert verdict.others == (OtherOutcome("beta", other),)
    assert verdict.others_too is too
    assert len(verdict.outcomes) == 2 and verdict.parts == ()
    assert judged(exhibits(outcome("alpha", True))).others_too is None


@pytest.mark.parametrize("other", [True, None])
def test_one_failed_case_refutes(other: bool | None) -> None:
    """Whatever became of the subject's other cases."""
    cases = (outcome("alpha", other, name="one"), outcome("alpha", False, name="two"))
    assert judged(exhibits(*cases)).outcome is Outcome.REFUTED


def test_a_case_that_could_not_be_played_leaves_it_open() -> None:
    """Half a proof is none, and no disproof."""
    verdict = judged(exhibits(outcome("alpha", True), outcome("alpha", None)))
    assert lacking(verdict) == (Lacking.PLAYABLE, ("alpha",))


def test_a_case_that_does_not_decide_decides_nothing() -> None:
    """It is recorded beside the others."""
    cases = (outcome("alpha", True), outcome("alpha", False, decides=False))
    assert judged(exhibits(*cases)).outcome is Outcome.SUPPORTED


def test_without_exhibits_it_is_not_tested() -> None:
    """As a value; the sentence is written later."""
    assert lacking(judged(None)) == (Lacking.PROBES, ())


def test_a_subject_that_was_not_played_is_not_tested() -> None:
    """Another framework's probe does not stand for it."""
    assert lacking(judged(exhibits(outcome("beta", True)))) == (
        Lacking.PROBE,
        ("alpha",),
    )


def test_another_version_decides_nothing() -> None:
    """A probe of 1.0 says nothing of a run of 2.0."""
    found = exhibits(outcome("alpha", True))
    verdict = judged(found, {"alpha": "2.0"})
    assert lacking(verdict) == (Lacking.VERSION, ("alpha", "1.0", "2.0"))
    assert judged(found, {"alpha": "1.0"}).outcome is Outcome.SUPPORTED


@pytest.mark.parametrize(
    ("passed", "strict"),
    [(True, Outcome.SUPPORTED), (False, Outcome.REFUTED), (None, None)],
)
def test_a_stricter_probe_stands_beneath_and_changes_nothing(
    passed: bool | None, strict: Outcome | None
) -> None:
    """None where it was not played; its evidence stands with the other."""
    stricter = outcome("alpha", passed, probe="stricter")
    found = exhibits(outcome("alpha", True), stricter)
    verdict = judged(found, strict_probe="stricter")
    assert (verdict.outcome, verdict.strict) == (Outcome.SUPPORTED, strict)
    assert verdict.outcomes == (outcome("alpha", True), stricter)


def test_more_than_every_other_supports() -> None:
    """A count is exact: one more is more."""
    verdict = by_counts(*counts("packages_all", alpha=9, beta=8, gamma=3))
    assert verdict.outcome is Outcome.SUPPORTED
    assert verdict.holds_on == ("beta", "gamma")


@pytest.mark.parametrize("gamma", [9, 10])
def test_more_than_one_and_not_than_the_other_depends(gamma: int) -> None:
    """Each baseline is a group; equal is not more."""
    verdict = by_counts(*counts("packages_all", alpha=9, beta=8, gamma=gamma))
    assert (verdict.outcome, verdict.strict) == (Outcome.DEPENDS, Outcome.REFUTED)
    assert (verdict.holds_on, verdict.fails_on) == (("beta",), ("gamma",))


def test_more_than_none_is_refuted() -> None:
    """No group holds."""
    verdict = by_counts(*counts("packages_all", alpha=3, beta=8, gamma=3))
    assert verdict.outcome is Outcome.REFUTED


def test_every_count_must_hold() -> None:
    """More packages that are smaller together do not make it more."""
    found = (
        *counts("packages_all", alpha=9, beta=8, gamma=3),
        *counts("packages_bytes", alpha=1e6, beta=2e6, gamma=3),
    )
    verdict = by_counts(*found, counts=("packages_all", "packages_bytes"))
    assert verdict.fails_on == ("beta",) and verdict.holds_on == ("gamma",)


def test_what_could_not_be_counted_is_not_tested() -> None:
    """Unless another comparison decides already."""
    open_ = by_counts(*counts("packages_all", alpha=9, beta=None, gamma=3))
    refuted = by_counts(*counts("packages_all", alpha=9, beta=None, gamma=12))
    assert open_.outcome is Outcome.NOT_TESTED
    assert open_.groups[0].state is GroupState.NOT_MEASURED
    assert lacking(open_) == (Lacking.COUNTS, ("beta",))
    assert (refuted.outcome, refuted.untested) == (Outcome.REFUTED, None)


def test_nothing_counted_is_not_tested() -> None:
    """No number, no verdict."""
    assert lacking(by_counts()) == (Lacking.COUNTS, ())


def test_counts_without_subjects_are_a_proxy() -> None:
    """Shown, and the claim stays not measurable."""
    verdict = by_counts(
        *counts("packages_all", alpha=9, beta=8), subjects=(), baselines=()
    )
    assert verdict.outcome is Outcome.NOT_MEASURABLE
    assert len(verdict.counts) == 2
