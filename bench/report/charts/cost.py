"""Where a request's CPU time goes: the bare server's share, the rest, the database."""

from dataclasses import dataclass
from math import isfinite

from bench.model.estimate import Estimate
from bench.model.framework import Role, Target
from bench.report.charts.bars import label, label_width
from bench.report.charts.canvas import Canvas, Pen, Type, fitted, text_width
from bench.report.charts.chart import Chart, Table, Words, chart
from bench.report.charts.dots import fitting, look_tokens, whisker
from bench.report.charts.palette import Palette
from bench.report.numbers import plus_minus, point, with_interval
from bench.report.view import View, absent


ROW = 36.0
HEAD = 26.0


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU time per request of one target on one workload."""

    target: str
    label: str
    total: Estimate | None
    floor: Estimate | None
    floor_label: str | None
    database: Estimate | None
    reason: str

    @property
    def clamped(self) -> bool:
        """Whether the floor came out above the total, which noise can do."""
        pair = (self.total, self.floor)
        return bool(pair[0] and pair[1] and pair[1].point > pair[0].point)


def cost_chart(view: View, palette: Palette, workload: str) -> Chart:
    """One bar for each contestant, cheapest first; the database's bar beneath."""
    costs = _costs(view, workload)
    unit = view.metric("cpu").unit
    names = sorted({cost.floor_label for cost in costs if cost.floor_label})

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, HEAD + ROW * len(costs) + 2)
        _draw(view, canvas, costs, f"{unit} per request")
        return canvas

    words = Words(
        finding=view.workload(workload),
        sub=f"CPU time per request in {unit}, less is better",
        caption=(
            "Whisker: interval of the server’s total. "
            + ("Dark part: the same server without a framework. " if names else "")
            + "Thin bar: the database, beside it."
            + (" The floor exceeded a total and is cut there." * _any_clamped(costs))
        ),
    )
    columns = ("set-up", f"total, {unit}", "of it bare server", "database beside it")
    table = Table(columns, tuple(_row(cost) for cost in costs))
    floors = [floor.id for floor in view.of_role(Role.FLOOR)]
    sources = [
        view.quantity(target, workload, metric)
        for target in (*(cost.target for cost in costs), *floors)
        for metric in ("cpu", "database_cpu")
    ]
    return chart(f"cost-{workload}", palette, words, table, draw, sources)


def has_floor(view: View, workload: str) -> bool:
    """Whether some contestant's server was measured without a framework."""
    return any(cost.floor for cost in _costs(view, workload))


def _any_clamped(costs: list[Cost]) -> bool:
    return any(cost.clamped for cost in costs)


def _costs(view: View, workload: str) -> list[Cost]:
    costs = [_cost(view, target, workload) for target in view.contestants]
    return sorted(
        costs,
        key=lambda cost: (
            cost.total is None,
            cost.total.point if cost.total else 0,
            cost.label,
        ),
    )


def _cost(view: View, target: Target, workload: str) -> Cost:
    quantity = view.quantity(target.id, workload, "cpu")
    database = view.quantity(target.id, workload, "database_cpu")
    floor = _floor_of(view, target, workload)
    bare = view.quantity(floor.id, workload, "cpu") if floor else None
    return Cost(
        target=target.id,
        label=view.label(target.id),
        total=quantity.estimate if quantity else None,
        floor=bare.estimate if bare else None,
        floor_label=view.label(floor.id) if floor and bare else None,
        database=database.estimate if database else None,
        reason=absent(quantity.reason if quantity else None),
    )


def _floor_of(view: View, target: Target, workload: str) -> Target | None:
    """The bare server that the analysis compared this target with."""
    floors = {floor.id: floor for floor in view.of_role(Role.FLOOR)}
    for pair in view.results.comparisons:
        here = pair.subject == target.id and pair.workload == workload
        if here and pair.metric == "cpu" and pair.baseline in floors:
            return floors[pair.baseline]
    return None


def _row(cost: Cost) -> tuple[str, ...]:
    if cost.total is None:
        return cost.label, cost.reason, "–", "–"
    floor = "not measured"
    if cost.floor:
        floor = f"{with_interval(cost.floor)}, {cost.floor_label}"
    database = with_interval(cost.database) if cost.database else "not measured"
    return cost.label, with_interval(cost.total), floor, database


def _draw(view: View, canvas: Canvas, costs: list[Cost], head: str) -> None:
    room = label_width([cost.label for cost in costs], canvas.width)
    totals = [cost.total for cost in costs if cost.total]
    values = max((text_width(point(e), 13, True) for e in totals), default=0)
    spreads = max((text_width(plus_minus(e), 11.5) for e in totals), default=0)
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
            canvas.text(edge + 6, y + 14, plus_minus(cost.total), beside)


def _bar(canvas: Canvas, cost: Cost, left: float, y: float, pixel: float) -> None:
    assert cost.total is not None
    total = cost.total.point * pixel
    canvas.box((left, y), (total, 19), "cost-2")
    if cost.floor is not None:
        bare = min(cost.floor.point, cost.total.point) * pixel
        canvas.box((left, y), (bare, 19), "cost-1")
        canvas.line((left + bare, y), (left + bare, y + 19), Pen("page", 1.5))
    high = min(cost.total.high, _most([cost])) * pixel
    whisker(
        canvas,
        (left + cost.total.low * pixel, left + high),
        y + 9.5,
        Pen("ink", 1.4),
        mark=0.0,
    )
    if cost.database is not None:
        canvas.box((left, y + 21), (cost.database.point * pixel, 5), "cost-3")


def _most(costs: list[Cost]) -> float:
    values = [0.0]
    for cost in costs:
        values += [cost.total.point, cost.total.high] if cost.total else []
        values += [cost.database.point] if cost.database else []
    return max(value for value in values if isfinite(value)) * 1.02 or 1.0
