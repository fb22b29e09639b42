"""The charts of a calibration: agreement with what must be, ceilings, added latency."""

import re

from bench.model.calibration import Agreement, Calibration
from bench.report.charts.chart import Chart, ChartTable, ChartText, chart
from bench.report.charts.palette import Palette
from bench.report.charts.rows import Bar, Dot, Panel, Row, Rows
from bench.report.charts.scale import Axis, Guide
from bench.report.numbers import number, percent


ADDED = re.compile(r"ours_p50_us_at_([0-9.e+]+)_rps")
SHARE = 0.5
"""Of the width for names, which are questions here."""


def agreement_chart(calibration: Calibration, palette: Palette) -> Chart | None:
    """Ratios of what was seen to what must be, each with its limit; None in an old calibration."""
    if not calibration.agreements:
        return None
    rows = []
    for agreement in calibration.agreements:
        band = (
            None
            if agreement.limit is None
            else (1 - agreement.limit, 1 + agreement.limit)
        )
        dots = (Dot(agreement.ratio, agreement.low, agreement.high),)
        value = number(agreement.ratio, 3)
        rows.append(Row(agreement.title, dots=dots, band=band, value=value))
    axis = Axis("seen / what must be", kind="ratio")
    panel = Panel(tuple(rows), axis, guides=(Guide(1.0, words="right"),))
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
        ("what", "seen / must be", "interval", "limit"),
        tuple(map(_told, calibration.agreements)),
    )
    return chart("agreement", palette, words, table, Rows((panel,), share=SHARE))


def _told(row: Agreement) -> tuple[str, ...]:
    interval = "one observation"
    if row.low is not None and row.high is not None:
        interval = f"{number(row.low, 3)} to {number(row.high, 3)}"
    limit = "none" if row.limit is None else f"{percent(row.limit)} from 1"
    return row.title, number(row.ratio, 3), interval, limit


def ceiling_chart(calibration: Calibration, palette: Palette) -> Chart | None:
    """What the generator reached, and could have reached with all of its core."""
    rates = [
        ("closed loop, reached", calibration.numbers.get("closed_reached_rps")),
        ("closed loop, whole core", calibration.closed_ceiling_rps),
        ("open loop, times kept", calibration.open_ceiling_rps),
    ]
    measured = [(name, rate) for name, rate in rates if rate is not None]
    rows = tuple(
        Row(name, bars=(Bar(0.0, rate, "cost-2"),), value=number(rate, 0))
        for name, rate in measured
    )
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
        tuple((name, number(rate, 0)) for name, rate in measured),
    )
    return chart("ceiling", palette, words, table, Rows((Panel(rows),), share=SHARE))


def added_chart(calibration: Calibration, palette: Palette) -> Chart | None:
    """Our generator beside one blocking socket at each rate; None where it was not measured."""
    measured = _added(calibration)
    if not measured:
        return None
    rows, cells = [], []
    for rate_rps, ours_us, bare_us in measured:
        name, more = f"{rate_rps:,.0f}/s", ours_us - bare_us
        value = f"+{more:,.0f} µs".replace("+-", "−")
        dots = (Dot(ours_us), Dot(bare_us, hollow=True))
        rows.append(Row(name, dots=dots, value=value))
        cells.append(
            (name, *(number(time_us, 0) for time_us in (bare_us, ours_us, more)))
        )
    words = ChartText(
        finding="What the generator adds to a response time",
        sub="Median response time in µs at a server that answers at once, less is better",
        caption="Hollow mark: one blocking socket, the least that a client can cost. Filled mark: our generator at the same rate.",
    )
    columns = ("rate", "one blocking socket, µs", "our generator, µs", "added, µs")
    table = ChartTable(columns, tuple(cells))
    return chart("added", palette, words, table, Rows((Panel(tuple(rows)),)))


def _added(calibration: Calibration) -> list[tuple[float, float, float]]:
    """Rate, our generator's median and the socket's, by rising rate."""
    rows = []
    for name, ours_us in calibration.numbers.items():
        at = ADDED.fullmatch(name)
        bare_us = calibration.numbers.get(name.replace("ours", "bare"))
        if at and bare_us is not None:
            rows.append((float(at[1]), ours_us, bare_us))
    return sorted(rows)
