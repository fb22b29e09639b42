"""What else matters for a choice: response times and memory, with their intervals."""

from dataclasses import dataclass
from statistics import median

from bench.analyse.open_metrics import metric_name
from bench.model.estimate import Estimate
from bench.model.load import Basis, Load
from bench.model.plural import plural
from bench.model.warning import Scope
from bench.report.answer import ShortAnswer
from bench.report.numbers import decimals, number, places_of
from bench.report.view import View


TAIL = "The slowest of 100 requests (99th percentile)"
MOST = 4
"""Set-ups that one sentence names."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A question and what this run found."""

    situation: str
    sentence: str


def advice(view: View, answer: ShortAnswer) -> tuple[Advice, ...]:
    """At most two pieces; none where the run may not judge."""
    noise = view.check("noise")
    if any(each.reason.scope is Scope.RUN for each in view.results.warnings):
        return ()
    if len(view.contestants) < 2:
        return ()  # nothing to choose between
    if view.results.no_verdicts or (noise and noise.passed is False):
        return ()
    found = [_tail(view, answer), _memory(view, answer)]
    return tuple(each for each in found if each is not None)


def _tail(view: View, answer: ShortAnswer) -> Advice | None:
    """The 99th percentile of each default deployment: at one load for all, else at saturation."""
    for workload in answer.workloads:
        for load in view.results.open_loads:
            if load.basis is Basis.EQUAL:
                said = _each(view, workload, metric_name("p99", load.name))
                if said:
                    rate = _rate(view, workload, load)
                    where = f"At the same rate{rate} on “{view.workload(workload)}”"
                    return Advice(TAIL, f"{where}: {said}.")
    for workload in answer.workloads:
        said = _each(view, workload, "p99")
        if said:
            clients = plural(view.results.profile.clients, "client")
            where = f"With {clients} without a pause on “{view.workload(workload)}”"
            return Advice(TAIL, f"{where}: {said}.")
    return None


def _rate(view: View, workload: str, load: Load) -> str:
    """Of how many requests per second, as the set-ups answered them; "" where it was not measured."""
    rates = [
        found.estimate.point
        for target in view.contestants
        if (found := view.quantity(target.id, workload, metric_name("rate", load.name)))
        and found.estimate
    ]
    rate = load.rate_rps or (median(rates) if rates else None)
    return f" of {number(float(f'{rate:.3g}'), 0)} requests/s" if rate else ""


def _memory(view: View, answer: ShortAnswer) -> Advice | None:
    for workload in dict.fromkeys([*answer.workloads, *view.workloads_with("memory")]):
        said = _each(view, workload, "memory")
        if said:
            where = f"Under “{view.workload(workload)}”"
            return Advice("Memory of the whole server", f"{where}: {said}.")
    return None


def _each(view: View, workload: str, metric: str) -> str:
    """Every default deployment with its estimate, least first; "" where fewer than two have one."""
    found = [
        (quantity.estimate, view.label(target.id))
        for target in view.contestants
        if (quantity := view.quantity(target.id, workload, metric))
        and quantity.estimate
    ]
    if len(found) < 2:
        return ""
    unit = view.metric(metric).unit
    found.sort(key=lambda each: (each[0].point, each[1]))
    said = [f"{name} {_amount(e, unit)}" for e, name in found[:MOST]]
    return ", ".join(said)


def _amount(estimate: Estimate, unit: str) -> str:
    """Three significant digits at most: more are no help for a choice."""
    places = min(decimals(estimate), places_of(estimate.point, 3))
    low, high = (number(end, places) for end in (estimate.low, estimate.high))
    whole = number(estimate.point, places)
    return f"{whole}\u00a0{unit}" + (f" ({low}\u2013{high})" if low != high else "")
