"""The sentence of a verdict: why it has its outcome, written from its values."""

from collections.abc import Callable, Mapping, Sequence

from bench.model.probe import Count, ProbeMeasure, ProbeOutcome
from bench.model.verdict import (
    Claim,
    Decision,
    Evidence,
    EvidenceKind,
    GroupResult,
    GroupState,
    MetricRow,
    Outcome,
    Part,
    Rule,
    Verdict,
)
from bench.wording import orders
from bench.wording.findings import share
from bench.wording.high_load import stress
from bench.wording.names import Names
from bench.wording.numbers import (
    as_times,
    at_least,
    in_this_run,
    joined,
    microseconds,
    percent,
)
from bench.wording.reasons import excluded, untested, withheld


STRICTLY = "Read strictly, as true of every one of these"
PROXY = "a count, named as only a proxy"


def because(names: Names, verdict: Verdict) -> str:
    """Why; its findings and parts have their texts already."""
    claim = verdict.claim
    if verdict.outcome is Outcome.NOT_MEASURABLE:
        return claim.not_measurable or f"{PROXY}: {_counts(names, verdict)}"
    if verdict.outcome is Outcome.NOT_TESTED:
        return untested(names, verdict)
    if verdict.withheld_because is not None:
        return _withheld(names, verdict)
    return _found(names, verdict)


def _found(names: Names, verdict: Verdict) -> str:
    claim = verdict.claim
    if claim.probe is not None:
        return _probe(names, verdict)
    if claim.counts:
        return _by_counts(names, verdict)
    if claim.rule is not None:
        return _RULES[claim.rule](names, verdict)
    return order_because(names, claim, verdict, verdict.parts)


def row_because(names: Names, claim: Claim, row: MetricRow) -> str:
    """The same for another metric of an order."""
    if row.decision.outcome is Outcome.NOT_TESTED:
        own = [p for p in row.parts if p.outcome is Outcome.NOT_TESTED]
        return own[0].because if own else ""
    if row.decision.withheld_because is not None:
        return f"no verdict, {withheld(row.decision.withheld_because)}"
    return order_because(names, claim, row.decision, row.parts)


def group_detail(
    names: Names,
    claim: Claim,
    group: GroupResult,
    parts: Sequence[Part],
    findings: Sequence[Evidence] = (),
) -> str:
    """The numbers of one group, to stand beside its name; "" where it has none of its own."""
    own = orders.of_group(parts, group)
    if own and group.state is GroupState.HOLDS:
        return orders.group_holds(names, claim, own)
    if own and group.state is GroupState.FAILS:
        return orders.group_fails(names, claim, own)
    at = group.decided_by
    if parts or at is None or at >= len(findings) or findings[at].amount is not None:
        return ""
    return f"{findings[at].value}{in_this_run(findings[at])}"


def strictly(verdict: Verdict) -> str | None:
    """What the stricter reading gives, where it gives another outcome."""
    if verdict.strict is None or verdict.strict is verdict.outcome:
        return None
    return f"{verdict.claim.strict or STRICTLY}: {verdict.strict.value}."


def _withheld(names: Names, verdict: Verdict) -> str:
    assert verdict.withheld_because is not None
    said = f"no verdict, {withheld(verdict.withheld_because)}"
    held = _named(names, verdict.groups, GroupState.HOLDS)
    return f"{said}; it holds {joined(held)}" if held else said


def order_because(
    names: Names, claim: Claim, decision: Decision | Verdict, parts: Sequence[Part]
) -> str:
    """Why an order has its outcome."""
    if decision.outcome is Outcome.DEPENDS:
        return _depends(
            names,
            decision.groups,
            lambda g: orders.group_holds(names, claim, orders.of_group(parts, g)),
            lambda g: orders.group_fails(names, claim, orders.of_group(parts, g)),
        )
    told = parts[decision.decided_by].because if decision.decided_by is not None else ""
    if decision.outcome is Outcome.INCONCLUSIVE and decision.holds_on:
        told = f"{_holds(names, decision.groups)}; open elsewhere: {told}"
    held = sum(part.outcome is Outcome.SUPPORTED for part in parts)
    tally = f" ({held} of {len(parts)} comparisons hold)" if len(parts) > 1 else ""
    return f"{told}{tally}"


def _depends(
    names: Names,
    groups: Sequence[GroupResult],
    holds: Callable[[GroupResult], str],
    fails: Callable[[GroupResult], str],
) -> str:
    """ "True on … (at least …) and on …; not on … (…)"."""
    yes = [
        _with(names.group(g), holds(g)) for g in groups if g.state is GroupState.HOLDS
    ]
    no = [
        _with(names.group(g), fails(g)) for g in groups if g.state is GroupState.FAILS
    ]
    text = f"true {joined(yes)}; not {joined(no)}"
    rest = _named(names, groups, GroupState.OPEN)
    if rest:
        text += f"; open {joined(rest)}"
    missing = _named(names, groups, GroupState.NOT_MEASURED)
    if missing:
        text += f"; not measured {joined(missing)}"
    return text


def _with(where: str, detail: str) -> str:
    return f"{where} ({detail})" if detail else where


def _named(names: Names, groups: Sequence[GroupResult], state: GroupState) -> list[str]:
    return [names.group(group) for group in groups if group.state is state]


def _holds(names: Names, groups: Sequence[GroupResult]) -> str:
    return f"it holds {joined(_named(names, groups, GroupState.HOLDS))}"


# By a probe, or by counts.


def _probe(names: Names, verdict: Verdict) -> str:
    claim = verdict.claim
    own = [
        one
        for one in verdict.outcomes
        if one.probe == claim.probe and one.decides and one.framework in claim.subjects
    ]
    failed = [one for one in own if one.passed is False]
    told = "; ".join(_came_back(names, one) for one in failed[:1] or own)
    if not verdict.others:
        return told
    return f"{told.rstrip('.')}. Beside it: {_others(names, verdict)}"


def _others(names: Names, verdict: Verdict) -> str:
    words = {Outcome.SUPPORTED: "passed", Outcome.REFUTED: "did not pass"}
    return ", ".join(
        f"{names.framework(one.framework)} "
        f"{words.get(one.outcome, 'could not be played')}"
        for one in verdict.others
    )


def _came_back(names: Names, one: ProbeOutcome) -> str:
    part = f", {one.name}" if one.name else ""
    return f"{names.framework(one.framework)} {one.version}{part}: {one.came_back}"


def _by_counts(names: Names, verdict: Verdict) -> str:
    told = _counts(names, verdict)
    if verdict.outcome is not Outcome.DEPENDS:
        return told
    yes = _named(names, verdict.groups, GroupState.HOLDS)
    no = _named(names, verdict.groups, GroupState.FAILS)
    return f"true {joined(yes)}; not {joined(no)}: {told}"


def _counts(names: Names, verdict: Verdict) -> str:
    exhibits = names.results.exhibits
    measures = {one.name: one for one in exhibits.measures} if exhibits else {}
    return "; ".join(
        row_of(names, measures[name], verdict.counts)
        for name in verdict.claim.counts
        if name in measures
    )


def row_of(names: Names, measure: ProbeMeasure, counts: Sequence[Count]) -> str:
    """One measure, counted for each framework."""
    parts = [
        f"{names.framework(one.framework)} {counted(one, measure)}"
        for one in counts
        if one.measure == measure.name
    ]
    return f"{measure.title.lower()}: {', '.join(parts)}"


def counted(count: Count, measure: ProbeMeasure) -> str:
    """A count as people read it: whole numbers plainly, bytes in MB."""
    if count.value is None:
        return "not counted"
    if measure.unit == "bytes":
        return f"{count.value / 1e6:.1f} MB"
    if measure.unit == "ms":
        return f"{count.value:.0f} ms"
    return f"{count.value:g}"


# By a rule.


def _deciding(verdict: Verdict) -> Evidence | None:
    at = verdict.decided_by
    return None if at is None else verdict.findings[at]


def _tally(verdict: Verdict, what: str) -> str:
    decide = [f for f in verdict.findings if f.outcome is not None]
    held = sum(f.outcome is Outcome.SUPPORTED for f in decide)
    return f" ({held} of {len(decide)} {what} hold)"


def _own_share(names: Names, verdict: Verdict) -> str:
    one = _deciding(verdict)
    if one is None:
        return ""
    return (
        f"{own_share(names, verdict)}: {as_times(one.estimate)}, "
        f"{one.because}{_tally(verdict, 'comparisons')}"
    )


def own_share(names: Names, verdict: Verdict) -> str:
    """What the two that decide cost above the same server without a framework, ours first; "" where nothing decides."""
    one = _deciding(verdict)
    if one is None:
        return ""
    sides = [one.subject, one.against or ""]
    sides.sort(key=lambda each: not _is_subject(names, verdict.claim, each))
    first, second = (
        f"{names.framework(each)}{itself} {_amount(verdict, each, one)}"
        for each, itself in zip(sides, (" itself takes", ""), strict=True)
    )
    return (
        f"{first} of CPU time per request on {names.workload(one.workload)}, {second}, "
        "each above the same server without a framework"
    )


def _is_subject(names: Names, claim: Claim, target: str) -> bool:
    found = names.target(target)
    return (found.framework if found else target) in claim.subjects


def _amount(verdict: Verdict, target: str | None, one: Evidence) -> str:
    for each in verdict.findings:
        if (each.asked, each.subject) == (EvidenceKind.ADDED, target) and (
            each.workload == one.workload
        ):
            return microseconds(each.estimate)
    return "not measured"


_WEIGHS = {
    EvidenceKind.STARTUP: "{subject} takes {ratio} as long as {baseline} from its start to the first right answer",
    EvidenceKind.IDLE_MEMORY: "{subject} holds {ratio} the memory of {baseline} at rest",
    EvidenceKind.CPU: "{subject} spends {ratio} the CPU time of {baseline} per request on {workload}",
    EvidenceKind.MEMORY: "{subject} holds {ratio} the memory of {baseline} under load on {workload}",
}


def _weight(names: Names, verdict: Verdict) -> str:
    if verdict.outcome is Outcome.DEPENDS:
        return _depends(
            names,
            verdict.groups,
            lambda group: _heavier(names, verdict, group),
            lambda group: _lightest(names, verdict, group),
        )
    one = _deciding(verdict)
    if one is None or one.asked is None:
        return ""
    said = _WEIGHS[one.asked].format(
        subject=names.framework(one.subject),
        baseline=names.framework(one.against or ""),
        ratio=as_times(one.estimate),
        workload=names.workload(one.workload),
    )
    text = f"{said}: {one.because}{_tally(verdict, 'comparisons')}"
    if verdict.outcome is Outcome.INCONCLUSIVE and verdict.holds_on:
        text = f"{_holds(names, verdict.groups)}; open elsewhere: {text}"
    return text


def _heavier(names: Names, verdict: Verdict, group: GroupResult) -> str:
    own = [f for f in verdict.findings if f.group == group.key and f.estimate]
    told = [
        f"{at_least(f.estimate.low)} times {names.framework(f.against or '')}{in_this_run(f)}"
        for f in own
        if f.estimate
    ]
    return f"at least {', '.join(told)}"


def _lightest(names: Names, verdict: Verdict, group: GroupResult) -> str:
    if group.decided_by is None:
        return ""
    one = verdict.findings[group.decided_by]
    other = names.framework(one.against or "")
    return f"{as_times(one.estimate)} that of {other}{in_this_run(one)}"


def _turns(names: Names, verdict: Verdict) -> str:
    usual = names.usual(verdict.claim.subjects[0])
    own = [f for f in verdict.findings if f.subject == usual]
    under_way = next((f for f in own if f.asked is EvidenceKind.UNDER_WAY), None)
    met = any(f.asked is EvidenceKind.MET and f.amount == 1.0 for f in own)
    name = f"{names.framework(usual)}’s usual deployment"
    said = []
    if met:
        said.append(f"two requests were inside one process of {name} at the same time")
    if under_way and under_way.estimate:
        said.append(
            f"{under_way.value} requests were under way at once in each process of {name}"
        )
    if not said:
        said.append(f"{name} was not measured")
    return ". ".join(_capital(each) for each in (*said, _true_of(names, verdict)))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def others_in_turns(names: Names, verdict: Verdict) -> str:
    """On which set-ups of the other frameworks it is true as well; "" where on none."""
    by_server = _in_turns(names)
    said = []
    for server, who in by_server.items():
        others = [names.framework(x) for x in who if x not in verdict.claim.subjects]
        if others:
            said.append(f"{joined(others)} on {server}")
    return f"the same for {joined(said)}" if said else ""


def _true_of(names: Names, verdict: Verdict) -> str:
    """Of which servers the sentence is true, whoever stands on them; and where that is open."""
    turns = names.results.turns
    known = (turns.in_turns or ()) + (turns.together or ()) if turns else ()
    still_open = joined(
        [
            names.setup(one.target)
            for one in (turns.set_ups if turns else ())
            if one.target not in known and (one.effective or one.met is not None)
        ]
    )
    where = [
        _where(names, server, who, verdict.claim)
        for server, who in _in_turns(names).items()
    ]
    if not where and not still_open:
        return "it is true of no server that was asked"
    said = f"it is true of {'; and of '.join(where)}" if where else ""
    if not still_open:
        return said
    return f"{said}; it is open for {still_open}".removeprefix("; ")


def _in_turns(names: Names) -> dict[str, list[str]]:
    """The frameworks that take turns, by server."""
    judged = names.results.turns.in_turns if names.results.turns else None
    found: dict[str, list[str]] = {}
    for name in judged or ():
        target = names.target(name)
        if target is not None:
            found.setdefault(target.deployment, []).append(target.framework)
    return found


def _where(names: Names, server: str, who: Sequence[str], claim: Claim) -> str:
    ours = [names.framework(each) for each in who if each in claim.subjects]
    others = [names.framework(each) for each in who if each not in claim.subjects]
    if ours and others:
        return f"{server}, for {joined(others)} just as for {joined(ours)}"
    return f"{server}, for {joined([*ours, *others])}"


def _scaling(names: Names, verdict: Verdict) -> str:
    kept = [f for f in verdict.findings if f.asked is EvidenceKind.KEPT_OF_BEST]
    own = [f for f in kept if f.outcome is not None and f.estimate]
    parts = [
        f"{names.framework(f.subject)} keeps {share(f.estimate)} of its {f.what}"
        for f in own
        if f.estimate
    ]
    one = _deciding(verdict)
    text = "; ".join(parts)
    if one is not None and one.asked is not EvidenceKind.WORKERS:
        text = f"{text}: {one.because}"
    others = [
        f"{names.framework(f.subject)} keeps {percent(f.estimate.point)} on {names.workload(f.workload)}"
        for f in kept
        if f.outcome is None and f.estimate
    ]
    if others:
        text += f"; beside it {joined(others)}"
    workers = [
        f for f in verdict.findings if f.asked is EvidenceKind.WORKERS and f.outcome
    ]
    for f in workers:
        if f.excluded is not None:
            text += f"; more workers were not tested, {excluded(f.excluded)}"
    return text


def _predictions(names: Names, verdict: Verdict) -> str:
    one = _deciding(verdict)
    if one is None:
        return "this run has no round in which the experiment was played in full"
    text = f"{one.because}{_tally(verdict, 'comparisons')}"
    if verdict.outcome is Outcome.DEPENDS:
        yes = _named(names, verdict.groups, GroupState.HOLDS)
        no = _named(names, verdict.groups, GroupState.FAILS)
        return f"true {joined(yes)}; not {joined(no)}: {text}"
    return text


_RULES: Mapping[Rule, Callable[[Names, Verdict], str]] = {
    Rule.TURNS: _turns,
    Rule.SCALING: _scaling,
    Rule.STRESS: stress,
    Rule.FAILS_STRESS: stress,
    Rule.PREDICTIONS: _predictions,
    Rule.OWN_SHARE: _own_share,
    Rule.LAYERS: _own_share,
    Rule.VALIDATORS: _own_share,
    Rule.WEIGHT: _weight,
}
