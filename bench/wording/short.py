"""What was found, in one or two short sentences for a table; written from a verdict's values."""

from bench.model.verdict import Outcome, Part, Verdict
from bench.wording import orders, verdicts
from bench.wording.experiments import words_of
from bench.wording.names import Names
from bench.wording.numbers import in_this_run, joined
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
        return words_of(claim.rule).short(names, verdict)
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
