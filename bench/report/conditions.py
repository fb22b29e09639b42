"""What a run was made of, in one line beneath its answer."""

from collections.abc import Sequence
from pathlib import PurePath

from bench.model.framework import Target
from bench.model.plural import plural
from bench.report.numbers import THIN, percent
from bench.report.view import View
from bench.stats.looks import OVERALL
from bench.wording.numbers import joined


MOST_VERSIONS = 6


def conditions(view: View) -> tuple[str, ...]:
    """Versions, processes and threads, clients, machine, rounds: each a short phrase."""
    results = view.results
    measured = [each for each in view.contestants if each.id in results.receipts]
    more = len(measured) - MOST_VERSIONS
    shown = _on_servers(view, measured[:MOST_VERSIONS])
    shown += [f"{more} more"] if more > 0 else []
    servers = (
        f"{plural(results.workers, 'process', 'processes')} each"
        if results.own_servers
        else "servers as they stood, with processes and threads that are not known"
    )
    return tuple(
        each
        for each in (
            ", ".join(shown),
            servers,
            plural(results.profile.clients, "client"),
            f"{plural(results.machine.cores, 'core')}",
            plural(results.rounds_done, "round"),
        )
        if each
    )


def _on_servers(view: View, targets: Sequence[Target]) -> list[str]:
    """ "A 6.1 and B 3.1 on gunicorn (8 threads)": versions by what serves them."""
    by_server: dict[str, list[str]] = {}
    for target in targets:
        version = view.results.receipts[target.id].version
        named = f"{_name(view, target.id, target.framework)} {version}"
        by_server.setdefault(_server(view, target), []).append(named)
    return [joined(named) + server for server, named in by_server.items()]


def _server(view: View, target: Target) -> str:
    """The program of its command, with its threads if that takes their number."""
    if not view.results.own_servers or not target.serve:
        return ""
    takes = any("{threads}" in word for word in target.serve)
    threads = f" ({plural(view.results.threads, 'thread')})" if takes else ""
    return f" on {PurePath(target.serve[0]).name}{threads}"


def over_looks(view: View) -> str:
    """ " (95 % over both planned looks)": why a level is none that readers know; "" for one look."""
    looks = view.results.profile.looks
    if len(looks) < 2 or not view.results.comparisons:
        return ""
    which = "both" if len(looks) == 2 else f"all {len(looks)}"
    return f" ({percent(1 - OVERALL)} over {which} planned looks)"


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
