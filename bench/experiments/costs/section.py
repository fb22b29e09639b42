"""The section on what a request costs."""

from bench.experiments.costs.chart import cost_chart, untold
from bench.report.charts.palette import Palette
from bench.report.section import Body, NumberTable, Section, estimated, why_missing
from bench.report.tables import ablations
from bench.report.view import View


COST = (
    "Processor time that the server’s processes spent on one request: the steadiest "
    "figure on a noisy machine. Its parts are differences between servers of the same "
    "rounds: with and without a framework, a validator, a database layer."
)
COLOURS = (
    ("c1", "server without a framework"),
    ("c2", "framework"),
    ("c3", "validation"),
    ("c4", "database layer"),
    ("c5", "rest, what nothing tells apart"),
    ("c0", "database server, beside it"),
)
CHANGED = "One thing changed at a time: bare servers and variants"


def body(view: View, palette: Palette) -> Body:
    """CPU per request of each workload, and its parts as far as they can be told apart."""
    names = [
        note.name
        for note in view.results.workloads
        if estimated(view, note.name, ("cpu",))
    ]
    charts = [cost_chart(view, palette, name) for name in names]
    missing = [] if charts else [why_missing(view, ("cpu",))]
    changed = ablations(view)
    whole = [view.workload(name) for name in names if untold(view, name)]
    if whole:
        missing.append(
            f"Nothing in this run tells the parts apart of: {', '.join(whole)}."
        )
    return Body(
        tuple(charts),
        tuple(missing),
        COST,
        COLOURS if charts else (),
        (NumberTable("Bare servers and variants", changed, summary=CHANGED),)
        if changed
        else (),
    )


SECTION = Section("cost", "Where the time goes", "Where the time goes", body)
