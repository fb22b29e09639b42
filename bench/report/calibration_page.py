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
    found = clean(calibration)
    colours = palette(())
    charts = (
        agreement_chart(found, colours),
        ceiling_chart(found, colours),
        added_chart(found, colours),
    )
    return rendered(
        "calibration.html.j2",
        colours,
        found=found,
        answer=answer(found),
        charts=[each for each in charts if each],
        clock=_clock(found),
        noise=_noise(found),
        numbers=_numbers(found),
    )


def answer(found: Calibration) -> str:
    """The sentence at the top: what failed, else what stayed open, else that all passed."""
    passed = sum(proof.passed is True for proof in found.proofs)
    of_all = f"{passed} of {len(found.proofs)} questions passed"
    if found.failed:
        return f"**Do not trust every number of this machine yet**: {_names(found.failed)}. {of_all}."
    if found.untold:
        return f"Nothing failed, but **not everything could be told**: {_names(found.untold)}. {of_all}."
    return f"**What the generator measures here is true to the limits below.** {of_all}{_silent(found)}."


def _names(proofs: tuple[Proof, ...]) -> str:
    return joined([f"“{proof.title}”" for proof in proofs])


def _silent(found: Calibration) -> str:
    open_still = any(proof.passed is None for proof in found.proofs)
    return "; no other generator was there to agree with" if open_still else ""


def _clock(found: Calibration) -> ChartTable | None:
    rows = tuple(
        (title, number(found.numbers[name], 3), unit)
        for name, (title, unit) in CLOCK.items()
        if name in found.numbers
    )
    return ChartTable(("what", "measured", "unit"), rows) if rows else None


def _noise(found: Calibration) -> ChartTable | None:
    rows = tuple(
        (title, percent(found.numbers[name]))
        for name, title in NOISE.items()
        if name in found.numbers
    )
    columns = ("metric", "differences below this cannot be seen in so many rounds")
    return ChartTable(columns, rows) if rows else None


def _numbers(found: Calibration) -> ChartTable:
    rows = sorted(found.numbers.items())
    return ChartTable(
        ("name, with its unit", "value"),
        tuple((name, f"{value:.6g}") for name, value in rows),
    )
