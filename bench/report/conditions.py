"""What a run was made of, in one line beneath its answer."""

from bench.model.plural import plural
from bench.report.numbers import THIN, percent
from bench.report.view import View, joined
from bench.stats.looks import OVERALL


MOST_VERSIONS = 6


def conditions(view: View) -> tuple[str, ...]:
    """Versions, processes and threads, clients, machine, rounds: each a short phrase."""
    results = view.results
    versions = [
        f"{_name(view, target.id, target.framework)} {results.receipts[target.id].version}"
        for target in view.contestants
        if target.id in results.receipts
    ]
    more = len(versions) - MOST_VERSIONS
    shown = versions[:MOST_VERSIONS] + ([f"{more} more"] if more > 0 else [])
    servers = (
        f"{plural(results.workers, 'process', 'processes')} per server, "
        f"{plural(results.threads, 'thread')} where it uses threads"
        if results.own_servers
        else "servers as they stood, with processes and threads that are not known"
    )
    return tuple(
        each
        for each in (
            ", ".join(shown),
            servers,
            f"{plural(results.profile.clients, 'client')} at once",
            f"{plural(results.machine.cores, 'core')}",
            plural(results.rounds_done, "round"),
        )
        if each
    )


def level_words(view: View) -> str:
    """Why the intervals are as wide as they are; "" where there are none."""
    levels = {
        pair.advantage.level
        for ranking in view.results.rankings
        for pair in ranking.pairs
        if ranking.metric == "throughput"
    }
    if not levels:
        return ""
    level, stops = max(levels), view.results.profile.looks
    overall = percent(1 - OVERALL)
    if len(stops) < 2:
        return f"The intervals are {percent(level)} intervals."
    return (
        f"The intervals are {percent(level)} intervals: the run could stop after "
        f"{joined([str(each) for each in stops], 'or')} rounds, and over all these "
        f"stops together they are right in {overall} of such runs."
    )


BETWEEN_RUNS = 0.011
"""
The standard deviation of a ratio between runs of one machine beyond their rounds.

Of three published runs of one day (one-way random effects, p = 0.003); a pooled
page has the figure of its own runs.
"""


def one_run(view: View) -> str:
    """What the intervals do not hold, and how many of them may miss."""
    estimates = [each.advantage for each in view.results.comparisons if each.advantage]
    if not estimates:
        return ""
    missed = sum(1 - each.level for each in estimates)
    return (
        "The intervals are of this run: runs of one machine differ by about "
        f"{percent(round(BETWEEN_RUNS, 2))} (standard deviation of a ratio) beyond them, so "
        "“practically equal” and a verdict within 1\u00a0% of its line hold for this run. "
        "Each verdict errs in at most 1 of 40 runs. Of the "
        f"{len(estimates):,} intervals of ratios here, about {missed:,.0f} miss the true value."
    )


def _name(view: View, target: str, framework: str) -> str:
    found = view.framework_of(target)
    return view.label(found.name if found else framework).replace(" ", THIN)
