"""Was the generator the limit? Its CPU share at each target, against the limit."""

from bench.report.charts.bars import label, label_width
from bench.report.charts.canvas import Canvas, Pen, Type, text_width
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import DotRow, rows_of
from bench.report.charts.palette import Palette
from bench.report.numbers import percent, point, with_interval
from bench.report.view import View


METRIC = "generator"
ROW = 28.0
HEAD = 24.0
FOOT = 36.0


def generator_chart(view: View, palette: Palette) -> Chart | None:
    """The busiest workload of each target; None if nobody watched the generator."""
    rows = _busiest(view)
    if not rows:
        return None
    limit = limit_percent(view)

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, HEAD + ROW * len(rows) + FOOT)
        _draw(canvas, rows, limit)
        return canvas

    words = ChartText(
        finding="How busy the load generator was",
        sub="Share of one core that the generator used, at its busiest workload",
        caption=(
            "A generator near its own limit measures itself. "
            + (
                f"Above {percent(limit / 100)} no throughput verdict is given."
                if limit is not None
                else "This run states no limit."
            )
        ),
    )
    table = tuple(
        (row.label, title, with_interval(row.estimate), str(row.estimate.n))
        for row, title in rows
        if row.estimate
    )
    columns = ("set-up", "at", "% of a core (interval)", "rounds")
    sources = [
        view.quantity(row.target, note.name, METRIC)
        for row, _ in rows
        for note in view.results.workloads
    ]
    return chart("generator", palette, words, ChartTable(columns, table), draw, sources)


def limit_percent(view: View) -> float | None:
    """The limit as the run's own check states it; None where it states none."""
    check = view.check("generator")
    return check.limit_value if check else None


def _busiest(view: View) -> list[tuple[DotRow, str]]:
    found: list[tuple[DotRow, str]] = []
    for target in view.results.targets:
        rows = [
            (rows_of(view, [target.id], note.name, METRIC)[0], note.title)
            for note in view.results.workloads
        ]
        known = [pair for pair in rows if pair[0].estimate is not None]
        if known:
            found.append(max(known, key=lambda pair: _share(pair[0])))
    return sorted(found, key=lambda pair: (-_share(pair[0]), pair[0].label))[:12]


def _share(row: DotRow) -> float:
    return row.estimate.point if row.estimate else 0.0


def _draw(canvas: Canvas, rows: list[tuple[DotRow, str]], limit: float | None) -> None:
    room = label_width([row.label for row, _ in rows], canvas.width)
    values = max(text_width(_value(row), 12.5, True) for row, _ in rows)
    left, right = room + 10, canvas.width - values - 12
    pixel = (right - left) / max(100.0, *(_share(row) for row, _ in rows))
    bottom = HEAD + ROW * len(rows)
    if limit is not None:
        edge = left + limit * pixel
        canvas.box((edge, HEAD - 4), (right - edge, bottom - HEAD + 4), "warn-soft")
        canvas.line((edge, HEAD - 4), (edge, bottom), Pen("ink", 1.4))
        words = f"limit {percent(limit / 100)}"
        x = min(edge, canvas.width - text_width(words, 11.5) / 2)
        canvas.text(x, HEAD - 10, words, Type(size=11.5, align="center"))
    for position, (row, _) in enumerate(rows):
        y = HEAD + ROW * position + 5
        label(canvas, room, y + 12.5, (row.label, row.text))
        canvas.box((left, y), (max(_share(row) * pixel, 1), 16), row.line)
        value = Type(size=12.5, bold=True, align="right")
        canvas.text(canvas.width, y + 12.5, _value(row), value)
    for tick in (0, 50, 100):
        small = Type(size=11.5, token="muted", align="center")
        canvas.text(left + tick * pixel, bottom + 14, f"{tick}", small)
    foot = Type(size=11.5, token="muted", align="right")
    canvas.text(canvas.width, bottom + 29, "% of one core", foot)


def _value(row: DotRow) -> str:
    return f"{point(row.estimate)}\u00a0%" if row.estimate else ""
