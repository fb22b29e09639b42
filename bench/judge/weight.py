"""
`weight`: every subject is heavier than every baseline in all that weighs.

Time from the start to the first answer and memory at rest, each once; memory
under load and CPU time per request, on every workload of the claim. Each is an
ordinary comparison, paired by round, of one family. Import time is counted,
not timed over rounds: it stands beside them.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from bench.analyse.metrics import CPU, IDLE_MEMORY, MEMORY, STARTUP
from bench.analyse.paired import paired, ratios
from bench.judge.amounts import as_ratio, beyond
from bench.judge.by_cost import Weighed, give, titled
from bench.judge.court import Court
from bench.judge.decide import can_decide, decide
from bench.model.estimate import Comparison, Metric
from bench.model.verdict import Claim, Finding, Verdict


IMPORT = "import_cpu_ms"
"""The count that stands beside the verdict."""

_ONCE = (STARTUP, IDLE_MEMORY)
_EACH = (CPU.metric, MEMORY.metric)
_SAY = {
    STARTUP.name: "{subject} takes {ratio} as long as {baseline} from its start to the first right answer",
    IDLE_MEMORY.name: "{subject} holds {ratio} the memory of {baseline} at rest",
    CPU.metric.name: "{subject} spends {ratio} the CPU time of {baseline} per request on {workload}",
    MEMORY.metric.name: "{subject} holds {ratio} the memory of {baseline} under load on {workload}",
}


def judge_weight(court: Court, claim: Claim) -> Verdict:
    """Whether every subject weighs more than every baseline by all of them."""
    asked = list(_asked(claim))
    comparisons = [_comparison(court, *each) for each in asked]
    weighed = [
        _weighed(court, claim, comparison, each)
        for comparison, each in zip(comparisons, asked, strict=True)
    ]
    return give(
        court,
        claim,
        weighed,
        lambda margin: [outcome for outcome, _ in decide(comparisons, margin)],
        tuple(_imports(court, claim)),
    )


type _Asked = tuple[str, str, Metric, str | None]
"""Subject, baseline, metric and workload (None: of the target as a whole)."""


def _asked(claim: Claim) -> Iterator[_Asked]:
    whats: Sequence[tuple[Metric, str | None]] = (
        *((metric, None) for metric in _ONCE),
        *product(_EACH, claim.workloads),
    )
    for (metric, workload), subject, baseline in product(
        whats, claim.subjects, claim.baselines
    ):
        yield subject, baseline, metric, workload


def _comparison(
    court: Court, subject: str, baseline: str, metric: Metric, workload: str | None
) -> Comparison:
    """How many times lighter the baseline is: above 1 the claim's subject weighs more."""
    heavy, light = (court.contestants.get(each) for each in (subject, baseline))
    if heavy is None or light is None:
        return _without(subject, baseline, metric, workload)
    if workload is not None:
        found = court.analysis.comparison(light.id, heavy.id, workload, metric.name)
        return found or _without(light.id, heavy.id, metric, workload)
    return _at_start(court, (light.id, heavy.id), metric)


def _without(
    subject: str, baseline: str, metric: Metric, workload: str | None
) -> Comparison:
    return Comparison(
        subject, baseline, workload or "", metric.name, None, (), None, None
    )


def _at_start(court: Court, pair: tuple[str, str], metric: Metric) -> Comparison:
    series = {
        each.target: each.rounds
        for each in court.analysis.quantities
        if each.metric == metric.name and each.workload is None
    }
    light, heavy = (series.get(target, ()) for target in pair)
    known = ratios(heavy, light) if light and heavy else ()
    return paired(pair, "", metric.name, known, court.analysis.level)


def _weighed(
    court: Court, claim: Claim, comparison: Comparison, asked: _Asked
) -> Weighed:
    subject, baseline, metric, workload = asked
    heavy = court.contestants.get(subject)
    names = {"subject": titled(court, subject), "baseline": titled(court, baseline)}
    where = f" on {workload}" if workload else ""
    what = f"{metric.title}{where}, against {names['baseline']}"
    target = heavy.id if heavy else subject
    estimate = comparison.advantage
    if estimate is None:
        text = f"this run holds no pair of {names['subject']} and {names['baseline']} for {metric.title.lower()}{where}"
        return Weighed(Finding(target, what, "not measured", None, text), text)
    told = beyond(estimate, claim.margin)
    if not can_decide(comparison):
        told = comparison.void or f"{estimate.n} pairs of rounds are left, too few"
    ratio = as_ratio(estimate)
    said = _SAY[metric.name].format(**names, ratio=ratio, workload=workload)
    return Weighed(
        Finding(target, what, ratio, None, told, estimate), f"{said}: {told}"
    )


def _imports(court: Court, claim: Claim) -> Iterator[Finding]:
    exhibits = court.evidence.exhibits
    if exhibits is None:
        return
    for framework in (*claim.subjects, *claim.baselines):
        count = exhibits.count(framework, IMPORT)
        target = court.contestants.get(framework)
        if count is not None and count.value is not None:
            yield Finding(
                target.id if target else framework,
                "processor time of importing the application",
                f"{count.value:,.0f} ms",
                None,
                "counted, the least of five; it has no interval",
            )
