"""The sentences of verdicts on a high load."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bench.analyse.reasons import FEWEST_ROUNDS
from bench.experiments.stress.model import FAILS, STANDS, Stress, StressEvidence
from bench.model.verdict import Evidence, Outcome, Verdict
from bench.wording import numbers
from bench.wording.experiments import (
    NOT_MEASURED,
    NOTHING,
    ExperimentWords,
    RuleWords,
    Text,
    Texts,
    say,
)
from bench.wording.names import Names
from bench.wording.numbers import in_this_run, joined, percent
from bench.wording.verdicts import beside, others


@dataclass(frozen=True, slots=True)
class PastCapacity:
    """What a default deployment did at the highest share of its capacity, and after the surge."""

    framework: str
    target: str
    share: float  # of capacity that was offered
    kept: float  # of capacity that was answered
    recovery_s: float | None  # after the surge


def _answered(names: Names, finding: Evidence) -> str:
    share, line = numbers.percent(finding.at or 0.0), _limit(finding)
    return f"of what could be was answered at {share} of its capacity (at least {line})"


def _limit(finding: Evidence) -> str:
    return numbers.percent(finding.line or 0.0)


def _failed(names: Names, finding: Evidence) -> str:
    return f"of the requests failed, at whichever share most did (at most {_limit(finding)})"


def _recovery(names: Names, finding: Evidence) -> str:
    stress: Stress | None = names.results.found["stress"]
    if stress is None:
        return "until response times were back"
    peak = numbers.percent(stress.base_share * stress.surge.times)
    return (
        f"until response times were back after {stress.surge.lasts_s:g} s at {peak} "
        f"(at most {finding.line or 0.0:g} s)"
    )


def _number(digits: int, unit: str) -> Text:
    def number(names: Names, finding: Evidence) -> str:
        if finding.estimate is None:
            return NOT_MEASURED
        return f"{numbers.spanned(finding.estimate, digits)}{unit}"

    return number


def _percent(digits: int) -> Text:
    def share(names: Names, finding: Evidence) -> str:
        if finding.estimate is None:
            return NOT_MEASURED
        return numbers.share(finding.estimate, digits)

    return share


def _stress_because(names: Names, finding: Evidence) -> str:
    """Where the interval lies; a limit is on the side that its question names."""
    estimate, line = finding.estimate, finding.line
    if finding.excluded is not None and finding.excluded.rounds is not None:
        return f"{finding.excluded.rounds} rounds count, {FEWEST_ROUNDS} are needed"
    if estimate is None or line is None:
        return "no round of it counts"
    good_above = finding.asked == StressEvidence.STRESS_ANSWERED
    if finding.outcome is Outcome.INCONCLUSIVE:
        return "the interval reaches across the limit"
    if estimate.low > line:
        return (
            f"the whole interval lies {'within' if good_above else 'beyond'} the limit"
        )
    if estimate.high < line:
        return (
            f"the whole interval lies {'beyond' if good_above else 'within'} the limit"
        )
    return "the interval reaches across the limit"


def _gave_up_value(names: Names, finding: Evidence) -> str:
    stress: Stress | None = names.results.found["stress"]
    rounds = len(stress.rounds) if stress else 0
    return f"{finding.amount or 0.0:g} of {rounds}"


def _gave_up_because(names: Names, finding: Evidence) -> str:
    stress: Stress | None = names.results.found["stress"]
    for stressed in stress.targets if stress else ():
        if stressed.target == finding.subject and stressed.failures:
            return stressed.failures[0]
    return ""


def _stress_p99(names: Names, finding: Evidence) -> str:
    return f"p99 at {numbers.percent(finding.at or 0.0)} of its own capacity"


def _short(names: Names, verdict: Verdict) -> str:
    """What it still answers past its capacity and when it is itself again; else what it failed."""
    own = [f for f in verdict.findings if f.outcome is not None]
    flipped = verdict.claim.rule == FAILS
    good = Outcome.REFUTED if flipped else Outcome.SUPPORTED
    bad = Outcome.SUPPORTED if flipped else Outcome.REFUTED
    if verdict.outcome is good and (said := _stood_short(names, verdict)):
        return said
    who = joined([names.framework(name) for name in verdict.claim.subjects])
    passed = sum(f.outcome is good for f in own)
    said = f"{who} passed {passed} of {len(own)} tests of a high load"
    failed = next((f for f in own if f.outcome is bad), None)
    if failed is not None:
        test = f"{failed.value} {failed.what}{in_this_run(failed)}"
        said += f", not this one: {test}"
    too = beside(names, verdict)
    return f"{said}; {too}" if too else said


def _stood_short(names: Names, verdict: Verdict) -> str:
    """ "At 150 % of what it can take, A still answers 98 % of its capacity …"; "" without numbers."""
    kept = {past.framework: past for past in _past_capacity(names)}
    own = [kept[name] for name in verdict.claim.subjects if name in kept]
    if len(own) != 1:
        return ""
    past = own[0]
    said = (
        f"at {percent(past.share)} of what it can take, {names.framework(past.framework)} "
        f"still answers {percent(past.kept)} of its capacity "
        f"({percent(1 - verdict.claim.margin)} are enough)"
    )
    if past.recovery_s is not None:
        said += f" and is itself {past.recovery_s:.1f} s after the surge"
    alike, apart, undecided = others(verdict)
    if alike:
        too = [_kept(names, kept, name) for name in alike]
        said += f"; the same tests were passed by {joined(too)}"
    if apart:
        said += f"; not by {joined([names.framework(name) for name in apart])}"
    if undecided:
        who = joined([names.framework(name) for name in undecided])
        said += f"; undecided for {who}"
    return said


def _kept(names: Names, kept: Mapping[str, PastCapacity], name: str) -> str:
    title = names.framework(name)
    return f"{title} ({percent(kept[name].kept)})" if name in kept else title


def _because(names: Names, verdict: Verdict) -> str:
    """Which tests of a high load were passed, and how the others did."""
    claim = verdict.claim
    named = joined([names.framework(name) for name in claim.subjects])
    own = [f for f in verdict.findings if f.outcome is not None]
    flipped = claim.rule == FAILS
    stood = Outcome.REFUTED if flipped else Outcome.SUPPORTED
    beside = _stood(names, verdict, stood)
    if verdict.outcome is stood:
        tests = "; ".join(f"{f.value} {f.what}{in_this_run(f)}" for f in own)
        kept = _kept_past_capacity(names)
        after = f"{beside}. {kept}" if kept else beside
        return f"{named} passed all {len(own)} tests: {tests}.{after}"
    failed = Outcome.SUPPORTED if flipped else Outcome.REFUTED
    if verdict.outcome in (failed, Outcome.DEPENDS):
        rest = [f for f in own if f.outcome is failed]
    else:
        rest = [f for f in own if f.outcome is verdict.outcome]
    if not rest:
        return beside.strip()
    first = rest[0]
    tally = f" ({len(rest)} of {len(own)} questions)" if len(rest) > 1 else ""
    return f"With {named}, {first.value} {first.what}: {first.because}{tally}.{beside}"


def _stood(names: Names, verdict: Verdict, stood: Outcome) -> str:
    """Whether the others stood it, in one sentence."""
    decided = (Outcome.SUPPORTED, Outcome.REFUTED, Outcome.DEPENDS)
    said = []
    for other in verdict.others:
        word = "is undecided"
        if other.outcome in decided:
            word = "passed" if other.outcome is stood else "did not pass"
        said.append(f"{names.framework(other.framework)} {word}")
    return f" Beside it, {joined(said)}" if said else ""


def _past_capacity(names: Names) -> tuple[PastCapacity, ...]:
    """Of each that was measured; none without the experiment."""
    stress: Stress | None = names.results.found["stress"]
    past_capacity = []
    for stressed in stress.targets if stress else ():
        steps = [step for step in stressed.steps if step.kept.estimate]
        last = max(steps, key=lambda step: step.share, default=None)
        if last is None or last.kept.estimate is None:
            continue
        target, back = names.target(stressed.target), stressed.recovery_s.estimate
        past_capacity.append(
            PastCapacity(
                target.framework if target else stressed.target,
                stressed.target,
                last.share,
                last.kept.estimate.point,
                back.point if back else None,
            )
        )
    return tuple(past_capacity)


def _kept_past_capacity(names: Names) -> str:
    """What each default deployment still answered at the highest share: no pass hides a loss."""
    past_capacity = _past_capacity(names)
    if not past_capacity:
        return ""
    share = percent(max(past.share for past in past_capacity))
    said = [
        f"{names.framework(past.target)} {percent(past.kept)}" for past in past_capacity
    ]
    return f"At {share} of its capacity each still answered, of that capacity: {joined(said)}"


_FINDINGS: dict[str, Texts] = {
    StressEvidence.STRESS_ANSWERED: Texts(_answered, _percent(0), _stress_because),
    StressEvidence.STRESS_FAILED: Texts(_failed, _percent(2), _stress_because),
    StressEvidence.STRESS_RECOVERY: Texts(_recovery, _number(2, " s"), _stress_because),
    StressEvidence.STRESS_GAVE_UP: Texts(
        say("rounds in which it could not go on"), _gave_up_value, _gave_up_because
    ),
    StressEvidence.STRESS_CAPACITY: Texts(
        say("capacity, closed loop"), _number(0, " requests/s"), NOTHING
    ),
    StressEvidence.STRESS_P99: Texts(_stress_p99, _number(1, " ms"), NOTHING),
}


_PASSED = "it stood every test of a high load."
_FAILED = "it failed a test of the load."
_STRESS = RuleWords(
    "Does {subject} stand a high load?", f"**Yes**: {_PASSED}", f"**No**: {_FAILED}",
    _because, _short, "may depend on the test", line=None, profile="stress",
    did_not="did not play the stress experiment",
)  # fmt: skip
_FAILS = replace(
    _STRESS, question="Does {subject} fail under a high load?", supported=f"**Yes**: {_FAILED}",
    refuted=f"**No**: {_PASSED}", may_depend="one failed test is enough",
)  # fmt: skip

WORDS = ExperimentWords(_FINDINGS, {STANDS: _STRESS, FAILS: _FAILS})
