"""The history of a machine in words and Markdown: its series, and where a level changed."""

from collections.abc import Sequence
from math import exp, log

from bench.judge.change_points import (
    ERROR,
    FEWEST,
    ChangePoint,
    Series,
    long_enough,
)
from bench.model.history import INSTRUCTIONS
from bench.model.plural import plural
from bench.report.numbers import percent
from bench.report.summary import plain
from bench.report.view import joined
from bench.report.words import counted


REASON = "A reason to measure old and new side by side, not a failure."
"""What every change of level is."""
WORDS = {
    "throughput": ("answers {} {} requests beside its bare server", "fewer"),
    "cpu": ("takes {} {} processor time beside its bare server", "less"),
    INSTRUCTIONS: ("takes {} {} instructions per request", "fewer"),
}
"""What became of a figure, and the opposite of "more" in it."""
TITLES = {
    "throughput": "requests per second, bare server = 1",
    "cpu": "CPU time of the bare server, its own = 1",
    INSTRUCTIONS: "instructions per request",
}
MOST_TOLD = 6
"""Things that differ between two runs, named in a sentence; the others are counted."""


def happened(change: ChangePoint, title: str | None = None) -> str:
    """Whose figure became how much more or less, on what, and since which run; it ends without a full stop."""
    series = change.series
    # A target that leads its floor less takes more of the processor.
    times = change.times if series.metric != "cpu" else 1 / change.times
    what, less = WORDS[series.metric]
    share = f"{100 * abs(times - 1):.2g}\u00a0%"
    what = what.format(share, "more" if times > 1 else less)
    return (
        f"{title or series.line} {what} on {series.workload} since run "
        f"{change.since.run.id} ({_runs(change.runs_before)} before, "
        f"{change.runs_since} since)"
    )


def differs(change: ChangePoint) -> str:
    """What is known to differ between the last run before and the first one since."""
    told, more = change.differs[:MOST_TOLD], len(change.differs) - MOST_TOLD
    names = [*told, f"{more} more"] if more > 0 else list(told)
    text = f"What differs there: {joined(names)}." if names else _NOTHING
    return f"{text} {_TOGETHER}" if change.together else text


_NOTHING = "Nothing that is recorded differs there."
_TOGETHER = (
    "More than half of the series change there: look at the machine and at what "
    "measures before the framework."
)


def finding(runs: int, series: Sequence[Series], found: Sequence[ChangePoint]) -> str:
    """The heading: how many changes of level, or why none can be told."""
    if found:
        return f"{counted(len(found), 'change')} of level: a reason to re-run"
    if not long_enough(series):
        return f"{_runs(runs)}: too few to tell a change of level"
    return f"No change of level in {_runs(runs)}"


def _runs(number: int) -> str:
    return plural(number, "run")


def limits(series: Sequence[Series]) -> str:
    """How many series were tested, and how often the test cries wolf."""
    testable = len(long_enough(series))
    return (
        f"{testable} of {len(series)} series are long enough to be tested "
        f"(ratios: {FEWEST} runs that may decide; counts: two). Where nothing ever "
        f"changed, all series of one machine together show a change in {percent(ERROR)} "
        "of looks, far more often if it drifts or is looked at every night."
    )


def changes_md(
    series: Sequence[Series], found: Sequence[ChangePoint], runs: int
) -> str:
    """Every change of level with what differs there; it judges nothing."""
    lines = [f"# History: {finding(runs, series, found)}", ""]
    for change in found:
        lines += [f"- {plain(happened(change))}. {plain(differs(change))}"]
    if found:
        lines += ["", f"{REASON} `bench compare` judges what was measured so."]
    lines += ["", limits(series)]
    return "\n".join(lines) + "\n"


def series_md(series: Sequence[Series]) -> str:
    """One row for each series: whose it is, how long, and its typical figure."""
    lines = [
        "| machine and conditions | of | workload | figure | runs | may decide | first | last | geometric mean |",
        "|---|---|---|---|--:|--:|---|---|--:|",
        *(_series_row(one) for one in series),
        "",
        *(f"`{name}`: {plain(_held(held))}" for name, held in _conditions(series)),
    ]
    return "\n".join(lines) + "\n"


def _series_row(series: Series) -> str:
    counts = series.counted
    mean = exp(sum(log(value) for _, value in counts) / len(counts)) if counts else None
    places = 0 if series.metric == INSTRUCTIONS else 3
    cells = [
        f"`{series.conditions}`",
        plain(series.line),
        plain(series.workload),
        TITLES.get(series.metric, series.metric),
        str(len(series.entries)),
        str(len(counts)),
        series.entries[0].run.created_at[:10],
        series.entries[-1].run.created_at[:10],
        "–" if mean is None else f"{mean:,.{places}f}",
    ]
    return f"| {' | '.join(cells)} |"


def _conditions(series: Sequence[Series]) -> list[tuple[str, dict[str, str]]]:
    found = {
        one.conditions: dict(one.entries[-1].run.conditions.get(one.conditions, {}))
        for one in series
    }
    return list(found.items())


def _held(conditions: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in conditions.items())
