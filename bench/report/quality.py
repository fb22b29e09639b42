"""What a run says against itself: how good it is, in one word with its reason, and its warnings."""

from dataclasses import dataclass
from enum import StrEnum

from bench.model.plural import plural
from bench.model.results import Check, Results
from bench.model.trial import Failure
from bench.model.warning import Reason, Scope, Warning
from bench.report.view import View, lower_first
from bench.report.words import SCOPES, why_no_verdicts


class Grade(StrEnum):
    """From what nothing speaks against to what decides nothing."""

    PASS = "pass"
    NOTE = "note"
    FAIL = "fail"
    NO_VERDICTS = "no verdicts"


@dataclass(frozen=True, slots=True)
class Quality:
    """A grade never stands without its reason."""

    grade: Grade
    reason: str


def quality(results: Results) -> Quality:
    """The gravest thing that the run says of itself."""
    if not results.profile.verdicts:
        why = f"the {results.profile.name} profile is not meant to decide"
        return Quality(Grade.NO_VERDICTS, why)
    grave = _grave(results)
    if grave is not None:
        return Quality(Grade.FAIL, grave)
    if results.failures:
        return Quality(Grade.NOTE, failures_in_short(results))
    noted = next((check for check in results.checks if check.passed is False), None)
    if noted is not None:
        return Quality(
            Grade.NOTE, f"not so: {lower_first(noted.title)} ({noted.short})"
        )
    return Quality(Grade.PASS, _all_passed(results.checks))


def _grave(results: Results) -> str | None:
    """What takes verdicts away, or None."""
    if not results.checks:
        return "it ended before any check was made"
    failed = next((check for check in results.checks if check.takes_verdicts), None)
    if failed is not None:
        return failed.short
    if results.no_verdicts:
        return why_no_verdicts(results)
    return None


def failures_in_short(results: Results) -> str:
    """The first failure, and how many there were beside it; nothing where there was none."""
    if not results.failures:
        return ""
    first = results.failures[0]
    more = len(results.failures) - 1
    said = failure_words(View(results), first)
    return f"{said}, and {more} more" if more else said


def failure_words(view: View, failure: Failure) -> str:
    """Who failed, and when; round 0 is the preparation before the first round."""
    name = view.label(failure.target)
    if failure.round == 0:
        return f"{name} could not be prepared"
    return f"{name} failed in round {failure.round}"


def _all_passed(checks: tuple[Check, ...]) -> str:
    passed = sum(check.passed is True for check in checks)
    unknown = len(checks) - passed
    beside = f", {unknown} not measured" if unknown else ""
    return f"{plural(passed, 'check')} passed{beside}"


@dataclass(frozen=True, slots=True)
class WarningGroup:
    """One reason with every place where it applies."""

    reason: Reason
    effect: str
    places: tuple[str, ...]
    grave: bool  # it takes verdicts away


def grouped_warnings(results: Results) -> tuple[WarningGroup, ...]:
    """Each reason once, in the order in which they came."""
    by_reason: dict[str, list[Warning]] = {}
    for warning in results.warnings:
        by_reason.setdefault(warning.reason.code, []).append(warning)
    spared = {
        check.id: check
        for check in results.checks
        if check.passed is False and not check.takes_verdicts
    }
    groups = []
    for code, warnings in by_reason.items():
        reason, check = warnings[0].reason, spared.get(code)
        takes = reason.scope in (Scope.RUN, Scope.THROUGHPUT, Scope.SPEED)
        # What a reason takes, or that in this run it took nothing.
        effect = check.effect if check and takes else SCOPES[reason.scope]
        places = (f"{w.where}: {w.detail}" if w.where else w.detail for w in warnings)
        grave = takes and check is None
        groups.append(WarningGroup(reason, effect, tuple(places), grave))
    return tuple(groups)
