"""What a verdict by a rule asks and answers, in a sentence each without a number."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.model.verdict import (
    EvidenceKind,
    Exclusion,
    GroupKind,
    GroupState,
    Outcome,
    Rule,
    Verdict,
)
from bench.report.view import View, joined
from bench.wording.names import Names


@dataclass(frozen=True, slots=True)
class RuleText:
    """A question that the claim says yes to; {subject} and {others} stand for frameworks."""

    question: str
    supported: str
    refuted: str


WORDS: Mapping[Rule, RuleText] = {
    Rule.TURNS: RuleText(
        "Does {subject} handle requests one after the other?",
        "**Yes**: as its users deploy it, it does.",
        "**No**: as its users deploy it, it handles them **together**.",
    ),
    Rule.STRESS: RuleText(
        "Does {subject} stand a high load?",
        "**Yes**: it stood every test of a high load.",
        "**No**: it failed a test of the load.",
    ),
    Rule.FAILS_STRESS: RuleText(
        "Does {subject} fail under a high load?",
        "**Yes**: it failed a test of the load.",
        "**No**: it stood every test of a high load.",
    ),
    Rule.SCALING: RuleText(
        "Does {subject} scale?",
        "**Yes**: it keeps most of its throughput with many clients, and gains by more workers.",
        "**No**: it loses too much with many clients, or gains too little by more workers.",
    ),
    Rule.PREDICTIONS: RuleText(
        "Is {subject} as good as any at serving a model?",
        "**Yes**: none of the others did clearly better.",
        "**No**: another one did clearly better.",
    ),
    Rule.OWN_SHARE: RuleText(
        "Does {subject} itself cost less than {others}?",
        "**Yes**: above the same server without a framework, it takes clearly less than each of the others.",
        "**No**: above the same server without a framework, it does not take clearly less than each of the others.",
    ),
    Rule.WEIGHT: RuleText(
        "Is {subject} slow by nature?",
        "**Yes**: in start-up, memory and cost it is clearly behind each of the others.",
        "**No**: it is not clearly behind each of the others in **all** of start-up, memory and cost.",
    ),
    Rule.LAYERS: RuleText(
        "Does {subject}’s database layer cost more than those of {others}?",
        "**Yes**: it costs clearly more than each of the others.",
        "**No**: it does not cost clearly more than each of the others.",
    ),
    Rule.VALIDATORS: RuleText(
        "Does a validated request cost {subject} less than {others}?",
        "**Yes**: with the usual validators and with a common one, server and framework included.",
        "**No**: not clearly less than each of the others with the usual validators and with a common one.",
    ),
}


CLIENTS_ALONE = "**No**: with many clients it loses too much of its throughput."
"""Refuted where the machine had no processors for more workers; it cannot be supported there."""


def rule_question(view: View, rule: Rule, verdict: Verdict) -> str:
    """As a page's title asks it."""
    claim = verdict.claim
    subject, others = (
        joined([view.label(each) for each in names])
        for names in (claim.subjects, claim.baselines)
    )
    return WORDS[rule].question.format(subject=subject, others=others)


def rule_answer(view: View, rule: Rule, verdict: Verdict) -> str:
    """To that question; the numbers are the card's."""
    if verdict.outcome is Outcome.INCONCLUSIVE:
        known = {group.state for group in verdict.groups}
        apart = {GroupState.HOLDS, GroupState.NOT_MEASURED}
        told = bool(known & apart) and len(known) > 1
        return _in_part(view, verdict) if told else "This run **cannot tell**."
    if verdict.outcome is Outcome.DEPENDS:
        return _depends(view, verdict)
    if verdict.outcome is Outcome.SUPPORTED:
        return WORDS[rule].supported
    without_workers = any(
        each.asked is EvidenceKind.WORKERS
        and each.excluded is not None
        and each.excluded.why is Exclusion.NO_PLACE
        for each in verdict.findings
    )
    return CLIENTS_ALONE if without_workers else WORDS[rule].refuted


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
    return all(each.outcome is not Outcome.NOT_TESTED for each in verdict.findings)
