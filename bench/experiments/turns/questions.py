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
    return _inquiry(context, [each for each in usual if each], margin)


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
    found: Turns | None = context.analysis.found["turns"]
    if found is None or not context.plan.profile.verdicts:
        return found
    if withheld_because(context.analysis) is not None:
        return found
    set_ups = _set_ups(context)
    own = [each for each in context.plan.targets if each.id in set_ups]
    states: dict[str, GroupState] = {}
    for target in {(each.framework, each.version): each for each in own}.values():
        decision, _ = decide(_inquiry(context, [target], margin))
        of_server = {group.key: group.state for group in decision.groups}
        for each in own:
            if each.same_release(target) and each.deployment in of_server:
                states[each.id] = of_server[each.deployment]
    return replace(
        found,
        in_turns=tuple(
            name for name in set_ups if states.get(name) is GroupState.HOLDS
        ),
        together=tuple(
            name for name in set_ups if states.get(name) is GroupState.FAILS
        ),
    )


def _set_ups(context: JudgeContext) -> dict[str, SetUp]:
    found: Turns | None = context.analysis.found["turns"]
    return {one.target: one for one in found.set_ups} if found else {}


def _inquiry(context: JudgeContext, asked: Sequence[Target], margin: float) -> Inquiry:
    """Of these targets, and of whatever else of the same releases was measured."""
    set_ups = _set_ups(context)
    usual = {target.id for target in context.contestants.values()}
    groups: dict[str, Group] = {}
    rows: list[Question | Evidence] = []
    for target in context.plan.targets:
        one = set_ups.get(target.id)
        if one is None:
            continue
        measured = bool(one.met) or one.effective is not None
        server = None
        own = any(target.same_release(each) for each in asked)
        if own and (measured or target.id in usual):
            server = target.deployment
            groups[server] = Group(GroupKind.SERVER, server)
        rows += _rows(one, margin, server)
    return Inquiry(tuple(groups.values()), tuple(rows))


def _rows(one: SetUp, margin: float, group: str | None) -> list[Question | Evidence]:
    told = None if one.met is None else float(one.met)
    met = Evidence(one.target, asked=TurnsEvidence.MET, amount=told)
    under_way = Evidence(
        one.target,
        asked=TurnsEvidence.UNDER_WAY,
        estimate=one.effective,
        line=1 + margin,
        above=False,
    )
    rows: list[Question | Evidence] = [met, under_way]
    if group is not None and one.met:
        rows[0] = Question(group, met, p_holds=(1.0,), p_fails=(0.0,))
    elif group is not None:
        logs = [log(value) for value in values_of(one.effective_rounds)]
        above = by_rounds(group, under_way, [logs] if one.effective else [], margin)
        # The claim holds below the line.
        rows[1] = replace(above, p_holds=above.p_fails, p_fails=above.p_holds)
    if one.volley:
        last_ms = max(each.answered_ms or 0.0 for each in one.volley)
        rows.append(Evidence(one.target, asked=TurnsEvidence.BURST, amount=last_ms))
    return rows


QUESTIONS = Questions({"turns": turns}, decided=_decided)
