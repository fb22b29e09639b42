"""The sentences of a verdict, written from its values: why it has its outcome, and in short for a table."""

from collections.abc import Callable, Sequence

from bench.model.probe import Count, ProbeMeasure, ProbeOutcome
from bench.model.verdict import (
    Claim,
    Decision,
    Evidence,
    GroupResult,
    GroupState,
    MetricRow,
    Outcome,
    Part,
    Verdict,
)
from bench.wording import orders
from bench.wording.experiments import words_of
from bench.wording.names import Names
from bench.wording.numbers import in_this_run, joined
from bench.wording.reasons import untested, withheld


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
        return words_of(claim.rule).because(names, verdict)
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
        return depends(
            names,
            decision.groups,
            lambda g: orders.group_holds(names, claim, orders.of_group(parts, g)),
            lambda g: orders.group_fails(names, claim, orders.of_group(parts, g)),
        )
    reason = (
        parts[decision.decided_by].because if decision.decided_by is not None else ""
    )
    if decision.outcome is Outcome.INCONCLUSIVE and decision.holds_on:
        reason = f"{it_holds(names, decision.groups)}; open elsewhere: {reason}"
    held = sum(part.outcome is Outcome.SUPPORTED for part in parts)
    tally = f" ({held} of {len(parts)} comparisons hold)" if len(parts) > 1 else ""
    return f"{reason}{tally}"


def depends(
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


def yes_and_no(names: Names, groups: Sequence[GroupResult]) -> str:
    """Where it holds, and where it does not."""
    yes, no = (
        joined(_named(names, groups, state))
        for state in (GroupState.HOLDS, GroupState.FAILS)
    )
    return f"true {yes}; not {no}"


def it_holds(names: Names, groups: Sequence[GroupResult]) -> str:
    """Where it holds, as a sentence."""
    return f"it holds {joined(_named(names, groups, GroupState.HOLDS))}"


# By a probe, or by counts.


def _probe(names: Names, verdict: Verdict) -> str:
    own = _own_cases(verdict)
    failed = [case for case in own if case.passed is False]
    outcome = "; ".join(_came_back(names, case) for case in failed[:1] or own)
    if not verdict.others:
        return outcome
    return f"{outcome.rstrip('.')}. Beside it: {_others(names, verdict)}"


def _own_cases(verdict: Verdict) -> list[ProbeOutcome]:
    """The cases of its probe that decide it."""
    claim = verdict.claim
    return [
        case
        for case in verdict.outcomes
        if case.probe == claim.probe
        and case.decides
        and case.framework in claim.subjects
    ]


def _others(names: Names, verdict: Verdict) -> str:
    words = {Outcome.SUPPORTED: "passed", Outcome.REFUTED: "did not pass"}
    return ", ".join(
        f"{names.framework(other.framework)} "
        f"{words.get(other.outcome, 'could not be played')}"
        for other in verdict.others
    )


def _came_back(names: Names, outcome: ProbeOutcome) -> str:
    part = f", {outcome.name}" if outcome.name else ""
    return f"{names.framework(outcome.framework)} {outcome.version}{part}: {outcome.came_back}"


def _by_counts(names: Names, verdict: Verdict) -> str:
    counts = _counts(names, verdict)
    depends = verdict.outcome is Outcome.DEPENDS
    return f"{yes_and_no(names, verdict.groups)}: {counts}" if depends else counts


def _counts(names: Names, verdict: Verdict) -> str:
    return "; ".join(_count_rows(names, verdict))


def _count_rows(names: Names, verdict: Verdict) -> list[str]:
    exhibits = names.results.exhibits
    measures = (
        {measure.name: measure for measure in exhibits.measures} if exhibits else {}
    )
    counted_by = (measures[n] for n in verdict.claim.counts if n in measures)
    return [_row_of(names, measure, verdict.counts) for measure in counted_by]


def _row_of(names: Names, measure: ProbeMeasure, counts: Sequence[Count]) -> str:
    """One measure, counted for each framework."""
    parts = [
        f"{names.framework(count.framework)} {counted(count, measure)}"
        for count in counts
        if count.measure == measure.name
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


def deciding(verdict: Verdict) -> Evidence | None:
    """The finding that it hangs on."""
    at = verdict.decided_by
    return None if at is None else verdict.findings[at]


def tally(verdict: Verdict, what: str) -> str:
    """How many of its questions hold."""
    decide = [f for f in verdict.findings if f.outcome is not None]
    held = sum(f.outcome is Outcome.SUPPORTED for f in decide)
    return f" ({held} of {len(decide)} {what} hold)"


def short(names: Names, verdict: Verdict) -> str:
    """No full stop at its end; its findings and parts have their texts already."""
    claim = verdict.claim
    if verdict.outcome in (Outcome.NOT_MEASURABLE, Outcome.NOT_TESTED):
        return verdict.because
    if verdict.withheld_because is not None:
        return f"no verdict, {withheld(verdict.withheld_because)}"
    if claim.probe is not None:
        return _short_probe(names, verdict)
    if claim.counts:
        return _short_counts(names, verdict)
    if claim.rule is not None:
        return words_of(claim.rule).short(names, verdict)
    return _short_order(names, verdict)


def beside(names: Names, verdict: Verdict) -> str:
    """Whether the same holds of the others, in words; "" where they were not asked."""
    alike, apart, undecided = others(verdict)
    by_answer = (
        ("the same for", alike),
        ("not for", apart),
        ("undecided for", undecided),
    )
    return ", ".join(
        f"{words} {joined([names.framework(framework) for framework in who])}"
        for words, who in by_answer
        if who
    )


def others(verdict: Verdict) -> tuple[list[str], list[str], list[str]]:
    """The other frameworks of which the same was found, another thing, and nothing."""
    decided = (Outcome.SUPPORTED, Outcome.REFUTED, Outcome.DEPENDS)
    alike = [o.framework for o in verdict.others if o.outcome is verdict.outcome]
    rest = [o for o in verdict.others if o.outcome is not verdict.outcome]
    apart = [o.framework for o in rest if o.outcome in decided]
    return alike, apart, [o.framework for o in rest if o.outcome not in decided]


def _short_order(names: Names, verdict: Verdict) -> str:
    if verdict.outcome is Outcome.DEPENDS:
        return _largest_lead(names, verdict)
    if verdict.decided_by is None:
        return verdict.because
    part = verdict.parts[verdict.decided_by]
    if verdict.outcome is Outcome.INCONCLUSIVE:
        return part.because
    if part.label is not None and verdict.outcome is Outcome.REFUTED:
        return part.because
    return f"{orders.leads(names, part.comparison)}{in_this_run(part)}"


def _largest_lead(names: Names, verdict: Verdict) -> str:
    """Where the lead is largest; what stands against it is said beside each group."""
    held = [
        part
        for part in verdict.parts
        if part.group in verdict.holds_on and part.comparison.advantage
    ]
    if not held:
        return verdict.because
    most = max(held, key=_point)
    where = next(g for g in verdict.groups if g.key == most.group)
    own = [part for part in held if part.group == most.group]
    return f"{names.group(where)} {orders.largest(names, verdict.claim, own)}"


def _point(part: Part) -> float:
    return part.comparison.advantage.point if part.comparison.advantage else 0.0


def _short_probe(names: Names, verdict: Verdict) -> str:
    own = _own_cases(verdict)
    for case in own:
        if case.passed is False:
            return f"{names.framework(case.framework)} {case.version}: {case.came_back}"
    who = dict.fromkeys(f"{names.framework(o.framework)} {o.version}" for o in own)
    return f"{joined(list(who))} passed; {beside(names, verdict)}".rstrip("; ")


def _short_counts(names: Names, verdict: Verdict) -> str:
    rows = _count_rows(names, verdict)
    return rows[0] if rows else verdict.because
