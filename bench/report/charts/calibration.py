"""The charts of a calibration: agreement with what must be, ceilings, added latency."""

import re
from dataclasses import dataclass

from bench.model.calibration import Agreement, Calibration
from bench.report.charts.bars import label, label_width
from bench.report.charts.canvas import Canvas, Mark, Pen, Type, text_width
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.dots import whisker
from bench.report.charts.palette import Palette
from bench.report.charts.scale import (
    Scale,
    from_zero,
    labelled_ticks,
    ratio_scale,
    ratio_ticks,
)
from bench.report.numbers import number, percent


ROW = 30.0
HEAD = 22.0
FOOT = 36.0
SMALL = Type(size=11.5, token="muted", align="center")
ADDED = re.compile(r"ours_p50_us_at_([0-9.e+]+)_rps")


def agreement_chart(found: Calibration, palette: Palette) -> Chart | None:
    """Ratios of what was seen to what must be, each with its limit; None in an old calibration."""
    rows = found.agreements
    if not rows:
        return None

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, HEAD + ROW * len(rows) + FOOT)
        _draw_agreements(canvas, rows)
        return canvas

    words = ChartText(
        finding="Seen, for what must be",
        sub="Ratio of the measured value to the known one; 1 is right",
        caption=(
            "Band: the limit. Whisker: the interval, where there are several "
            "observations. “Itself” is one server entered twice, without a limit: its "
            "whiskers are the noise of this machine."
        ),
    )
    table = ChartTable(
        ("what", "seen / must be", "interval", "limit"), tuple(map(_told, rows))
    )
    return chart("agreement", palette, words, table, draw)


def _told(row: Agreement) -> tuple[str, ...]:
    interval = "one observation"
    if row.low is not None and row.high is not None:
        interval = f"{number(row.low, 3)} to {number(row.high, 3)}"
    limit = "none" if row.limit is None else f"{percent(row.limit)} from 1"
    return row.title, number(row.ratio, 3), interval, limit


def _draw_agreements(canvas: Canvas, rows: tuple[Agreement, ...]) -> None:
    room = label_width([row.title for row in rows], canvas.width * 1.25)
    every = [v for r in rows for v in (r.ratio, r.low, r.high) if v is not None]
    every += [1 + (r.limit or 0) for r in rows] + [1 - (r.limit or 0) for r in rows]
    scale = ratio_scale(every, room + 12, canvas.width - 52)
    bottom = HEAD + ROW * len(rows)
    canvas.text(scale.at(1.0), HEAD - 8, "right", SMALL)
    for tick in ratio_ticks(scale, 34):
        canvas.line((scale.at(tick), HEAD - 2), (scale.at(tick), bottom), Pen("grid"))
        canvas.text(scale.at(tick), bottom + 15, f"{tick:g}", SMALL)
    canvas.text(canvas.width / 2, bottom + 31, "seen / what must be", SMALL)
    for position, row in enumerate(rows):
        y = HEAD + ROW * position + ROW / 2
        if row.limit is not None:
            left, right = scale.at(1 - row.limit), scale.at(1 + row.limit)
            canvas.box((left, y - 9), (right - left, 18), "open-soft")
        canvas.line((scale.at(1.0), y - 9), (scale.at(1.0), y + 9), Pen("axis"))
        label(canvas, room, y + 4.5, (row.title, "ink"))
        if row.low is not None and row.high is not None:
            ends = (scale.at(row.low), scale.at(row.high))
            whisker(canvas, ends, y, Pen("cost-1", 2.0))
        canvas.mark(scale.at(row.ratio), y, Mark("cost-1"))
        value = Type(size=12.5, bold=True, align="right")
        canvas.text(canvas.width, y + 4.5, number(row.ratio, 3), value)


def ceiling_chart(found: Calibration, palette: Palette) -> Chart | None:
    """What the generator reached, and could have reached with all of its core."""
    reached = found.numbers.get("closed_reached_rps")
    bars = [
        ("closed loop, reached", reached),
        ("closed loop, whole core", found.closed_ceiling_rps),
        ("open loop, times kept", found.open_ceiling_rps),
    ]
    known = [(name, rate) for name, rate in bars if rate is not None]

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, HEAD + ROW * len(known) + 20)
        _draw_bars(canvas, known)
        return canvas

    words = ChartText(
        finding="What the generator can send",
        sub="Requests/s at a server that answers at once",
        caption=(
            "The whole core follows from the processor time of a request. In the open "
            "loop: the highest rate tried at which everything was sent in time."
        ),
    )
    table = ChartTable(
        ("loop", "requests/s"),
        tuple((name, number(rate, 0)) for name, rate in known),
    )
    return chart("ceiling", palette, words, table, draw)


def _draw_bars(canvas: Canvas, bars: list[tuple[str, float]]) -> None:
    room = label_width([name for name, _ in bars], canvas.width * 1.25)
    values = max(text_width(number(rate, 0), 12.5, True) for _, rate in bars)
    scale = from_zero([r for _, r in bars], room + 10, canvas.width - values - 12)
    bottom = HEAD + ROW * len(bars) - 6
    for tick, words in labelled_ticks(scale, 11.5):
        canvas.line((scale.at(tick), HEAD - 8), (scale.at(tick), bottom), Pen("grid"))
        canvas.text(scale.at(tick), bottom + 16, words, SMALL)
    for position, (name, rate) in enumerate(bars):
        y = HEAD + ROW * position
        label(canvas, room, y + 7, (name, "ink"))
        canvas.box(
            (scale.left, y - 6), (max(scale.at(rate) - scale.left, 1), 16), "cost-2"
        )
        value = Type(size=12.5, bold=True, align="right")
        canvas.text(canvas.width, y + 7, number(rate, 0), value)


@dataclass(frozen=True, slots=True)
class _Added:
    rate_rps: float
    ours_us: float
    bare_us: float


def added_chart(found: Calibration, palette: Palette) -> Chart | None:
    """Our generator beside one blocking socket at each rate; None where it was not measured."""
    rows = _added(found)
    if not rows:
        return None

    def draw(width: float) -> Canvas:
        canvas = Canvas(palette, width, HEAD + ROW * len(rows) + 20)
        _draw_added(canvas, rows)
        return canvas

    words = ChartText(
        finding="What the generator adds to a response time",
        sub="Median response time in µs at a server that answers at once, less is better",
        caption="Hollow mark: one blocking socket, the least that a client can cost. Filled mark: our generator at the same rate.",
    )
    table = ChartTable(
        ("rate", "one blocking socket, µs", "our generator, µs", "added, µs"),
        tuple(
            (
                f"{row.rate_rps:,.0f}/s",
                number(row.bare_us, 0),
                number(row.ours_us, 0),
                number(row.ours_us - row.bare_us, 0),
            )
            for row in rows
        ),
    )
    return chart("added", palette, words, table, draw)


def _added(found: Calibration) -> list[_Added]:
    rows = []
    for name, ours in found.numbers.items():
        at = ADDED.fullmatch(name)
        bare = found.numbers.get(name.replace("ours", "bare"))
        if at and bare is not None:
            rows.append(_Added(float(at[1]), ours, bare))
    return sorted(rows, key=lambda row: row.rate_rps)


def _draw_added(canvas: Canvas, rows: list[_Added]) -> None:
    names = [f"{row.rate_rps:,.0f}/s" for row in rows]
    said = [f"+{row.ours_us - row.bare_us:,.0f} µs".replace("+-", "−") for row in rows]
    room = label_width(names, canvas.width)
    values = max(text_width(each, 12.5, True) for each in said)
    every = [value for row in rows for value in (row.ours_us, row.bare_us)]
    scale: Scale = from_zero(every, room + 12, canvas.width - values - 18)
    bottom = HEAD + ROW * len(rows) - 6
    for tick, words in labelled_ticks(scale, 11.5):
        canvas.line((scale.at(tick), HEAD - 8), (scale.at(tick), bottom), Pen("grid"))
        canvas.text(scale.at(tick), bottom + 16, words, SMALL)
    for row, name, value, position in zip(
        rows, names, said, range(len(rows)), strict=True
    ):
        y = HEAD + ROW * position + 4
        label(canvas, room, y + 4.5, (name, "ink"))
        ends = scale.at(row.bare_us), scale.at(row.ours_us)
        canvas.line((ends[0], y), (ends[1], y), Pen("axis", 2.0))
        canvas.mark(ends[1], y, Mark("cost-1"))
        canvas.mark(ends[0], y, Mark("cost-1", hollow=True))
        right = Type(size=12.5, bold=True, align="right")
        canvas.text(canvas.width, y + 4.5, value, right)
