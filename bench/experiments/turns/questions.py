"""
"In turns": decided by a witness, else by how many requests were under way at once.

It fails for a server where two requests met inside one process of it: that
needs no statistics. Else the effective concurrency is held against 1 + margin.
Each server that the subject was started on is a group; its usual deployment
must be among them. Set-ups of the other frameworks are told beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log

from bench.experiments.turns.model import SetUp, Turns, TurnsEvidence
from bench.judge.context import JudgeContext, withheld_because
from bench.judge.engine import decide
from bench.judge.question import Group, Inquiry, Question, by_rounds
from bench.judge.rules import Questions
from bench.model.estimate import values_of
from bench.model.framework import Target
from bench.model.verdict import (
    Claim,
    Evidence,
    GroupKind,
    GroupState,
    Lacking,
    Untested,
)


MARGIN = 0.5
"""A set-up with fewer than 1.5 requests at once takes turns, unless the claim says otherwise."""


def turns(context: JudgeContext, claim: Claim, margin: float) -> Inquiry:
    """Whether requests take turns in the subject, by server; with findings of every set-up."""
    set_ups = _set_ups(context)
    usual = [context.contestants.get(name) for name in claim.subjects]
    if any(target is None or target.id not in set_ups for target in usual):
        return Inquiry(untested=Untested(Lacking.EXPERIMENT))
    return _inquiry(context, [target for target in usual if target], margin)


def _decided(
    context: JudgeContext, claims: Sequence[Claim]
) -> Mapping[str, Turns | None]:
    return {"turns": by_set_up(context, claims)}


def by_set_up(context: JudgeContext, claims: Sequence[Claim]) -> Turns | None:
    """
    The experiment with what every set-up was found to do.

    The questions of the first such claim are asked of each release by itself,
    as they are of the subject of the claim; MARGIN where there is no such claim.
    """
    margin = next((c.margin for c in claims if c.rule == "turns"), MARGIN)
    experiment: Turns | None = context.analysis.found["turns"]
    if experiment is None or not context.plan.profile.verdicts:
        return experiment
    if withheld_because(context.analysis) is not None:
        return experiment
    set_ups = _set_ups(context)
    own = [target for target in context.plan.targets if target.id in set_ups]
    states: dict[str, GroupState] = {}
    for target in {
        (sibling.framework, sibling.version): sibling for sibling in own
    }.values():
        decision, _ = decide(_inquiry(context, [target], margin))
        of_server = {group.key: group.state for group in decision.groups}
        for sibling in own:
            if sibling.same_release(target) and sibling.deployment in of_server:
                states[sibling.id] = of_server[sibling.deployment]
    return replace(
        experiment,
        in_turns=tuple(
            name for name in set_ups if states.get(name) is GroupState.HOLDS
        ),
        together=tuple(
            name for name in set_ups if states.get(name) is GroupState.FAILS
        ),
    )


def _set_ups(context: JudgeContext) -> dict[str, SetUp]:
    experiment: Turns | None = context.analysis.found["turns"]
    return (
        {set_up.target: set_up for set_up in experiment.set_ups} if experiment else {}
    )


def _inquiry(context: JudgeContext, asked: Sequence[Target], margin: float) -> Inquiry:
    """Of these targets, and of whatever else of the same releases was measured."""
    set_ups = _set_ups(context)
    usual = {target.id for target in context.contestants.values()}
    groups: dict[str, Group] = {}
    rows: list[Question | Evidence] = []
    for target in context.plan.targets:
        set_up = set_ups.get(target.id)
        if set_up is None:
            continue
        measured = bool(set_up.met) or set_up.effective is not None
        server = None
        own = any(target.same_release(other) for other in asked)
        if own and (measured or target.id in usual):
            server = target.deployment
            groups[server] = Group(GroupKind.SERVER, server)
        rows += _rows(set_up, margin, server)
    return Inquiry(tuple(groups.values()), tuple(rows))


def _rows(set_up: SetUp, margin: float, group: str | None) -> list[Question | Evidence]:
    amount = None if set_up.met is None else float(set_up.met)
    met = Evidence(set_up.target, asked=TurnsEvidence.MET, amount=amount)
    under_way = Evidence(
        set_up.target,
        asked=TurnsEvidence.UNDER_WAY,
        estimate=set_up.effective,
        line=1 + margin,
        above=False,
    )
    rows: list[Question | Evidence] = [met, under_way]
    if group is not None and set_up.met:
        rows[0] = Question(group, met, p_holds=(1.0,), p_fails=(0.0,))
    elif group is not None:
        logs = [log(value) for value in values_of(set_up.effective_rounds)]
        above = by_rounds(group, under_way, [logs] if set_up.effective else [], margin)
        # The claim holds below the line.
        rows[1] = replace(above, p_holds=above.p_fails, p_fails=above.p_holds)
    if set_up.volley:
        last_ms = max(request.answered_ms or 0.0 for request in set_up.volley)
        rows.append(Evidence(set_up.target, asked=TurnsEvidence.BURST, amount=last_ms))
    return rows


QUESTIONS = Questions({"turns": turns}, decided=_decided)
