"""The section on more clients and more worker processes."""

from bench.experiments.scaling.chart import scaling_charts, workers_table
from bench.experiments.scaling.model import Scalings
from bench.report.charts.palette import Palette
from bench.report.section import Body, NumberTable, Section
from bench.report.view import View


NONE = (
    "More clients: not measured, this run’s profile ({profile}) has one number of "
    "clients; the scaling profile has several."
)
WORKERS = "More worker processes"


def body(view: View, palette: Palette) -> Body:
    """Throughput by number of clients, and of workers."""
    scalings: Scalings | None = view.results.found["scalings"]
    missing = []
    if scalings is None or not scalings.clients:
        missing.append(NONE.format(profile=view.results.profile.name))
    if scalings is not None and scalings.no_workers:
        missing.append(f"More workers: not measured, {scalings.no_workers}.")
    workers = workers_table(view)
    return Body(
        scaling_charts(view, palette),
        tuple(missing),
        tables=(NumberTable(WORKERS, workers, heading=WORKERS),) if workers else (),
    )


SECTION = Section("scaling", "More clients, more workers", "More clients", body)
