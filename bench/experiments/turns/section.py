"""The section on requests that come together: in turns or not."""

from bench.experiments.turns.chart import turns_charts
from bench.experiments.turns.model import Turns
from bench.report.charts.palette import Palette
from bench.report.section import Body, Section
from bench.report.view import View


NONE = (
    "In turns: not measured, this run’s profile ({profile}) sends no requests at once; "
    "the turns profile does."
)


def body(view: View, palette: Palette) -> Body:
    """The timelines by framework."""
    turns: Turns | None = view.results.found["turns"]
    if turns is None:
        return Body(missing=(NONE.format(profile=view.results.profile.name),))
    intro = (
        "Does a server handle requests one after the other? "
        f"{turns.at_once} requests were sent to each set-up at the same moment, after "
        "the timed windows. What it did is the server’s way: the same application "
        "stands on all of them."
    )
    return Body(turns_charts(view, palette), intro=intro)


SECTION = Section("crowds", "Many at once: in turns, or together", "Many at once", body)
