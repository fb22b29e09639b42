"""Verdicts on claims, from an analysed run."""

from collections.abc import Iterator, Sequence
from itertools import product
from math import log

from bench.analyse import reasons
from bench.analyse.analysis import Analysis
from bench.judge import words
from bench.judge.court import Court, Evidence, forced_because
from bench.judge.decide import Decision, can_decide, decide, logs, overall
from bench.judge.deciding import order
from bench.judge.exhibits import judge_by_exhibits
from bench.judge.rules import RULES
from bench.judge.words import Named
from bench.model.estimate import Comparison
from bench.model.framework import Framework, Role, Target
from bench.model.plan import Plan
from bench.model.trial import Failure
from bench.model.verdict import Claim, Label, Outcome, Part, Verdict
from bench.stats import interval, power


OTHER_MARGINS = (0.0, 0.1)
"""Margins at which a reader may want the verdict too."""


def judge(
    claims: Sequence[Claim],
    analysis: Analysis,
    plan: Plan,
    frameworks: Sequence[Framework],
    failures: Sequence[Failure] = (),
    evidence: Evidence | None = None,
) -> tuple[Verdict, ...]:
    """
    A verdict for every claim, in their order.

    A claim's framework is its contestant in the plan; of several versions the
    newest by the framework's own table. `failures` say why one has no trials.
    """
    court = Court(
        analysis,
        plan,
        {framework.name: framework.title for framework in frameworks},
        contestants(plan, frameworks),
        {failure.target.partition("@")[0]: failure.message for failure in failures},
        evidence or Evidence(),
    )
    return tuple(_verdict(court, claim) for claim in claims)


def contestants(plan: Plan, frameworks: Sequence[Framework]) -> dict[str, Target]:
    """The target that stands for each framework in this run."""
    order = {
        (framework.name, version): age
        for framework in frameworks
        for age, version in enumerate(framework.versions)
    }
    chosen: dict[str, Target] = {}
    for target in plan.targets:
        if target.role is not Role.CONTESTANT:
            continue
        known = chosen.get(target.framework)
        # A version outside the table was asked for by hand, to be compared with
        # the standing one; it speaks for its framework only if nobody else is there,
        # and of several the last one, as in what is compared and on the page.
        age = order.get((target.framework, target.version), -1)
        if known is None or (
            target.version != known.version
            and age >= order.get((known.framework, known.version), -1)
        ):
            chosen[target.framework] = target
    return chosen


def _verdict(court: Court, claim: Claim) -> Verdict:
    if claim.not_measurable is not None:
        return _bare(claim, Outcome.NOT_MEASURABLE, claim.not_measurable)
    if claim.not_tested is not None:
        return _bare(claim, Outcome.NOT_TESTED, claim.not_tested)
    if not court.plan.profile.verdicts:
        return _bare(
            claim,
            Outcome.NOT_TESTED,
            f"the {court.plan.profile.name} profile gives no verdicts",
        )
    if claim.probe or claim.counts:
        evidence = court.evidence
        return judge_by_exhibits(
            claim, evidence.exhibits, court.titles, evidence.measured
        )
    if claim.rule is not None:
        return RULES[claim.rule](court, claim)
    named = tuple(_named(court, claim))
    comparisons = [one.comparison for one in named]
    forced = forced_because(court.analysis)
    decisions = decide(comparisons, claim.margin)
    parts = tuple(
        _part(one, decision, len(named), forced, court.refused)
        for one, decision in zip(named, decisions, strict=True)
    )
    outcome = overall(part.outcome for part in parts)
    return Verdict(
        claim=claim,
        outcome=outcome,
        because=_because(parts, outcome, forced),
        parts=parts,
        forced=_forced(parts, forced) if outcome is Outcome.INCONCLUSIVE else None,
        at_other_margins=tuple(
            (margin, _at(comparisons, margin, forced)) for margin in OTHER_MARGINS
        ),
    )


def _forced(parts: Sequence[Part], forced: str | None) -> str | None:
    voids = [part.comparison.void for part in parts if part.comparison.void]
    return forced or next(iter(voids), None)


def _bare(claim: Claim, outcome: Outcome, because: str) -> Verdict:
    return Verdict(claim, outcome, because, (), None, ())


def _named(court: Court, claim: Claim) -> Iterator[Named]:
    for workload, subject, baseline in product(
        claim.workloads, claim.subjects, claim.baselines
    ):
        ours = court.contestants.get(subject)
        theirs = court.contestants.get(baseline)
        found = (
            court.analysis.comparison(ours.id, theirs.id, workload, claim.metric)
            if ours and theirs
            else None
        )
        yield Named(
            found
            or Comparison(
                subject=ours.id if ours else subject,
                baseline=theirs.id if theirs else baseline,
                workload=workload,
                metric=claim.metric,
                advantage=None,
                rounds=(),
                smallest_detectable=None,
                p_value=None,
            ),
            court.titles.get(subject, subject),
            court.titles.get(baseline, baseline),
            claim.margin,
        )


def _at(
    comparisons: Sequence[Comparison], margin: float, forced: str | None
) -> Outcome:
    outcome = overall(outcome for outcome, _ in decide(comparisons, margin))
    if forced is not None and outcome is not Outcome.NOT_TESTED:
        return Outcome.INCONCLUSIVE
    return outcome


def _part(
    named: Named,
    decision: Decision,
    comparisons: int,
    forced: str | None,
    refused: dict[str, str],
) -> Part:
    outcome, label = decision
    comparison = named.comparison
    if outcome is Outcome.NOT_TESTED:
        return Part(comparison, outcome, None, _untested(named, refused), None)
    if forced is not None:
        because = f"{words.sentence(named)}: decides nothing, {forced}"
        return Part(comparison, Outcome.INCONCLUSIVE, None, because, None)
    if not can_decide(comparison):
        because = f"{words.sentence(named)}: {_excluded(comparison)}"
        return Part(comparison, Outcome.INCONCLUSIVE, None, because, None)
    if outcome is Outcome.INCONCLUSIVE:
        more = more_rounds(comparison, named.margin)
        because = words.undecided(named, more, comparisons)
        return Part(comparison, outcome, None, because, more)
    return Part(comparison, outcome, label, _SAY[label](named), None)


_SAY = {
    None: words.supported,
    Label.TIE: words.tie,
    Label.REVERSED: words.reversed_,
    Label.NOT_MATERIAL: words.not_material,
}


def _untested(named: Named, refused: dict[str, str]) -> str:
    text = f"this run holds no pair of trials of {named.subject} and {named.baseline} on {named.comparison.workload}"
    sides = (named.comparison.subject, named.comparison.baseline)
    why = [
        refused[name] for side in sides if (name := side.partition("@")[0]) in refused
    ]
    return f"{text}: {why[0]}" if why else text


def _excluded(comparison: Comparison) -> str:
    if comparison.void is not None:
        return comparison.void
    n = comparison.advantage.n if comparison.advantage else 0
    return f"{n} pairs of rounds are left, {reasons.FEWEST_ROUNDS} are needed"


def more_rounds(comparison: Comparison, margin: float) -> int | None:
    """About how many more rounds would tell the ratio from 1 + margin; None if hopeless."""
    estimate = comparison.advantage
    if estimate is None:
        return None
    needed = power.rounds_needed(
        log(estimate.point), margin, interval.scatter(logs(comparison)), estimate.level
    )
    return None if needed is None else max(1, needed - estimate.n)


def _because(parts: Sequence[Part], outcome: Outcome, forced: str | None) -> str:
    if outcome is Outcome.INCONCLUSIVE and forced is not None:
        return f"no verdict, {forced}"
    own = [part for part in parts if part.outcome is outcome]
    own.sort(key=lambda part: order(part, outcome))
    tally = _tally(parts)
    return f"{own[0].because}{tally}" if own else "the claim compares nothing"


def _tally(parts: Sequence[Part]) -> str:
    if len(parts) == 1:
        return ""
    held = sum(part.outcome is Outcome.SUPPORTED for part in parts)
    return f" ({held} of {len(parts)} comparisons hold)"
