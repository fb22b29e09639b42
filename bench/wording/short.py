"""What was found, in one or two short sentences for a table; written from a verdict's values."""

from collections.abc import Callable, Mapping

from bench.model.verdict import (
    Asked,
    GroupState,
    Outcome,
    Part,
    Rule,
    Verdict,
)
from bench.wording import orders, verdicts
from bench.wording.names import Names
from bench.wording.numbers import joined, percent
from bench.wording.reasons import withheld


def short(names: Names, verdict: Verdict) -> str:
    """No full stop at its end; its findings and parts have their texts already."""
    claim = verdict.claim
    if verdict.outcome in (Outcome.NOT_MEASURABLE, Outcome.NOT_TESTED):
        return verdict.because
    if verdict.withheld_because is not None:
        return f"no verdict, {withheld(verdict.withheld_because)}"
    if claim.probe is not None:
        return _probe(names, verdict)
    if claim.counts:
        return _counted(names, verdict)
    if claim.rule is not None:
        return _RULES.get(claim.rule, _first)(names, verdict)
    return _order(names, verdict)


def beside(names: Names, verdict: Verdict) -> str:
    """Whether the same holds of the others, in words; "" where they were not asked."""
    if not verdict.others:
        return ""
    alike = [o for o in verdict.others if o.outcome is verdict.outcome]
    apart = [o for o in verdict.others if o.outcome is not verdict.outcome]
    said = []
    if alike:
        whom = joined([names.framework(o.framework) for o in alike])
        said.append(f"the same for {whom}")
    if apart:
        whom = joined([names.framework(o.framework) for o in apart])
        said.append(f"not for {whom}")
    return ", ".join(said)


def _order(names: Names, verdict: Verdict) -> str:
    if verdict.outcome is Outcome.DEPENDS:
        return _largest_and_first_failure(names, verdict)
    if verdict.decided_by is None:
        return verdict.because
    part = verdict.parts[verdict.decided_by]
    if verdict.outcome is Outcome.INCONCLUSIVE:
        return part.because
    if part.label is not None and verdict.outcome is Outcome.REFUTED:
        return part.because
    return orders.leads(names, part.comparison)


def _largest_and_first_failure(names: Names, verdict: Verdict) -> str:
    """The largest lead, and what stands against it where the claim first fails."""
    held = [
        part
        for part in verdict.parts
        if part.group in verdict.holds_on and part.comparison.advantage
    ]
    said = []
    if held:
        most = max(held, key=lambda part: _low(part))
        where = next(g for g in verdict.groups if g.key == most.group)
        detail = orders.group_holds(names, verdict.claim, [most])
        said.append(f"{detail} {names.group(where)}")
    for group in verdict.groups:
        if group.state is GroupState.FAILS:
            own = orders.of_group(verdict.parts, group)
            detail = orders.group_fails(names, verdict.claim, own)
            said.append(f"{names.group(group)} {detail}")
            break
    return "; ".join(said) or verdict.because


def _low(part: Part) -> float:
    return part.comparison.advantage.low if part.comparison.advantage else 0.0


def _probe(names: Names, verdict: Verdict) -> str:
    own = [
        one
        for one in verdict.outcomes
        if one.probe == verdict.claim.probe
        and one.decides
        and one.framework in verdict.claim.subjects
    ]
    failed = [one for one in own if one.passed is False]
    if failed:
        one = failed[0]
        return f"{names.framework(one.framework)} {one.version}: {one.came_back}"
    who = dict.fromkeys(f"{names.framework(o.framework)} {o.version}" for o in own)
    return f"{joined(list(who))} passed; {beside(names, verdict)}".rstrip("; ")


def _counted(names: Names, verdict: Verdict) -> str:
    exhibits = names.results.exhibits
    measures = {one.name: one for one in exhibits.measures} if exhibits else {}
    first = next((n for n in verdict.claim.counts if n in measures), None)
    if first is None:
        return verdict.because
    return verdicts.row_of(names, measures[first], verdict.counts)


def _first(names: Names, verdict: Verdict) -> str:
    """The group states where they differ, else the whole reason."""
    return verdict.because


def _stress(names: Names, verdict: Verdict) -> str:
    """How many of its questions were passed, and the same of the others."""
    own = [f for f in verdict.findings if f.outcome is not None]
    flipped = verdict.claim.rule is Rule.FAILS_STRESS
    good = Outcome.REFUTED if flipped else Outcome.SUPPORTED
    passed = sum(f.outcome is good for f in own)
    who = joined([names.framework(name) for name in verdict.claim.subjects])
    said = f"{who} passed {passed} of {len(own)} tests of a high load"
    others = beside(names, verdict)
    return f"{said}; {others}" if others else said


def _turns(names: Names, verdict: Verdict) -> str:
    yes = [g.key for g in verdict.groups if g.state is GroupState.HOLDS]
    no = [g.key for g in verdict.groups if g.state is GroupState.FAILS]
    said = []
    if yes:
        said.append(f"one after the other on {joined(yes)}")
    if no:
        said.append(f"together on {joined(no)}")
    others = verdicts.others_in_turns(names, verdict)
    if others:
        said.append(others)
    return "; ".join(said) or verdict.because


def _scaling(names: Names, verdict: Verdict) -> str:
    """What each keeps at the most clients, ours first; then what was not tested."""
    kept = [f for f in verdict.findings if f.asked is Asked.KEPT_OF_BEST and f.estimate]
    if not kept:
        return verdict.because
    where = kept[0].workload
    here = [f for f in kept if f.workload == where]
    here.sort(key=lambda f: f.outcome is None)
    told = joined(
        [
            f"{names.framework(f.subject)} {percent(f.estimate.point)}"
            for f in here
            if f.estimate
        ]
    )
    clients = f"{here[0].at:g} clients" if here[0].at else "the most clients"
    said = f"of its best throughput, each keeps at {clients} on {names.workload(where)}: {told}"
    untested = [g.key for g in verdict.groups if g.state is GroupState.NOT_MEASURED]
    return f"{said}; more workers were not tested" if untested else said


def _own_share(names: Names, verdict: Verdict) -> str:
    return verdicts.own_share(names, verdict) or verdict.because


def _weight(names: Names, verdict: Verdict) -> str:
    """Where it holds and where it fails; the card has the figures."""
    if verdict.outcome is not Outcome.DEPENDS:
        return verdict.because
    where = {
        state: joined([names.group(g) for g in verdict.groups if g.state is state])
        for state in (GroupState.HOLDS, GroupState.FAILS)
    }
    return f"true {where[GroupState.HOLDS]}; not {where[GroupState.FAILS]}"


def _predictions(names: Names, verdict: Verdict) -> str:
    if verdict.decided_by is None:
        return verdict.because
    return verdict.findings[verdict.decided_by].because


_RULES: Mapping[Rule, Callable[[Names, Verdict], str]] = {
    Rule.TURNS: _turns,
    Rule.STRESS: _stress,
    Rule.FAILS_STRESS: _stress,
    Rule.SCALING: _scaling,
    Rule.WEIGHT: _weight,
    Rule.OWN_SHARE: _own_share,
    Rule.LAYERS: _own_share,
    Rule.VALIDATORS: _own_share,
    Rule.PREDICTIONS: _predictions,
}
