"""What a verdict by a rule asks and answers, in a sentence each without a number."""

from bench.model.verdict import Exclusion, GroupKind, GroupState, Outcome, Verdict
from bench.report.view import View
from bench.wording.experiments import words_of
from bench.wording.names import Names
from bench.wording.numbers import joined


def rule_question(view: View, rule: str, verdict: Verdict) -> str:
    """As a page's title asks it."""
    claim = verdict.claim
    subject, others = (
        joined([view.label(each) for each in names])
        for names in (claim.subjects, claim.baselines)
    )
    return words_of(rule).question.format(subject=subject, others=others)


def rule_answer(view: View, rule: str, verdict: Verdict) -> str:
    """To that question; the numbers are the card's."""
    if verdict.outcome is Outcome.INCONCLUSIVE:
        known = {group.state for group in verdict.groups}
        apart = {GroupState.HOLDS, GroupState.NOT_MEASURED}
        told = bool(known & apart) and len(known) > 1
        return _in_part(view, verdict) if told else "This run **cannot tell**."
    if verdict.outcome is Outcome.DEPENDS:
        return _depends(view, verdict)
    if verdict.outcome is Outcome.SUPPORTED:
        return words_of(rule).supported
    words = words_of(rule)
    no_place = any(
        each.excluded is not None and each.excluded.why is Exclusion.NO_PLACE
        for each in verdict.findings
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
    return all(each.outcome is not Outcome.NOT_TESTED for each in verdict.findings)
