"""Where a request's CPU time goes: server, framework, validation, database layer, rest."""

from dataclasses import dataclass
from math import isfinite

from bench.experiments.costs.model import Share
from bench.model.estimate import Estimate
from bench.model.framework import CostPart, Role, Target
from bench.report.charts.bars import label, label_width
from bench.report.charts.canvas import Canvas, Pen, Type, fitted, text_width
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import fitting, look_tokens, whisker
from bench.report.charts.palette import Palette
from bench.report.numbers import ends, point, with_interval
from bench.report.view import View, absent


ROW = 36.0
HEAD = 26.0
BAR = 19.0
INSIDE = 11.0

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

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, HEAD + ROW * len(costs) + 2)
        _draw(view, canvas, costs, f"{unit} per request")
        return canvas

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
    return chart(
        f"cost-{workload}", palette, words, ChartTable(columns, rows), draw, sources
    )


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
    for one in view.results.found["breakdowns"]:
        if (one.target, one.workload) == (target.id, workload):
            total, shares = one.total, one.shares
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


def _draw(view: View, canvas: Canvas, costs: list[CostBar], head: str) -> None:
    room = label_width([cost.label for cost in costs], canvas.width)
    totals = [cost.total for cost in costs if cost.total]
    values = max((text_width(point(e), 13, True) for e in totals), default=0)
    spreads = max((text_width(ends(e), 11.5) for e in totals), default=0)
    values, spreads = fitting(canvas.width, room, values, spreads)
    left, right = room + 10, canvas.width - values - spreads - 20
    pixel = (right - left) / _most(costs)
    small = Type(size=11.5, token="muted", align="right")
    canvas.text(canvas.width, 14, head, small)
    for position, cost in enumerate(costs):
        y = HEAD + ROW * position
        label(canvas, room, y + 14, (cost.label, look_tokens(view, cost.target)[1]))
        if cost.total is None:
            words = fitted(cost.reason, canvas.width - left, 11.5)
            canvas.text(left, y + 14, words, Type(size=11.5, token="muted"))
            continue
        _bar(canvas, cost, left, y, pixel)
        edge = canvas.width - spreads - 6
        number = Type(size=13, bold=True, align="right")
        if values:
            canvas.text(edge, y + 14, point(cost.total), number)
        if spreads:
            beside = Type(size=11.5, token="muted")
            canvas.text(edge + 6, y + 14, ends(cost.total), beside)


def _bar(canvas: Canvas, cost: CostBar, left: float, y: float, pixel: float) -> None:
    assert cost.total is not None
    end = left + cost.total.point * pixel
    start = left
    for share in cost.shares:
        token, ink = DRAWN[share.part]
        # A part below zero is nothing, and the others end with the total.
        until = min(start + max(share.estimate.point, 0.0) * pixel, end)
        if until <= start:
            continue
        canvas.box((start, y), (until - start, BAR), token)
        if start > left:
            canvas.line((start, y), (start, y + BAR), Pen("page", 1.5))
        room = min(until, left + cost.total.low * pixel) - start
        words = point(share.estimate)
        if text_width(words, INSIDE) + 10 < room:
            style = Type(size=INSIDE, token=ink, align="left")
            canvas.text(start + 5, y + 13.5, words, style)
        start = until
    if not cost.shares:
        canvas.box((left, y), (end - left, BAR), DRAWN[CostPart.REST][0])
    high = min(cost.total.high, _most([cost])) * pixel
    whisker(
        canvas,
        (left + max(cost.total.low, 0.0) * pixel, left + high),
        y + BAR / 2,
        Pen("ink", 1.4),
        mark=0.0,
    )
    if cost.database is not None:
        canvas.box((left, y + BAR + 2), (cost.database.point * pixel, 5), BESIDE)


def _most(costs: list[CostBar]) -> float:
    values = [0.0]
    for cost in costs:
        values += [cost.total.point, cost.total.high] if cost.total else []
        values += [cost.database.point] if cost.database else []
    return max(value for value in values if isfinite(value)) * 1.02 or 1.0
