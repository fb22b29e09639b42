"""Rounds in which servers that nobody visited worked all the time: void as a whole."""

from collections import defaultdict
from collections.abc import Mapping

from bench.analyse import reasons
from bench.analyse.voids import Violation
from bench.analyse.words import per_cent
from bench.model.run import Run
from bench.plan.schedule import servers_up


def rounds_with_idle_activity(run: Run) -> Mapping[int, Violation]:
    """
    The rounds whose idle servers used more than the limit, over all visits together.

    One busy moment voids its window; background work that goes on all round
    shares the core with every window, those that stay just below the limit
    included, and its share falls on all alike.
    """
    plan = run.record.plan
    # An experiment may overload servers on purpose; what they still do then is its own.
    warm_s = {c.key: c.load.warm_s for c in plan.cells if not c.load.experiment}
    used_s: dict[int, float] = defaultdict(float)
    visited_s: dict[int, float] = defaultdict(float)
    for window in run.windows:
        key = f"{window.target} {window.workload} {window.load}"
        if window.others_cpu_ns is None or key not in warm_s:
            continue
        used_s[window.round] += window.others_cpu_ns / 1e9
        visited_s[window.round] += warm_s[key] + window.tally.measure_s
    shares = {number: used_s[number] / visited_s[number] for number in visited_s}
    limits = {n: reasons.idle_limit(servers_up(plan, n)) for n in shares}
    return {
        number: Violation(
            reasons.IDLE, share, f"{per_cent(share, 1)} of a core, all round {number}"
        )
        for number, share in shares.items()
        if share > limits[number]
    }
