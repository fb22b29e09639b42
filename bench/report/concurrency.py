"""The section on requests that come together: in turns or not, more clients, more workers."""

from bench.report.charts.palette import Palette
from bench.report.charts.scaling import scaling_charts, workers_table
from bench.report.charts.turns import turns_charts
from bench.report.section import Body, NumberTable
from bench.report.view import View


NO_TURNS = (
    "In turns: not measured, this run’s profile ({profile}) sends no requests at once; "
    "the turns profile does."
)
NO_SCALING = (
    "More clients: not measured, this run’s profile ({profile}) has one number of "
    "clients; the scaling profile has several."
)
WORKERS = "More worker processes"


def crowds(view: View, palette: Palette) -> Body:
    """Requests at once, then throughput by number of clients and of workers."""
    results, name = view.results, view.results.profile.name
    missing, intro = [], ""
    if results.turns is None:
        missing.append(NO_TURNS.format(profile=name))
    else:
        intro = (
            "Does a server handle requests one after the other? "
            f"{results.turns.at_once} requests were sent to each set-up at the same "
            "moment, after the timed windows. What it did is the server’s way: the "
            "same application stands on all of them."
        )
    if results.scalings is None or not results.scalings.clients:
        missing.append(NO_SCALING.format(profile=name))
    if results.scalings is not None and results.scalings.no_workers:
        missing.append(f"More workers: not measured, {results.scalings.no_workers}.")
    workers = workers_table(view)
    return Body(
        (*turns_charts(view, palette), *scaling_charts(view, palette)),
        tuple(missing),
        intro,
        tables=(NumberTable(WORKERS, workers, heading=WORKERS),) if workers else (),
    )
