"""What was found, in one or two short sentences for a table; written from a verdict's values."""

from collections.abc import Callable, Mapping

from bench.model.verdict import (
    EvidenceKind,
    Exclusion,
    GroupState,
    Outcome,
    Part,
    Rule,
    Verdict,
)
from bench.wording import orders, verdicts
from bench.wording.high_load import PastCapacity, past_capacity
from bench.wording.names import Names
from bench.wording.numbers import in_this_run, joined, percent
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
    alike, apart, undecided = others(verdict)
    told = (
        ("the same for", alike),
        ("not for", apart),
        ("undecided for", undecided),
    )
    return ", ".join(
        f"{words} {joined([names.framework(one) for one in who])}"
        for words, who in told
        if who
    )


def others(verdict: Verdict) -> tuple[list[str], list[str], list[str]]:
    """The other frameworks of which the same was found, another thing, and nothing."""
    decided = (Outcome.SUPPORTED, Outcome.REFUTED, Outcome.DEPENDS)
    alike = [o.framework for o in verdict.others if o.outcome is verdict.outcome]
    rest = [o for o in verdict.others if o.outcome is not verdict.outcome]
    apart = [o.framework for o in rest if o.outcome in decided]
    return alike, apart, [o.framework for o in rest if o.outcome not in decided]


def _order(names: Names, verdict: Verdict) -> str:
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
    """What it still answers past its capacity and when it is itself again; else what it failed."""
    own = [f for f in verdict.findings if f.outcome is not None]
    flipped = verdict.claim.rule is Rule.FAILS_STRESS
    good = Outcome.REFUTED if flipped else Outcome.SUPPORTED
    bad = Outcome.SUPPORTED if flipped else Outcome.REFUTED
    if verdict.outcome is good and (said := _stood(names, verdict)):
        return said
    who = joined([names.framework(name) for name in verdict.claim.subjects])
    passed = sum(f.outcome is good for f in own)
    said = f"{who} passed {passed} of {len(own)} tests of a high load"
    failed = next((f for f in own if f.outcome is bad), None)
    if failed is not None:
        told = f"{failed.value} {failed.what}{in_this_run(failed)}"
        said += f", not this one: {told}"
    too = beside(names, verdict)
    return f"{said}; {too}" if too else said


def _stood(names: Names, verdict: Verdict) -> str:
    """ "At 150 % of what it can take, A still answers 98 % of its capacity …"; "" without numbers."""
    kept = {one.framework: one for one in past_capacity(names)}
    own = [kept[name] for name in verdict.claim.subjects if name in kept]
    if len(own) != 1:
        return ""
    one = own[0]
    said = (
        f"at {percent(one.share)} of what it can take, {names.framework(one.framework)} "
        f"still answers {percent(one.kept)} of its capacity "
        f"({percent(1 - verdict.claim.margin)} are enough)"
    )
    if one.recovery_s is not None:
        said += f" and is itself {one.recovery_s:.1f} s after the surge"
    alike, apart, undecided = others(verdict)
    if alike:
        too = [_kept(names, kept, name) for name in alike]
        said += f"; the same tests were passed by {joined(too)}"
    if apart:
        said += f"; not by {joined([names.framework(name) for name in apart])}"
    if undecided:
        who = joined([names.framework(name) for name in undecided])
        said += f"; undecided for {who}"
    return said


def _kept(names: Names, kept: Mapping[str, PastCapacity], name: str) -> str:
    title = names.framework(name)
    return f"{title} ({percent(kept[name].kept)})" if name in kept else title


def _turns(names: Names, verdict: Verdict) -> str:
    yes = [g.key for g in verdict.groups if g.state is GroupState.HOLDS]
    no = [g.key for g in verdict.groups if g.state is GroupState.FAILS]
    said = []
    if yes:
        said.append(f"one after the other on {joined(yes)}")
    if no:
        rest = yes and 1 < len(no) == len(verdict.groups) - len(yes)
        where = "on the others" if rest else f"on {joined(no)}"
        said.append(f"together {where}")
    too = verdicts.others_in_turns(names, verdict)
    if too:
        said.append(too)
    return "; ".join(said) or verdict.because


def _scaling(names: Names, verdict: Verdict) -> str:
    """What was not tested; then what each keeps at the most clients, ours first."""
    kept = [
        f
        for f in verdict.findings
        if f.asked is EvidenceKind.KEPT_OF_BEST and f.estimate
    ]
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
    said = f"of their best throughput on {names.workload(where)}, at {clients} they keep: {told}"
    workers = [
        f.excluded
        for f in verdict.findings
        if f.asked is EvidenceKind.WORKERS and f.excluded
    ]
    if workers:
        why = " (too few processors)" if workers[0].why is Exclusion.NO_PLACE else ""
        return f"more workers were not tested{why}; {said}"
    return said


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
