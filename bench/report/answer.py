"""
The short answer: one or two sentences chosen by rule from the first verdict.

At most thirty words and one number. There is no adjective in it that does not
come from the interval: where a part is open, the sentence says so.
"""

from dataclasses import dataclass

from bench.model.estimate import Estimate
from bench.model.verdict import Label, Outcome, Part, Verdict
from bench.report.clean import unmarked
from bench.report.numbers import at_least, times
from bench.report.rankings import lead
from bench.report.rule_answers import is_whole, rule_answer, rule_question
from bench.report.view import View, joined
from bench.report.words import TESTED, why_no_verdicts


MOST_WORDS = 30
FASTER = {"throughput", "cpu", "p50", "p99", "startup"}
"""Metrics of which "faster" is a fair word in a question."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A sentence with **bold** words, and the workloads that it speaks of."""

    sentence: str
    workloads: tuple[str, ...]


def leading_verdict(view: View) -> Verdict | None:
    """
    The first verdict by measurement that this run could reach; claims stand in order of weight.

    Orders come first. Without one, a verdict by a rule of which the run
    measured everything leads: that is what the run was made for.
    """
    tested = [each for each in view.results.verdicts if each.outcome in TESTED]
    orders = [each for each in tested if each.parts]
    # The words of rules are of one framework.
    by_rule = [
        each for each in tested if each.claim.rule and len(each.claim.subjects) == 1
    ]
    whole = [each for each in by_rule if is_whole(each)]
    return next(iter([*orders, *whole, *by_rule]), None)


def question(view: View) -> str:
    """The page's title as a question."""
    names = [view.label(each) for each in _frameworks(view)]
    verdict = leading_verdict(view)
    if verdict is not None and verdict.claim.metric in FASTER:
        subjects = joined([view.label(each) for each in verdict.claim.subjects])
        baselines = joined([view.label(each) for each in verdict.claim.baselines])
        verb = "Is" if len(verdict.claim.subjects) == 1 else "Are"
        return f"{verb} {subjects} really faster than {baselines}?"
    if verdict is not None and verdict.claim.rule is not None:
        return rule_question(view, verdict.claim.rule, verdict)
    if len(names) > 1:
        return f"How do {joined(names)} compare?"
    return f"How fast is {names[0]}?" if names else "What did this run measure?"


def short_answer(view: View) -> Answer:
    """The answer of this run in a sentence or two."""
    measured = view.workloads_with("throughput")
    ends = tuple(dict.fromkeys([*measured[:1], *measured[-1:]]))
    if view.results.no_verdicts_because is not None:
        why = unmarked(why_no_verdicts(view.results)).rstrip(".")
        said = f"This run gives **no verdicts**: {why}."
        if why.count(". ") or why.count("? "):
            said = "This run gives **no verdicts**."
        return Answer(_limited(said, "This run gives **no verdicts**."), ends)
    verdict = leading_verdict(view)
    if verdict is None:
        return Answer(_unmeasured(view), ends)
    if verdict.outcome is Outcome.INCONCLUSIVE and verdict.forced:
        said = f"This run **cannot tell**: {unmarked(verdict.forced).rstrip('.')}."
        return Answer(_limited(said, "This run **cannot tell**."), ends)
    if verdict.claim.rule is not None:
        asked = [name for name in verdict.claim.workloads if name in measured]
        said = rule_answer(verdict.claim.rule, verdict)
        return Answer(said, tuple(dict.fromkeys([*asked, *ends]))[:2])
    answer = _by_workload(view, verdict)
    return Answer(answer.sentence, answer.workloads or ends)


def _unmeasured(view: View) -> str:
    """Of a run without a verdict that the answer has words for."""
    if any(each.outcome in TESTED for each in view.results.verdicts):
        return (
            "This run judged **no order**: what it found stands in the list of claims."
        )
    return "This run judged **no claim**."


def _frameworks(view: View) -> list[str]:
    return list(dict.fromkeys(target.framework for target in view.contestants))


def _by_workload(view: View, verdict: Verdict) -> Answer:
    groups: dict[str, list[Part]] = {}
    for part in verdict.parts:
        if part.group in ("", part.comparison.workload):
            groups.setdefault(part.comparison.workload, []).append(part)
    yes = [name for name, parts in groups.items() if _all_supported(parts)]
    no = [name for name, parts in groups.items() if _any_refuted(parts)]
    shown = tuple(dict.fromkeys([*yes[:1], *no[:1], *groups]))[:2]
    if yes and len(yes) == len(groups):
        part = _weakest([part for parts in groups.values() for part in parts])
        where = "" if len(yes) == 1 else " on every workload"
        long = f"Yes{where}: {_lead(view, part, '**at least ' + _least(part) + '**')}."
        return Answer(_limited(long, f"**Yes**{where}."), shown)
    if yes:
        best = yes[0]
        rest = no[0] if no else next(name for name in groups if name not in yes)
        return Answer(_split(view, groups, best, rest, bool(no)), (best, rest))
    if no:
        return Answer(_refuted(view, [p for n in no for p in groups[n]]), shown)
    return Answer("This run **cannot tell**: the intervals cross the line.", shown)


def _split(
    view: View, groups: dict[str, list[Part]], best: str, rest: str, refuted: bool
) -> str:
    """One workload where the claim holds, one where it does not."""
    good, other = _title(view, best), _title(view, rest)
    part = _weakest(groups[best])
    held = f"For {good}, yes: {_lead(view, part, f'**{_times(part)}**')}."
    if refuted:
        failed = _failure(view, _refuting(groups[rest]))
        short = f"For {good}, **yes**. For {other}, **no**."
    else:
        failed = "this run **cannot tell**"
        short = f"For {good}, **yes**. For {other}, this run **cannot tell**."
    return _limited(f"{held} For {other}, {failed}.", short)


def _refuted(view: View, parts: list[Part]) -> str:
    part = _refuting(parts)
    where = _title(view, part.comparison.workload)
    estimate = part.comparison.advantage
    if part.label is Label.REVERSED and estimate is not None:
        pair = part.comparison
        how = f"**{times(estimate.inverse)}**"
        said = lead(view, pair.baseline, pair.subject, pair.metric, how)
        return _limited(f"No. For {where}, {said}.", "**No.**")
    return _limited(f"No. For {where}, {_failure(view, part)}.", "**No.**")


def _failure(view: View, part: Part) -> str:
    subject = view.label(part.comparison.subject)
    baseline = view.label(part.comparison.baseline)
    if part.label is Label.REVERSED:
        # As everywhere on the page, a lead is one that exceeds the margin.
        leads = _estimate(part).inverse.low > 1 + view.margin
        behind = f"{subject} is **not ahead** of {baseline}"
        return f"**{baseline} leads**" if leads else behind
    if part.label is Label.TIE:
        return f"{subject} and {baseline} are **practically equal**"
    if part.label is Label.NOT_MATERIAL and _estimate(part).high < 1:
        return f"{subject} is **not ahead** of {baseline}"
    if part.label is Label.NOT_MATERIAL:
        return f"a lead over {baseline} is **too small to count**"
    return f"the lead over {baseline} is **gone**"


def _lead(view: View, part: Part, how: str) -> str:
    pair = part.comparison
    return lead(view, pair.subject, pair.baseline, pair.metric, how)


def _weakest(parts: list[Part]) -> Part:
    return min(parts, key=_low)


def _refuting(parts: list[Part]) -> Part:
    refuted = [part for part in parts if part.outcome is Outcome.REFUTED]
    return min(refuted, key=lambda part: _estimate(part).high)


def _low(part: Part) -> float:
    return _estimate(part).low


def _least(part: Part) -> str:
    return at_least(_estimate(part).low)


def _times(part: Part) -> str:
    return times(_estimate(part))


def _estimate(part: Part) -> Estimate:
    found = part.comparison.advantage
    return found or Estimate(1.0, 0.0, float("inf"), 0.95, 0)


def _all_supported(parts: list[Part]) -> bool:
    return all(part.outcome is Outcome.SUPPORTED for part in parts)


def _any_refuted(parts: list[Part]) -> bool:
    return any(part.outcome is Outcome.REFUTED for part in parts)


def _title(view: View, workload: str) -> str:
    return f"“{view.workload(workload)}”"


def _limited(long: str, short: str) -> str:
    return long if len(long.split()) <= MOST_WORDS else short
