"""The section on a mix of requests, and on the parts that a request is made of."""

from collections.abc import Iterator

from bench.experiments.mix.chart import TOO_FEW, kinds_chart, parts_chart
from bench.experiments.mix.model import (
    MIX,
    CommonWork,
    Endpoint,
    EndpointCost,
    KindLatency,
    Mix,
)
from bench.model.estimate import Estimate, RoundSeries
from bench.report.charts.chart import ChartTable
from bench.report.charts.palette import Palette
from bench.report.numbers import decimals, number, ratio, with_interval
from bench.report.section import Body, NumberTable, Section
from bench.report.view import View, absent


OTHERS = {
    "browsing": "95 % reads",
    "ordering": "50 % reads",
    "no-pages": "no pages",
}
"""Names of the other mixes (bench.workloads.mix)."""

INTRO = (
    "No production serves “Hello, World!” alone. What a request costs the server in "
    "processor time is here taken apart: each part is the difference between two "
    "workloads that differ in it, measured in the same rounds."
)
MIXED = (
    "The mix is what visitors of a small shop ask for: lists of rows (40 %), one row "
    "(25 %), a page (15 %), an order to validate (10 %) and rows to change (10 %)."
)


def has_mix(view: View) -> bool:
    """Whether the mix was measured, or all parts of an endpoint; some parts alone answer nobody's question."""
    mix: Mix | None = view.results.found["mix"]
    return mix is not None and bool(mix.kinds or mix.endpoints)


def body(view: View, palette: Palette) -> Body:
    """Parts, the mix kind by kind, and what follows for other endpoints."""
    mix: Mix | None = view.results.found["mix"]
    if mix is None:
        return Body()
    charts = (parts_chart(view, palette, mix), kinds_chart(view, palette, mix))
    return Body(
        tuple(chart for chart in charts if chart is not None),
        intro=f"{INTRO} {MIXED}" if mix.kinds else INTRO,
        tables=tuple(_tables(view, mix)),
    )


def _tables(view: View, mix: Mix) -> Iterator[NumberTable]:
    if mix.common_work:
        yield NumberTable(
            "Common work until the lead is below 10 %",
            common_work(view, mix.common_work),
            heading="How much common work until the lead is below 10 %?",
            note="Processor time that both must spend on top of the request, on what takes both the same time: your own code, a template of your own. Reckoned as (other − 1.1 × leader) / 0.1 in each round.",
        )
    if mix.endpoints:
        yield NumberTable(
            "Cost of an endpoint, by its parts",
            endpoints(view, mix.endpoints),
            heading="Read your own endpoint off",
            note="Microseconds of processor time for each request, as sums of the parts above; behind each but the cheapest, how many times the cheapest’s it is.",
        )
    if mix.others:
        yield NumberTable(
            "Other weights",
            _others(view, mix),
            summary="What other weights of the mix would give",
            note="Microseconds of processor time for each request, reckoned from the kinds: TPC-W’s mixes for browsing (95 % reads) and ordering (50 %), and one without pages.",
        )
    if mix.costs:
        yield NumberTable(
            "The parts add up",
            _added_up(view, mix),
            heading="Do the parts add up?",
            note="The mix reckoned from its kinds, each measured by itself, beside the mix as it was measured in the same rounds.",
        )
    if mix.kinds:
        yield NumberTable(
            "The mix, kind by kind",
            _by_kind(view, mix.kinds),
            summary="The mix, kind by kind: response times and errors",
            note="A percentile is given where each round has enough requests for it: 10, 100 and 1,000.",
        )


def common_work(view: View, rows: tuple[CommonWork, ...]) -> ChartTable:
    """Milliseconds by pair and workload."""
    return ChartTable(
        ("leads", "over", "on", "common work until 10 % are left, ms"),
        tuple(
            (
                view.label(row.leader),
                view.label(row.other),
                view.workload(row.workload),
                _common(row.extra_us),
            )
            for row in rows
        ),
    )


def _common(series: RoundSeries) -> str:
    estimate = series.estimate
    if estimate is None:
        return absent(TOO_FEW)
    if estimate.high <= 0:
        return "none: the lead is below 10 %"
    in_ms = _scaled(estimate, 0.001)
    if estimate.low <= 0:
        return (
            f"at most {number(in_ms.high, decimals(in_ms))}: the lead may be below 10 %"
        )
    return with_interval(in_ms)


def _scaled(estimate: Estimate, by: float) -> Estimate:
    return Estimate(
        estimate.point * by,
        estimate.low * by,
        estimate.high * by,
        estimate.level,
        estimate.n,
    )


def endpoints(view: View, rows: tuple[Endpoint, ...]) -> ChartTable:
    """One row for each combination, one column for each set-up."""
    targets = [cost.target for cost in rows[0].costs]
    return ChartTable(
        (
            "queries",
            "validation",
            "template",
            *(view.label(target) for target in targets),
        ),
        tuple(
            (
                str(row.queries),
                "yes" if row.validation else "no",
                "yes" if row.template else "no",
                *map(_cost, row.costs),
            )
            for row in rows
        ),
    )


def _cost(cost: EndpointCost) -> str:
    own = number(cost.cost_us.point, 0)
    if cost.times is None:
        return own
    times, span = ratio(cost.times)
    return f"{own} · {times} ({span})"


def _others(view: View, mix: Mix) -> ChartTable:
    targets = [cost.target for cost in mix.others[0].costs]
    return ChartTable(
        ("mix", *(view.label(target) for target in targets)),
        tuple(
            (OTHERS[other_mix.name], *map(_cost, other_mix.costs))
            for other_mix in mix.others
        ),
    )


def _added_up(view: View, mix: Mix) -> ChartTable:
    return ChartTable(
        ("set-up", "reckoned, µs", "measured, µs", "reckoned over measured"),
        tuple(
            (
                view.label(cost.target),
                _cost_cell(cost.predicted_us),
                _cost_cell(cost.measured_us),
                _cost_cell(cost.ratio),
            )
            for cost in mix.costs
        ),
    )


def _by_kind(view: View, kinds: tuple[KindLatency, ...]) -> ChartTable:
    return ChartTable(
        (
            "set-up",
            "load",
            "kind",
            "p50, ms",
            "p90, ms",
            "p99, ms",
            "answers",
            "errors",
        ),
        tuple(
            (
                view.label(latency.target),
                latency.load,
                view.workload(latency.kind),
                _cell(latency.p50_ms),
                _cell(latency.p90_ms),
                _cell(latency.p99_ms),
                f"{latency.requests:,}",
                f"{latency.errors:,}",
            )
            for latency in kinds
        ),
    )


def _cost_cell(series: RoundSeries) -> str:
    return with_interval(series.estimate) if series.estimate else absent(TOO_FEW)


def _cell(series: RoundSeries) -> str:
    if series.estimate is None:
        return absent("too few requests in a round")
    return with_interval(series.estimate)


SECTION = Section(
    MIX, "A mix, and the parts of a request", "Mix and parts", body, when=has_mix
)
