"""The section on requests that come together: in turns or not, more clients, more workers."""

from bench.report.charts.chart import Chart
from bench.report.charts.palette import Palette
from bench.report.charts.scaling import scaling_charts
from bench.report.charts.turns import turns_charts
from bench.report.view import View


NO_TURNS = (
    "In turns: not measured, this run’s profile ({profile}) sends no requests at once; "
    "the turns profile does."
)
NO_SCALING = (
    "More clients: not measured, this run’s profile ({profile}) has one number of "
    "clients; the scaling profile has several."
)


def crowd_charts(view: View, palette: Palette) -> tuple[Chart, ...]:
    """The timelines by framework, then throughput by number of clients."""
    return (*turns_charts(view, palette), *scaling_charts(view, palette))


def crowds_missing(view: View) -> tuple[str, ...]:
    """What was not measured, and what does."""
    results, name = view.results, view.results.profile.name
    missing = []
    if results.turns is None:
        missing.append(NO_TURNS.format(profile=name))
    if results.scalings is None or not results.scalings.clients:
        missing.append(NO_SCALING.format(profile=name))
    if results.scalings is not None and results.scalings.no_workers:
        missing.append(f"More workers: not measured, {results.scalings.no_workers}.")
    return tuple(missing)
