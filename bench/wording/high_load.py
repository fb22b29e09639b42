"""The sentence of a verdict on a high load."""

from dataclasses import dataclass

from bench.model.verdict import Outcome, Rule, Verdict
from bench.wording.names import Names
from bench.wording.numbers import in_this_run, joined, percent


def stress(names: Names, verdict: Verdict) -> str:
    """Which tests of a high load were passed, and how the others did."""
    claim = verdict.claim
    named = joined([names.framework(name) for name in claim.subjects])
    own = [f for f in verdict.findings if f.outcome is not None]
    flipped = claim.rule is Rule.FAILS_STRESS
    stood = Outcome.REFUTED if flipped else Outcome.SUPPORTED
    beside = _stood(names, verdict, stood)
    if verdict.outcome is stood:
        told = "; ".join(f"{f.value} {f.what}{in_this_run(f)}" for f in own)
        kept = kept_past_capacity(names)
        after = f"{beside}. {kept}" if kept else beside
        return f"{named} passed all {len(own)} tests: {told}.{after}"
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
    for one in verdict.others:
        word = "is undecided"
        if one.outcome in decided:
            word = "passed" if one.outcome is stood else "did not pass"
        said.append(f"{names.framework(one.framework)} {word}")
    return f" Beside it, {joined(said)}" if said else ""


@dataclass(frozen=True, slots=True)
class PastCapacity:
    """What a default deployment did at the highest share of its capacity, and after the surge."""

    framework: str
    target: str
    share: float  # of capacity that was offered
    kept: float  # of capacity that was answered
    recovery_s: float | None  # after the surge


def past_capacity(names: Names) -> tuple[PastCapacity, ...]:
    """Of each that was measured; none without the experiment."""
    stress = names.results.stress
    found = []
    for one in stress.targets if stress else ():
        steps = [step for step in one.steps if step.kept.estimate]
        last = max(steps, key=lambda step: step.share, default=None)
        if last is None or last.kept.estimate is None:
            continue
        target, back = names.target(one.target), one.recovery_s.estimate
        found.append(
            PastCapacity(
                target.framework if target else one.target,
                one.target,
                last.share,
                last.kept.estimate.point,
                back.point if back else None,
            )
        )
    return tuple(found)


def kept_past_capacity(names: Names) -> str:
    """What each default deployment still answered at the highest share: no pass hides a loss."""
    found = past_capacity(names)
    if not found:
        return ""
    share = percent(max(one.share for one in found))
    said = [f"{names.framework(one.target)} {percent(one.kept)}" for one in found]
    return f"At {share} of its capacity each still answered, of that capacity: {joined(said)}"
