"""
"In turns": decided by a witness, else by how many requests were under way at once.

It fails for a server where two requests met inside one process of it: that
needs no statistics. Else the effective concurrency is held against 1 + margin.
Each server that the subject was started on is a group; its usual deployment
must be among them. Set-ups of the other frameworks are told beside it.
"""

from math import log

from bench.judge.context import JudgeContext
from bench.judge.question import Group, Inquiry, Question, few, p_values
from bench.model.framework import Target
from bench.model.turns import SetUp
from bench.model.verdict import (
    Asked,
    Claim,
    Finding,
    GroupKind,
    Lacking,
    Untested,
)


def turns(context: JudgeContext, claim: Claim, margin: float) -> Inquiry:
    """Whether requests take turns in the subject, by server; with findings of every set-up."""
    found = context.analysis.turns
    known = {one.target: one for one in found.set_ups} if found else {}
    usual = [context.contestants.get(name) for name in claim.subjects]
    if any(target is None or target.id not in known for target in usual):
        return Inquiry(untested=Untested(Lacking.EXPERIMENT))
    groups: dict[str, Group] = {}
    rows: list[Question | Finding] = []
    for target in context.plan.targets:
        one = known.get(target.id)
        if one is None:
            continue
        asked = _is_asked(context, claim, target, one)
        if asked:
            groups[target.deployment] = Group(GroupKind.SERVER, target.deployment)
        rows += _rows(one, margin, target.deployment if asked else None)
    return Inquiry(tuple(groups.values()), tuple(rows))


def _is_asked(context: JudgeContext, claim: Claim, target: Target, one: SetUp) -> bool:
    """The subject's usual deployment, and whatever else of it was measured."""
    usual = context.contestants.get(target.framework)
    if target.framework not in claim.subjects or usual is None:
        return False
    measured = bool(one.met) or one.effective is not None
    return target == usual or (measured and target.version == usual.version)


def _rows(one: SetUp, margin: float, group: str | None) -> list[Question | Finding]:
    met = Finding(one.target, asked=Asked.MET, amount=_told(one.met))
    under_way = Finding(
        one.target,
        asked=Asked.UNDER_WAY,
        estimate=one.effective,
        line=1 + margin,
        above=False,
    )
    rows: list[Question | Finding] = [met, under_way]
    if group is not None and one.met:
        rows[0] = Question(group, met, p_holds=(1.0,), p_fails=(0.0,))
    elif group is not None:
        rows[1] = _question(group, under_way, one, margin)
    if one.volley:
        last_ms = max(each.answered_ms or 0.0 for each in one.volley)
        rows.append(Finding(one.target, asked=Asked.BURST, amount=last_ms))
    return rows


def _told(met: bool | None) -> float | None:
    return None if met is None else float(met)


def _question(group: str, finding: Finding, one: SetUp, margin: float) -> Question:
    estimate = one.effective
    if estimate is None:
        return Question(group, finding)
    logs = [log(value) for value in one.effective_rounds if value is not None]
    why = few(len(logs))
    above, below = p_values([logs], margin)
    # The claim holds below the line.
    return Question(group, finding, estimate.level, below, above, excluded=why)
