"""
"In turns": decided by a witness, else by how many requests were under way at once.

Refuted for a set-up where two requests met inside one process of it: that
needs no statistics. Else supported where all of the interval of the effective
concurrency lies below 1 + margin, refuted where all of it lies above. The
subject's own deployment decides; every other set-up is told beside it.
"""

from collections.abc import Sequence

from bench.analyse import reasons
from bench.judge.court import Court, forced_because
from bench.judge.decide import overall
from bench.judge.words import joined
from bench.model.estimate import Estimate
from bench.model.framework import Target
from bench.model.turns import SetUp, Turns
from bench.model.verdict import Claim, Finding, Outcome, Verdict


NOT_PLAYED = (
    "this run did not send requests at once; the turns profile does: "
    "bench run --profile turns"
)


def judge_turns(court: Court, claim: Claim) -> Verdict:
    """The verdict on the subjects' deployments, with a finding for every set-up."""
    turns = court.analysis.turns
    own = [court.contestants.get(name) for name in claim.subjects]
    found = {one.target: one for one in turns.set_ups} if turns else {}
    deciding = [target for target in own if target and target.id in found]
    if turns is None or not deciding or len(deciding) < len(own):
        return Verdict(claim, Outcome.NOT_TESTED, NOT_PLAYED, (), None, ())
    forced = forced_because(court.analysis)
    findings = _findings(court, claim, turns, {target.id for target in deciding})
    outcomes = [outcome_of(found[target.id], claim.margin) for target in deciding]
    outcome = overall(outcomes)
    because = _because(court, claim, turns, deciding)
    if forced is not None and outcome is not Outcome.NOT_TESTED:
        outcome, because = Outcome.INCONCLUSIVE, f"no verdict, {forced}"
    forced = forced if outcome is Outcome.INCONCLUSIVE else None
    return Verdict(claim, outcome, because, (), forced, (), findings=findings)


def outcome_of(one: SetUp, margin: float) -> Outcome:
    """Whether requests are handled in turns by this set-up."""
    if one.met:
        return Outcome.REFUTED
    estimate = one.effective
    if estimate is None:
        return Outcome.NOT_TESTED
    if estimate.n < reasons.FEWEST_ROUNDS:
        return Outcome.INCONCLUSIVE
    if estimate.high < 1 + margin:
        return Outcome.SUPPORTED
    return Outcome.REFUTED if estimate.low > 1 + margin else Outcome.INCONCLUSIVE


def _findings(
    court: Court, claim: Claim, turns: Turns, deciding: set[str]
) -> tuple[Finding, ...]:
    order = {target.id: place for place, target in enumerate(court.plan.targets)}
    rows = []
    for one in sorted(turns.set_ups, key=lambda each: order[each.target]):
        outcome = outcome_of(one, claim.margin)
        decides = outcome if one.target in deciding else None
        rows.append(_witness(one, decides))
        rows.append(_concurrency(one, turns, decides, claim.margin))
        if one.volley:
            rows.append(_volley(one, turns))
    return tuple(rows)


def _witness(one: SetUp, decides: Outcome | None) -> Finding:
    seen = {True: "met", False: "never met", None: "not known"}[one.met]
    return Finding(
        one.target,
        "two requests inside one process at the same time",
        seen,
        decides if one.met else None,
        f"asked of {one.processes} process{'es' if one.processes > 1 else ''}: "
        f"{one.met_because}",
    )


def _concurrency(
    one: SetUp, turns: Turns, decides: Outcome | None, margin: float
) -> Finding:
    estimate = one.effective
    return Finding(
        one.target,
        f"requests under way at once in each process, of {turns.clients} clients",
        spanned(estimate) if estimate else f"not measured: {one.reason}",
        None if one.met else decides,
        _side(estimate, margin),
        estimate,
    )


def _side(estimate: Estimate | None, margin: float) -> str:
    if estimate is None:
        return ""
    line = f"{1 + margin:g}"
    if estimate.n < reasons.FEWEST_ROUNDS:
        return f"{estimate.n} rounds decide nothing, {reasons.FEWEST_ROUNDS} are needed"
    if estimate.high < 1 + margin:
        return f"in turns: all of the interval is below {line}"
    if estimate.low > 1 + margin:
        return f"together: all of the interval is above {line}"
    return f"the interval holds {line}"


def _volley(one: SetUp, turns: Turns) -> Finding:
    last_ms = max(each.answered_ms or 0.0 for each in one.volley)
    apart_ms = turns.wait_ms * turns.at_once
    return Finding(
        one.target,
        f"the last answer to {turns.at_once} requests sent at once",
        f"after {last_ms:.0f} ms",
        None,
        f"{turns.wait_ms:g} ms if they wait together, {apart_ms:g} ms in turns; at least "
        f"{one.together} waited at the same time (round {one.volley_round}, the median)",
    )


def spanned(estimate: Estimate) -> str:
    """A number near one with its interval: two decimals below 2, else one."""
    places = 2 if estimate.point < 2 else 1
    point, low, high = (
        f"{value:.{places}f}" for value in (estimate.point, estimate.low, estimate.high)
    )
    return f"{point} ({low} to {high})"


def _because(
    court: Court, claim: Claim, turns: Turns, deciding: Sequence[Target]
) -> str:
    found = {one.target: one for one in turns.set_ups}
    said = "; ".join(
        _said(court.titles.get(t.framework, t.framework), found[t.id], turns)
        for t in deciding
    )
    return f"{said}: {condition(court, claim, turns)}"


def _said(name: str, one: SetUp, turns: Turns) -> str:
    estimate = one.effective
    at_once = (
        f"{spanned(estimate)} under way in each process, of {turns.clients} clients"
        if estimate
        else ""
    )
    if one.met:
        witness = (
            f"{name}'s usual deployment had two requests inside one process at once"
        )
        return f"{witness}, and {at_once}" if at_once else witness
    if estimate is None:
        return f"{name}'s usual deployment was not measured, {one.reason}"
    return f"{name}'s usual deployment had {at_once}"


def condition(court: Court, claim: Claim, turns: Turns) -> str:
    """Of which set-ups the sentence is true: those of one server together, whoever stands on it."""
    serial = [
        court.plan.target(one.target)
        for one in turns.set_ups
        if outcome_of(one, claim.margin) is Outcome.SUPPORTED
    ]
    if not serial:
        return "it is true of no set-up that was asked"
    by_server: dict[str, list[str]] = {}
    for target in serial:
        by_server.setdefault(target.deployment, []).append(
            court.titles.get(target.framework, target.framework)
        )
    subjects = [court.titles.get(name, name) for name in claim.subjects]
    parts = [_where(server, who, subjects) for server, who in by_server.items()]
    return f"it is true of {'; and of '.join(parts)}"


def _where(server: str, names: list[str], subjects: Sequence[str]) -> str:
    ours = [name for name in names if name in subjects]
    others = [name for name in names if name not in subjects]
    if ours and others:
        return f"{server}, for {joined(others)} just as for {joined(ours)}"
    return f"{server}, for {joined(names)}"
