"""The rules on experiments, a second time: from the reading, and from results.json alone."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from math import isclose

from tests.report.published import Json, contestant
from tests.report.sceptic.arithmetic import (
    Held,
    Part,
    at_least,
    at_most,
    below,
    ratio,
)


def turns(results: Json, claim: Json) -> list[Part]:
    """Two that met refute it; else the number under way at once must stay below the line. Server by server."""
    set_ups = {
        set_up["target"]: set_up
        for set_up in (results["turns"] or {}).get("set_ups", ())
    }
    usual = {contestant(results, name) for name in claim["subjects"]}
    if not usual <= set_ups.keys():
        return []
    versions = {t["version"] for t in results["targets"] if t["id"] in usual}
    return [
        replace(
            under_way(set_ups[target["id"]], 1 + claim["margin"]),
            group=target["deployment"],
        )
        for target in results["targets"]
        if target["id"] in set_ups
        and target["framework"] in claim["subjects"]
        and target["version"] in versions
        and (target["id"] in usual or measured(set_ups[target["id"]]))
    ]


def measured(set_up: Json) -> bool:
    """Whether anything was seen of it."""
    return bool(set_up["met"]) or set_up["effective"] is not None


def under_way(set_up: Json, line: float) -> Part:
    """What was seen of one set-up."""
    if set_up["met"]:
        return Part((), witness="refuted")
    values = [value for value in set_up["effective_rounds"] if value is not None]
    if set_up["effective"] is None:
        return Part(())
    return Part((at_most(values, line),), set_up["effective"]["level"])


def scaling(results: Json, claim: Json) -> list[Part]:
    """The last number of clients against every smaller one; then the most workers."""
    scalings = results["scalings"] or {"clients": (), "workers": ()}
    own = {contestant(results, name) for name in claim["subjects"]}
    line = 1 - claim["margin"]

    def asked(rows: Sequence[Json]) -> list[Json]:
        return [
            row
            for row in rows
            if row["target"] in own and row["workload"] in claim["workloads"]
        ]

    clients = [
        replace(last_of_all(row, line), group=f"clients on {row['workload']}")
        for row in asked(scalings["clients"])
    ]
    if len(clients) < len(claim["subjects"]) * len(claim["workloads"]):
        return []
    if not scalings["workers"]:  # no processors for them: it stays open
        return [*clients, Part((), void=True, group="workers")]
    most = max(row["workers"] for row in scalings["workers"])
    return clients + [
        replace(of_ideal(row, line), group="workers")
        for row in asked(scalings["workers"])
        if row["workers"] == most
    ]


def last_of_all(row: Json, line: float) -> Part:
    """Throughput at the last number of clients, over that at each smaller one that counts."""
    *fewer, last = row["points"]
    if last["excluded"]:
        return Part((), void=True)
    shares = [
        ratio(last["rounds"], point["rounds"], line, last["rate_rps"]["level"])
        for point in fewer
        if not point["excluded"]
    ]
    held = tuple(held for share in shares for held in share.held)
    return Part(held, last["rate_rps"]["level"])


def of_ideal(row: Json, line: float) -> Part:
    """Throughput of several workers, as a share of as many single ones."""
    values = [value for value in row["rounds"] if value is not None]
    if row["gain"] is None:
        return Part((), void=bool(row["reason"]))
    return Part((at_least(values, line),), row["gain"]["level"], bool(row["reason"]))


def stress(results: Json, claim: Json) -> list[Part]:
    """Every question of the reading, asked of every subject."""
    stress_found = results["stress"] or {"targets": ()}
    own = [contestant(results, name) for name in claim["subjects"]]
    stressed = {
        row["target"]: row
        for row in stress_found["targets"]
        if row["workload"] in claim["workloads"]
    }
    if any(target not in stressed for target in own):
        return []
    return [
        part
        for target in own
        for part in asked_of(stress_found, stressed[target], claim)
    ]


def asked_of(stress_found: Json, target_row: Json, claim: Json) -> list[Part]:
    """What goes on being answered, what fails, and how long it takes to be back."""
    shares, failed, limit_s = limits(claim["reading"], stress_found)
    line = 1 - claim["margin"]
    held: list[Held] = [at_least(kept(target_row, share), line) for share in shares]
    held.append(below(worst_failed(target_row, min(shares)), failed))
    back_s = [
        value for value in target_row["recovery_s"]["rounds"] if value is not None
    ]
    held.append(at_most(back_s, limit_s))
    keys = [*(f"answered at {share:.0%}" for share in shares), "failed requests"]
    parts = [
        Part(
            (held_value,) if held_value.rounds else (), stress_found["level"], group=key
        )
        for held_value, key in zip(held, (*keys, "recovery"), strict=True)
    ]
    gave_up = 2 * len(target_row["failures"]) > len(stress_found["rounds"])
    return [*parts, Part((), witness="refuted", group="gave up")] if gave_up else parts


def limits(reading: str, stress_found: Json) -> tuple[list[float], float, float]:
    """The shares of capacity, the share that may fail and the seconds, as the sentence has them."""
    at = re.search(r"at (\d+) %, (\d+) % and (\d+) % of its own capacity", reading)
    failed = re.search(r"fewer than (\d+) % of the requests", reading)
    after = re.search(r"(\S+) s after a surge of (\S+) s at (\d+) %", reading)
    assert at and failed and after, reading
    assert float(after[2]) == stress_found["surge"]["lasts_s"]
    peak = 100 * stress_found["base_share"] * stress_found["surge"]["times"]
    assert isclose(float(after[3]), peak)
    shares = [int(share) / 100 for share in at.groups()]
    return shares, int(failed[1]) / 100, float(after[1])


def kept(target_row: Json, share: float) -> list[float]:
    """What was answered, over what was offered or the capacity, whichever is less."""
    capacity = target_row["capacity_rps"]["rounds"]
    for step in target_row["steps"]:
        if isclose(step["share"], share):
            rows = zip(
                step["achieved_rps"]["rounds"],
                step["offered_rps"]["rounds"],
                capacity,
                strict=True,
            )
            # Nothing at all has no logarithm; it stands as a thousandth.
            return [
                max(row[0] / min(row[1:]), 0.001) for row in rows if None not in row
            ]
    return []


def worst_failed(target_row: Json, asked_from: float) -> list[float]:
    """The largest share that failed, in each round that has every step from the least share that is asked about."""
    rows = zip(*(step["failed"]["rounds"] for step in target_row["steps"]), strict=True)
    shares = [step["share"] for step in target_row["steps"]]
    worst = []
    for row in rows:
        steps = list(zip(shares, row, strict=True))
        if all(value is not None for share, value in steps if share >= asked_from):
            worst.append(max(value for value in row if value is not None))
    return worst


def predictions(results: Json, claim: Json) -> list[Part]:
    """Nobody gives more predictions, or answers cheap requests sooner beside them, by the margin."""
    if results["predictions"] is None:
        return []
    servings = {
        serving["target"]: serving for serving in results["predictions"]["servings"]
    }
    line = 1 / (1 + claim["margin"])
    keys = {"capacity_rps": "predictions", "beside_ms": "beside-p99"}
    return [
        replace(
            no_worse(
                servings, metric, [contestant(results, name) for name in names], line
            ),
            group=key,
        )
        for metric, key in keys.items()
        for names in product(claim["subjects"], claim["baselines"])
    ]


def no_worse(servings: Json, metric: str, pair: Sequence[str], line: float) -> Part:
    """One framework against another; of a time, less is better."""
    ours, theirs = (servings.get(target, {}).get(metric) for target in pair)
    if ours is None or theirs is None or ours["estimate"] is None:
        return Part(())
    above, under = (theirs, ours) if metric == "beside_ms" else (ours, theirs)
    return ratio(above["rounds"], under["rounds"], line, ours["estimate"]["level"])
