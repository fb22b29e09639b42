"""The page of one calibration: one file, no script, no request, made from what is stored."""

from bench.model.calibration import Calibration, Proof
from bench.report.charts.calibration import (
    added_chart,
    agreement_chart,
    ceiling_chart,
)
from bench.report.charts.chart import ChartTable
from bench.report.charts.palette import palette
from bench.report.clean import clean
from bench.report.numbers import number, percent
from bench.report.page import rendered
from bench.wording.numbers import joined


CLOCK = {
    "clock_step_us": ("Smallest step of the clock", "µs"),
    "timer_p50_ms": ("Timer late, median", "ms"),
    "timer_p90_ms": ("Timer late, 90th percentile", "ms"),
    "timer_p99_ms": ("Timer late, 99th percentile", "ms"),
    "timer_most_ms": ("Timer late, worst", "ms"),
}
NOISE = {
    "noise_rate_reach": "Rate",
    "noise_cpu_reach": "CPU time per request",
}


def calibration_html(calibration: Calibration) -> str:
    """The whole page; the same calibration gives the same bytes."""
    cleaned = clean(calibration)
    colours = palette(())
    charts = (
        agreement_chart(cleaned, colours),
        ceiling_chart(cleaned, colours),
        added_chart(cleaned, colours),
    )
    return rendered(
        "calibration.html.j2",
        colours,
        found=cleaned,
        answer=answer(cleaned),
        charts=[drawn for drawn in charts if drawn],
        clock=_clock(cleaned),
        noise=_noise(cleaned),
        numbers=_numbers(cleaned),
    )


def answer(calibration: Calibration) -> str:
    """The sentence at the top: what failed, else what stayed open, else that all passed."""
    passed = sum(proof.passed is True for proof in calibration.proofs)
    of_all = f"{passed} of {len(calibration.proofs)} questions passed"
    if calibration.failed:
        return f"**Do not trust every number of this machine yet**: {_names(calibration.failed)}. {of_all}."
    if calibration.untold:
        return f"Nothing failed, but **not everything could be told**: {_names(calibration.untold)}. {of_all}."
    return f"**What the generator measures here is true to the limits below.** {of_all}{_silent(calibration)}."


def _names(proofs: tuple[Proof, ...]) -> str:
    return joined([f"“{proof.title}”" for proof in proofs])


def _silent(calibration: Calibration) -> str:
    open_still = any(proof.passed is None for proof in calibration.proofs)
    return "; no other generator was there to agree with" if open_still else ""


def _clock(calibration: Calibration) -> ChartTable | None:
    rows = tuple(
        (title, number(calibration.numbers[name], 3), unit)
        for name, (title, unit) in CLOCK.items()
        if name in calibration.numbers
    )
    return ChartTable(("what", "measured", "unit"), rows) if rows else None


def _noise(calibration: Calibration) -> ChartTable | None:
    rows = tuple(
        (title, percent(calibration.numbers[name]))
        for name, title in NOISE.items()
        if name in calibration.numbers
    )
    columns = ("metric", "differences below this cannot be seen in so many rounds")
    return ChartTable(columns, rows) if rows else None


def _numbers(calibration: Calibration) -> ChartTable:
    rows = sorted(calibration.numbers.items())
    return ChartTable(
        ("name, with its unit", "value"),
        tuple((name, f"{value:.6g}") for name, value in rows),
    )
