"""Where a request's CPU time goes: server, framework, validation, database layer, rest."""

from dataclasses import dataclass

from bench.experiments.costs.model import Share
from bench.model.estimate import Estimate
from bench.model.framework import CostPart, Role, Target
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.palette import Palette
from bench.report.charts.rows import Bar, Panel, Row, Rows, row_of
from bench.report.charts.scale import Axis
from bench.report.numbers import point, with_interval
from bench.report.view import View, absent


BAR = 19.0
BENEATH = 5.0
"""Pixels of a bar and of the one beneath it."""

UNTICKED = Axis(ticks=())
"""Each figure is printed."""

# One hue from dark to pale; text in a part needs the token that is seen on it.
DRAWN = {
    CostPart.SERVER: ("cost-1", "page"),
    CostPart.FRAMEWORK: ("cost-2", "page"),
    CostPart.VALIDATION: ("cost-3", "ink"),
    CostPart.DATABASE: ("cost-4", "ink"),
    CostPart.REST: ("cost-5", "ink"),
}
BESIDE = "muted"
"""The database server's own time: of another process, and of no part."""


@dataclass(frozen=True, slots=True)
class CostBar:
    """CPU time per request of one target on one workload."""

    target: str
    label: str
    total: Estimate | None
    shares: tuple[Share, ...]  # none: nothing can be told apart
    database: Estimate | None
    reason: str

    @property
    def clamped(self) -> bool:
        """Whether a part came out below zero, which noise can do."""
        return any(share.clamped for share in self.shares)


def cost_chart(view: View, palette: Palette, workload: str) -> Chart:
    """One bar for each contestant, cheapest first; the database's bar beneath."""
    costs = _costs(view, workload)
    unit = view.metric("cpu").unit

    drawn = tuple(_drawn(view, cost) for cost in costs)
    shape = Rows((Panel(drawn, UNTICKED, corner=f"{unit} per request"),), pitch=36.0)
    words = ChartText(
        finding=view.workload(workload),
        sub=f"CPU time per request in {unit}, less is better",
        caption=_caption(costs),
    )
    columns = ("set-up", "part", f"{unit} per request", "rounds")
    rows = tuple(row for cost in costs for row in _rows(cost))
    floors = [floor.id for floor in view.of_role(Role.FLOOR)]
    sources = [
        view.quantity(target, workload, metric)
        for target in (*(cost.target for cost in costs), *floors)
        for metric in ("cpu", "database_cpu")
    ]
    name = f"cost-{workload}"
    return chart(name, palette, words, ChartTable(columns, rows), shape, sources)


def untold(view: View, workload: str) -> bool:
    """Whether no part of any contestant's cost could be told apart."""
    return not any(cost.shares for cost in _costs(view, workload))


def _caption(costs: list[CostBar]) -> str:
    text = "Whisker: interval of the server’s total. "
    if any(cost.shares for cost in costs):
        text += (
            "Parts are means over the rounds that hold all of them; the table "
            "says what each is and how sure. "
        )
    if any(cost.database for cost in costs):
        text += "Thin bar: the database server, beside it. "
    for cost in costs:
        names = [share.label for share in cost.shares if share.clamped]
        if names:
            text += (
                f"{cost.label}: {'; '.join(names)} came out below zero, by noise "
                "or because parts do not simply add up, and is drawn as nothing. "
            )
    return text.strip()


def _costs(view: View, workload: str) -> list[CostBar]:
    costs = [_cost(view, target, workload) for target in view.contestants]
    return sorted(
        costs,
        key=lambda cost: (
            cost.total is None,
            cost.total.point if cost.total else 0,
            cost.label,
        ),
    )


def _cost(view: View, target: Target, workload: str) -> CostBar:
    quantity = view.quantity(target.id, workload, "cpu")
    database = view.quantity(target.id, workload, "database_cpu")
    total = quantity.estimate if quantity else None
    shares: tuple[Share, ...] = ()
    for breakdown in view.results.found["breakdowns"]:
        if (breakdown.target, breakdown.workload) == (target.id, workload):
            total, shares = breakdown.total, breakdown.shares
    return CostBar(
        target=target.id,
        label=view.label(target.id),
        total=total,
        shares=shares,
        database=database.estimate if database else None,
        reason=absent(quantity.reason if quantity else None),
    )


def _rows(cost: CostBar) -> list[tuple[str, ...]]:
    if cost.total is None:
        return [(cost.label, "total", cost.reason, "0")]
    rows: list[tuple[str, ...]] = []
    rows.append((cost.label, "total", with_interval(cost.total), str(cost.total.n)))
    for share in cost.shares:
        text = with_interval(share.estimate)
        text += ", drawn as nothing" if share.clamped else ""
        rows.append((cost.label, share.label, text, str(share.estimate.n)))
    if not cost.shares:
        rows.append((cost.label, "its parts", "not told apart in this run", "0"))
    if cost.database:
        text = with_interval(cost.database)
        beside = "database server, beside it"
        rows.append((cost.label, beside, text, str(cost.database.n)))
    return rows


def _drawn(view: View, cost: CostBar) -> Row:
    if (total := cost.total) is None:
        return row_of(view, cost.target, (), None, missing=cost.reason)
    bars, start = [], 0.0
    for share in cost.shares:
        # A part below zero is nothing, and the others end with the total.
        end = min(start + max(share.estimate.point, 0.0), total.point)
        if end > start:
            token, ink = DRAWN[share.part]
            words = point(share.estimate)
            bars.append(Bar(start, end, token, BAR, words=words, ink=ink))
            start = end
    if not cost.shares:
        bars.append(Bar(0.0, total.point, DRAWN[CostPart.REST][0], BAR))
    if cost.database is not None:
        drop = (BAR + BENEATH) / 2 + 2
        bars.append(Bar(0.0, cost.database.point, BESIDE, BENEATH, drop))
    more = {"bars": tuple(bars), "interval": (total.low, total.high)}
    return row_of(view, cost.target, (), total, **more)
