"""
The short answer: a few sentences chosen by rule from the first verdict's values.

It names where the claim holds with its largest effects, where it fails, and
what that depends on. There is no adjective in it that does not come from an
interval: where a part is open, the sentence says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.model.plural import plural
from bench.model.ranking import Step
from bench.model.verdict import (
    Exclusion,
    GroupKind,
    GroupResult,
    GroupState,
    Label,
    Outcome,
    Part,
    Verdict,
)
from bench.report.clean import unmarked
from bench.report.numbers import percent, percent_span, percent_up, times
from bench.report.trend_charts import step_words
from bench.report.versions import Family, families
from bench.report.versions import question as versions_question
from bench.report.view import View, lower_first
from bench.report.words import TESTED, why_no_verdicts
from bench.wording.experiments import words_of
from bench.wording.names import Names
from bench.wording.numbers import TIMES_FROM, in_this_run, joined


MOST_FAILS, MOST_STEPS = 2, 2
"""Groups, and steps between versions, that the sentence names."""
FASTER = {"throughput", "cpu", "p50", "p99", "startup"}
"""Metrics of which "faster" is a fair word in a question."""


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """A sentence with **bold** words, and what its chart shows."""

    sentence: str
    workloads: tuple[str, ...]
    metric: str = "throughput"


def leading_verdict(view: View) -> Verdict | None:
    """
    The first verdict by measurement that this run could reach; claims stand in order of weight.

    Orders come first. Without one, a verdict by a rule of which the run
    measured everything leads: that is what the run was made for.
    """
    tested = [verdict for verdict in view.results.verdicts if verdict.outcome in TESTED]
    orders = [verdict for verdict in tested if verdict.parts]
    # The words of rules are of one framework.
    by_rule = [
        verdict
        for verdict in tested
        if verdict.claim.rule and len(verdict.claim.subjects) == 1
    ]
    whole = [verdict for verdict in by_rule if is_whole(verdict)]
    return next(iter([*orders, *whole, *by_rule]), None)


def question(view: View) -> str:
    """The page's title as a question."""
    if not view.results.profile.verdicts:
        return "Does everything work here?"
    names = [view.label(framework) for framework in _frameworks(view)]
    verdict = leading_verdict(view)
    if verdict is not None and verdict.claim.metric:
        return _order_question(view, verdict)
    if version_families := families(view):
        return versions_question(version_families)
    if verdict is not None and verdict.claim.rule is not None:
        return rule_question(view, verdict.claim.rule, verdict)
    if len(names) > 1:
        return f"How do {joined(names)} compare?"
    return f"How fast is {names[0]}?" if names else "What did this run measure?"


def _order_question(view: View, verdict: Verdict) -> str:
    claim = verdict.claim
    subjects = joined([view.label(subject) for subject in claim.subjects])
    baselines = joined([view.label(baseline) for baseline in claim.baselines])
    is_single = len(claim.subjects) == 1
    if claim.metric in FASTER:
        return (
            f"{'Is' if is_single else 'Are'} {subjects} really faster than {baselines}?"
        )
    metric = view.metric(claim.metric)
    amount = "more" if metric.higher_is_better else "less"
    title = lower_first(metric.title)
    return f"{'Does' if is_single else 'Do'} {subjects} need {amount} {title} than {baselines}?"


def short_answer(view: View) -> ShortAnswer:
    """The answer of this run in a few sentences."""
    verdict = leading_verdict(view)
    metric = verdict.claim.metric if verdict and verdict.claim.metric else "throughput"
    if not view.workloads_with(metric):
        metric = "throughput"
    measured = view.workloads_with(metric)
    ends = tuple(dict.fromkeys([*measured[:1], *measured[-1:]]))
    asked = [name for name in _asked(verdict) if name in measured]
    shown = tuple(dict.fromkeys([*asked, *ends]))[:2]
    said = _without_verdict(view, verdict)
    if said is not None:
        return ShortAnswer(said, ends, metric)
    assert verdict is not None
    if verdict.claim.rule is not None:
        return ShortAnswer(
            rule_answer(view, verdict.claim.rule, verdict), shown, metric
        )
    return ShortAnswer(_order(view, verdict), tuple(asked) or ends, metric)


def _asked(verdict: Verdict | None) -> tuple[str, ...]:
    if verdict is None:
        return ()
    return verdict.claim.workloads if verdict.claim.rule else _shown(verdict)


def _without_verdict(view: View, verdict: Verdict | None) -> str | None:
    """What is said where no verdict answers; None where one does."""
    if not view.results.profile.verdicts:
        return _works(view)
    if view.results.no_verdicts is not None:
        why = unmarked(why_no_verdicts(view.results)).rstrip(".")
        return f"This run gives **no verdicts**: {why}."
    version_families = families(view)
    if version_families and not (verdict and verdict.claim.metric):
        return _steps(view, version_families)
    if verdict is None:
        return _unmeasured(view)
    withheld = verdict.withheld_because
    if verdict.outcome is Outcome.INCONCLUSIVE and withheld is not None:
        # What was measured of the reason stands in the claim and in the checks.
        reason = unmarked(withheld.title.lower() or withheld.detail).rstrip(".")
        return f"This run **cannot tell**: {reason}."
    return None


def _frameworks(view: View) -> list[str]:
    return list(dict.fromkeys(target.framework for target in view.contestants))


def _works(view: View) -> str:
    """Of a profile that decides nothing: whether everything answered, and rightly."""
    results = view.results
    wrong = view.check("errors")
    if results.failures or wrong is None or wrong.passed is not True:
        failed = list(dict.fromkeys(view.label(f.target) for f in results.failures))
        what = f"{joined(failed)} failed" if failed else "not every answer was right"
        if wrong is not None and wrong.passed is None and not failed:
            what = "no answer was checked"
        return f"**No**: {what}. It gives no verdicts."
    count = plural(len(results.targets), "set-up")
    works = plural(len(results.workloads), "workload")
    return (
        f"**Yes**: {count} started and answered {works}, and every answer was right. "
        "So short a run gives no verdicts."
    )


def _steps(view: View, version_families: list[Family]) -> str:
    """Of a run of versions: the largest differences between one and the next."""
    if not view.results.control_reach:
        return "This run **cannot tell** a difference from noise: no set-up was entered twice."
    steps = sorted(view.results.steps, key=_step_size, reverse=True)
    if not steps:
        return "**No** difference between two versions is larger than the noise."
    sentences = [
        f"{step_words(view, version_families, step)} on “{view.workload(step.workload)}”"
        for step in steps[:MOST_STEPS]
    ]
    more = len(steps) - len(sentences)
    rest = f" {plural(more, 'more step')} beyond the noise." if more else ""
    return f"**{_direction(steps)}**: {joined(sentences)}.{rest}"


def _direction(steps: Sequence[Step]) -> str:
    """Whether what is newer is faster, to the question that such a page asks."""
    faster = any(step.advantage.point > 1 for step in steps)
    slower = any(step.advantage.point < 1 for step in steps)
    if faster and slower:
        return "Some are faster, some slower"
    return "Yes, where they differ" if faster else "No, slower where they differ"


def _step_size(step: Step) -> float:
    return max(step.advantage.point, step.advantage.inverse.point)


def _unmeasured(view: View) -> str:
    """Of a run without a verdict that the answer has words for."""
    if any(verdict.outcome in TESTED for verdict in view.results.verdicts):
        return (
            "This run judged **no order**: what it found stands in the list of claims."
        )
    return "This run judged **no claim**."


# An order: where it holds, and where it does not.


def _shown(verdict: Verdict) -> tuple[str, ...]:
    """One workload where it holds and one where it fails, for the chart."""
    plain = [g for g in verdict.groups if g.kind is GroupKind.WORKLOAD and g.workload]
    of = {
        state: [g.workload for g in plain if g.state is state and g.workload]
        for state in GroupState
    }
    first = [*of[GroupState.HOLDS][:1], *of[GroupState.FAILS][:1]]
    return tuple(dict.fromkeys([*first, *(g.workload or "" for g in plain)]))[:2]


def _order(view: View, verdict: Verdict) -> str:
    holds = [g for g in verdict.groups if g.state is GroupState.HOLDS]
    fails = [g for g in verdict.groups if g.state is GroupState.FAILS]
    if verdict.outcome is Outcome.DEPENDS:
        layers = any(g.kind is GroupKind.LAYER for g in verdict.groups)
        on = "the work, and on the database layer" if layers else "the work"
        return f"**It depends on {on}.** {_yes(view, verdict, holds)}. {_no(view, verdict, fails)}."
    if verdict.outcome is Outcome.SUPPORTED:
        every = ", on every workload" if len(holds) > 1 else ""
        return f"**Yes**{every}. {_yes(view, verdict, holds)}."
    if verdict.outcome is Outcome.REFUTED:
        return f"**No.** {_no(view, verdict, fails)}: {_reasons(view, verdict, fails)}."
    if holds:
        return f"{_yes(view, verdict, holds)}. Elsewhere this run **cannot tell**."
    return "This run **cannot tell**: the intervals cross the line."


def _yes(view: View, verdict: Verdict, groups: Sequence[GroupResult]) -> str:
    """Who leads on the first of them, by how much over whom; then where the largest effect of the others is."""
    names = Names(view.results)
    subjects = joined([view.label(subject) for subject in verdict.claim.subjects])
    leads = "leads" if len(verdict.claim.subjects) == 1 else "lead"
    by = ""
    if verdict.claim.metric != "throughput":
        by = f" by {lower_first(view.metric(verdict.claim.metric).title)}"
    plain = [g for g in groups if g.kind is not GroupKind.LAYER] or list(groups)
    first, others = plain[0], plain[1:]
    sizes = joined([_size(names, verdict, part) for part in _parts(verdict, first)])
    said = f"{subjects} {leads}{by} {names.group(first)} ({sizes})"
    if others:
        most = max(others, key=lambda g: _advantage(_largest(verdict, g)))
        sizes = joined([_size(names, verdict, part) for part in _parts(verdict, most)])
        said += f" and {names.group(most)} ({sizes})"
        more = len(others) - 1
        said += f", and on {more} more" if more else ""
    return said


def _size(names: Names, verdict: Verdict, part: Part) -> str:
    """How far one is ahead of which other one."""
    estimate = part.comparison.advantage
    if estimate is None:
        return "not measured"
    several = len(verdict.claim.subjects) > 1
    ahead = f"{names.framework(part.comparison.subject)} " if several else ""
    baseline = names.framework(part.comparison.baseline)
    if estimate.point >= TIMES_FROM:
        return f"{ahead}**{times(estimate)} times** {baseline}"
    size = percent(round(estimate.point - 1, 2))
    return f"{ahead}**{size}** over {baseline}{in_this_run(part)}"


def _no(view: View, verdict: Verdict, groups: Sequence[GroupResult]) -> str:
    """Where it fails, and where the database layer is the reason."""
    names = Names(view.results)
    by_hand = {
        g.workload
        for g in verdict.groups
        if g.kind is GroupKind.LAYER and g.state is GroupState.HOLDS
    }
    fails = []
    for group in groups[:MOST_FAILS]:
        layer = group.kind is GroupKind.WORKLOAD and group.workload in by_hand
        they = "it leads" if len(verdict.claim.subjects) == 1 else "they lead"
        by_layer = f" through an ORM (with SQL by hand {they})" if layer else ""
        fails.append(f"{names.group(group)}{by_layer}")
    more = len(groups) - len(fails)
    rest = f", and {more} more" if more > 0 else ""
    return f"**Not** {', and '.join(fails)}{rest}"


def _reasons(view: View, verdict: Verdict, groups: Sequence[GroupResult]) -> str:
    """What stands against the lead on the first of them."""
    if not groups:
        return "no comparison holds"
    failed = [p for p in _parts(verdict, groups[0]) if p.outcome is Outcome.REFUTED]
    return joined([_failure(view, part) for part in failed])


def _failure(view: View, part: Part) -> str:
    """What stands against the lead, with its numbers."""
    estimate = part.comparison.advantage
    subject = view.label(part.comparison.subject)
    other = view.label(part.comparison.baseline)
    if estimate is None:
        return f"{subject} and {other} were not both measured"
    if part.label is Label.TIE:
        reach = percent_up(max(estimate.high, estimate.inverse.high) - 1)
        return f"{subject} and {other} are practically equal in this run, at most {reach} apart"
    if estimate.high < 1:
        said = f"{other} is ahead of {subject} by {percent_span(estimate.inverse)}"
    else:
        said = f"{subject} leads {other} by less than counts"
    return f"{said}{in_this_run(part)}"


def _parts(verdict: Verdict, group: GroupResult) -> list[Part]:
    return [part for part in verdict.parts if part.group == group.key]


def _largest(verdict: Verdict, group: GroupResult) -> Part:
    return max(_parts(verdict, group), key=_advantage)


def _advantage(part: Part) -> float:
    return part.comparison.advantage.point if part.comparison.advantage else 0.0


def rule_question(view: View, rule: str, verdict: Verdict) -> str:
    """As a page's title asks it."""
    claim = verdict.claim
    subject, others = (
        joined([view.label(target) for target in names])
        for names in (claim.subjects, claim.baselines)
    )
    return words_of(rule).question.format(subject=subject, others=others)


def rule_answer(view: View, rule: str, verdict: Verdict) -> str:
    """To that question; the numbers are the card's."""
    if verdict.outcome is Outcome.INCONCLUSIVE:
        states = {group.state for group in verdict.groups}
        apart = {GroupState.HOLDS, GroupState.NOT_MEASURED}
        in_part = bool(states & apart) and len(states) > 1
        return _in_part(view, verdict) if in_part else "This run **cannot tell**."
    if verdict.outcome is Outcome.DEPENDS:
        return _depends(view, verdict)
    if verdict.outcome is Outcome.SUPPORTED:
        return words_of(rule).supported
    words = words_of(rule)
    no_place = any(
        finding.excluded is not None and finding.excluded.why is Exclusion.NO_PLACE
        for finding in verdict.findings
    )
    return (words.refuted_in_part if no_place else None) or words.refuted


def _in_part(view: View, verdict: Verdict) -> str:
    """What it holds for, and what is open or was not measured."""
    names = Names(view.results)
    yes, still_open, missing = (
        [names.group(group) for group in verdict.groups if group.state is state]
        for state in (GroupState.HOLDS, GroupState.OPEN, GroupState.NOT_MEASURED)
    )
    said = [f"it holds {joined(yes)}"] if yes else []
    if still_open:
        said.append(f"this run **cannot tell** {joined(still_open)}")
    if missing:
        said.append(f"it was **not tested** {joined(missing)}")
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}."


def _depends(view: View, verdict: Verdict) -> str:
    """Where it is so and where it is not, group by group."""
    names = Names(view.results)
    kinds = {group.kind for group in verdict.groups}
    on = ""
    if kinds == {GroupKind.SERVER}:
        on = " on the server"
    elif kinds == {GroupKind.WORKLOAD}:
        on = " on the work"
    yes, no = (
        [names.group(group) for group in verdict.groups if group.state is state]
        for state in (GroupState.HOLDS, GroupState.FAILS)
    )
    return f"**It depends{on}**: yes {joined(yes)}; no {joined(no)}."


def is_whole(verdict: Verdict) -> bool:
    """Whether the run measured every comparison that the verdict would take."""
    return all(
        finding.outcome is not Outcome.NOT_TESTED for finding in verdict.findings
    )
