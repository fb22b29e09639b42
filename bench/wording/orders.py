"""Sentences on ratios of throughput, CPU time and memory."""

from collections.abc import Sequence

from bench.model.estimate import Comparison, Estimate
from bench.model.verdict import Claim, GroupResult, GroupState, Label, Outcome, Part
from bench.wording.names import Names
from bench.wording.numbers import (
    TIMES_FROM,
    at_least,
    bound,
    in_this_run,
    joined,
    percent,
    percent_up_to,
    times,
)
from bench.wording.reasons import excluded


_SENTENCES = {
    "throughput": ("{leader} answers {size} {many} requests per second {than} {other}", "as many", "more", "fewer"),
    "cpu": ("{other} spends {size} {many} CPU time per request {than} {leader}", "as much", "more", "less"),
    "memory": ("{other} holds {size} {many} memory {than} {leader}", "as much", "more", "less"),
}  # fmt: skip
_WHAT = {
    "throughput": "requests per second",
    "cpu": "CPU time per request",
    "memory": "memory",
}


def leads(names: Names, comparison: Comparison) -> str:
    """Who leads whom, by how much, with the interval."""
    subject, baseline = (
        names.framework(side) for side in (comparison.subject, comparison.baseline)
    )
    estimate = comparison.advantage
    where = names.workload(comparison.workload)
    if estimate is None:
        return f"{subject} and {baseline} were not both measured on {where}"
    leader, other = subject, baseline
    if estimate.point < 1:
        leader, other, estimate = other, leader, estimate.inverse
    pattern, as_many, more, less = _SENTENCES[comparison.metric]
    if estimate.point >= TIMES_FROM:
        size, many, than = f"{times(estimate.point)} times", as_many, "as"
        interval = f"{bound(estimate.low)} to {bound(estimate.high)} times"
    else:
        fine = estimate.high - estimate.low < 0.02
        size, many, than = percent(estimate.point - 1, fine), more, "than"
        interval = _percent_interval(estimate, fine, more, less)
    text = pattern.format(leader=leader, other=other, size=size, many=many, than=than)
    return f"{text} on {where} ({interval})"


def _percent_interval(estimate: Estimate, fine: bool, more: str, less: str) -> str:
    high = percent(estimate.high - 1, fine)
    if estimate.low < 1:
        return f"{percent(1 - estimate.low, fine)} {less} to {high} {more}"
    return f"{percent(estimate.low - 1, fine)} to {high}"


def part_because(names: Names, claim: Claim, part: Part, comparisons: int) -> str:
    """Why a comparison has its outcome; `comparisons` are judged with it."""
    said = leads(names, part.comparison)
    if part.outcome is Outcome.NOT_TESTED:
        return _untested(names, part.comparison)
    if part.outcome is Outcome.SUPPORTED:
        return f"{said}: {_more_than(claim.margin)}{in_this_run(part)}"
    if part.excluded is not None:
        return f"{said}: {excluded(part.excluded)}"
    if part.outcome is Outcome.INCONCLUSIVE:
        return _undecided(said, claim.margin, part, comparisons)
    return _refuted(names, said, claim.margin, part)


def _more_than(margin: float) -> str:
    if margin == 0:
        return "the interval excludes equality"
    return f"all of the interval is beyond the margin of {percent(margin)}"


def _refuted(names: Names, said: str, margin: float, part: Part) -> str:
    comparison, estimate = part.comparison, part.comparison.advantage
    subject, baseline = (
        names.framework(side) for side in (comparison.subject, comparison.baseline)
    )
    if part.label is Label.TIE and estimate is not None:
        return (
            f"{subject} and {baseline} are practically equal in this run on "
            f"{names.workload(comparison.workload)}: at most "
            f"{percent_up_to(_reach(estimate))} apart in {_WHAT[comparison.metric]}"
        )
    if part.label is Label.REVERSED:
        return f"{said}: the other way round{in_this_run(part)}"
    return f"{said}: {subject} does not lead by {percent(margin)}{in_this_run(part)}"


def _reach(estimate: Estimate) -> float:
    return max(estimate.high, 1 / estimate.low) - 1


def _untested(names: Names, comparison: Comparison) -> str:
    sides = (comparison.subject, comparison.baseline)
    subject, baseline = (names.framework(side) for side in sides)
    text = (
        f"this run holds no pair of trials of {subject} and {baseline} on "
        f"{names.workload(comparison.workload)}"
    )
    refused = {
        failure.target.partition("@")[0]: failure.message
        for failure in names.results.failures
    }
    why = [
        refused[name] for side in sides if (name := side.partition("@")[0]) in refused
    ]
    return f"{text}: {why[0]}" if why else text


def _undecided(said: str, margin: float, part: Part, comparisons: int) -> str:
    """What this run could have shown, and what it would take."""
    estimate = part.comparison.advantage
    line = f"the margin of {percent(margin)}" if margin else "equality"
    why = f"the interval holds {line}"
    if estimate is not None and estimate.high < 1 + margin:
        why = f"below {line}, but not clearly enough for {comparisons} comparisons at once"
    text = f"{said}: {why}"
    if estimate is None or part.smallest_lead is None:
        return text
    could = percent_up_to(part.smallest_lead - 1)
    text += f"; {estimate.n} rounds could have shown a lead of {could}"
    if part.more_rounds is None:
        return text
    return f"{text}, about {estimate.n + part.more_rounds} in all would decide"


_AT_LEAST = {
    "throughput": "{ahead}at least {ratio} times {behind}",
    "cpu": "{behind} spends at least {ratio} times as much{than}",
    "memory": "{behind} holds at least {ratio} times as much{than}",
}
_EQUAL = {
    "throughput": "{behind} is {whose} equal in this run, within the {margin} that count (at most {apart} apart)",
    "cpu": "{behind} spends as much{as_whom} in this run, within the {margin} that count (at most {apart} apart)",
    "memory": "{behind} holds as much{as_whom} in this run, within the {margin} that count (at most {apart} apart)",
}
_AHEAD = {
    "throughput": "{behind} is ahead of {ahead} by {lead}",
    "cpu": "{ahead} spends {lead} more than {behind}",
    "memory": "{ahead} holds {lead} more than {behind}",
}


def group_holds(names: Names, claim: Claim, parts: Sequence[Part]) -> str:
    """How far ahead, at least, of each: "at least 1.96 times A, at least 2.63 times B"."""
    several = len(claim.subjects) > 1
    leading = []
    for part in parts:
        estimate = part.comparison.advantage
        if estimate is not None:
            subject, baseline = _sides(names, part)
            said = _AT_LEAST[part.comparison.metric].format(
                ahead=f"{subject} " if several else "",
                behind=baseline,
                than=f" as {subject}" if several else "",
                ratio=at_least(estimate.low),
            )
            leading.append(f"{said}{in_this_run(part)}")
    return ", ".join(leading)


def group_fails(names: Names, claim: Claim, parts: Sequence[Part]) -> str:
    """What fails it: "B is its equal"."""
    failed = [part for part in parts if part.outcome is Outcome.REFUTED]
    return ", ".join(_fails(names, claim, part) for part in failed)


def largest(names: Names, claim: Claim, parts: Sequence[Part]) -> str:
    """How far ahead of each, as estimated: "1.9 times A and 8.7 times B"."""
    several = len(claim.subjects) > 1
    leading = []
    for part in parts:
        estimate = part.comparison.advantage
        if estimate is not None:
            subject, baseline = _sides(names, part)
            ahead = f"{subject} " if several else ""
            leading.append(f"{ahead}{_size(estimate)} {baseline}{in_this_run(part)}")
    return joined(leading)


def largest_lead(groups: Sequence[GroupResult], parts: Sequence[Part]) -> str | None:
    """The key of the group that holds with the largest ratio; None where none holds."""
    held = {group.key for group in groups if group.state is GroupState.HOLDS}
    ratios = {
        part.comparison.advantage.point: part.group
        for part in parts
        if part.group in held and part.comparison.advantage
    }
    return ratios[max(ratios)] if ratios else None


def _size(estimate: Estimate) -> str:
    if estimate.point >= TIMES_FROM:
        return f"{times(estimate.point)} times"
    return f"{percent(estimate.point - 1)} over"


def fails_by_tie(parts: Sequence[Part]) -> bool:
    """Whether nobody is ahead in what fails: every refuted comparison is a tie."""
    failed = [part for part in parts if part.outcome is Outcome.REFUTED]
    return bool(failed) and all(part.label is Label.TIE for part in failed)


def who_is_ahead(names: Names, claim: Claim, parts: Sequence[Part]) -> str:
    """Of a group that fails: "equal to B", and who is ahead instead and by how much."""
    several = len(claim.subjects) > 1
    behind: dict[str, list[str]] = {}
    for part in parts:
        if part.outcome is not Outcome.REFUTED:
            continue
        estimate = part.comparison.advantage
        subject, baseline = _sides(names, part)
        if part.label is Label.TIE:
            who, said = f"{subject} equal to" if several else "equal to", baseline
        elif estimate is None or estimate.high >= 1:
            who = f"no lead of {percent(claim.margin)} over"
            said = f"{baseline}{in_this_run(part)}"
        else:
            of = f"of {subject} " if several else ""
            who = f"{baseline} ahead"
            said = f"{of}by {_lead(estimate.inverse)}{in_this_run(part)}"
        behind.setdefault(who, []).append(said)
    return joined([f"{who} {joined(said)}" for who, said in behind.items()])


def _fails(names: Names, claim: Claim, part: Part) -> str:
    subject, baseline = _sides(names, part)
    estimate, metric = part.comparison.advantage, part.comparison.metric
    several = len(claim.subjects) > 1
    if estimate is None:
        return f"{subject} does not lead {baseline}"
    if part.label is Label.TIE:
        return _EQUAL[metric].format(
            behind=baseline,
            whose=f"{subject}’s" if several else "its",
            as_whom=f" as {subject}" if several else "",
            apart=percent_up_to(_reach(estimate)),
            margin=percent(claim.margin),
        )
    if estimate.high < 1:
        lead = _lead(estimate.inverse)
        said = _AHEAD[metric].format(ahead=subject, behind=baseline, lead=lead)
    else:
        said = f"{subject} does not lead {baseline} by {percent(claim.margin)}"
    return f"{said}{in_this_run(part)}"


def _sides(names: Names, part: Part) -> list[str]:
    sides = (part.comparison.subject, part.comparison.baseline)
    return [names.framework(side) for side in sides]


def _lead(estimate: Estimate) -> str:
    if estimate.point >= TIMES_FROM:
        return f"{bound(estimate.low)} to {bound(estimate.high)} times"
    fine = estimate.high - estimate.low < 0.02
    low, high = (
        percent(end - 1, fine).removesuffix(" %")
        for end in (estimate.low, estimate.high)
    )
    return f"{low} to {high} %"


def of_group(parts: Sequence[Part], group: GroupResult) -> list[Part]:
    """The comparisons of a group."""
    return [part for part in parts if part.group == group.key]
