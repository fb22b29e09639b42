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
    found = {one["target"]: one for one in (results["turns"] or {}).get("set_ups", ())}
    usual = {contestant(results, name) for name in claim["subjects"]}
    if not usual <= found.keys():
        return []
    versions = {t["version"] for t in results["targets"] if t["id"] in usual}
    return [
        replace(
            under_way(found[target["id"]], 1 + claim["margin"]),
            group=target["deployment"],
        )
        for target in results["targets"]
        if target["id"] in found
        and target["framework"] in claim["subjects"]
        and target["version"] in versions
        and (target["id"] in usual or measured(found[target["id"]]))
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
    found = results["scalings"] or {"clients": (), "workers": ()}
    own = {contestant(results, name) for name in claim["subjects"]}
    line = 1 - claim["margin"]

    def asked(rows: Sequence[Json]) -> list[Json]:
        return [
            one
            for one in rows
            if one["target"] in own and one["workload"] in claim["workloads"]
        ]

    clients = [
        replace(last_of_all(one, line), group=f"clients on {one['workload']}")
        for one in asked(found["clients"])
    ]
    if len(clients) < len(claim["subjects"]) * len(claim["workloads"]):
        return []
    if not found["workers"]:  # no processors for them: it stays open
        return [*clients, Part((), void=True, group="workers")]
    most = max(one["workers"] for one in found["workers"])
    return clients + [
        replace(of_ideal(one, line), group="workers")
        for one in asked(found["workers"])
        if one["workers"] == most
    ]


def last_of_all(one: Json, line: float) -> Part:
    """Throughput at the last number of clients, over that at each smaller one that counts."""
    *fewer, last = one["points"]
    if last["excluded"]:
        return Part((), void=True)
    shares = [
        ratio(last["rounds"], point["rounds"], line, last["rate_rps"]["level"])
        for point in fewer
        if not point["excluded"]
    ]
    held = tuple(held for share in shares for held in share.held)
    return Part(held, last["rate_rps"]["level"])


def of_ideal(one: Json, line: float) -> Part:
    """Throughput of several workers, as a share of as many single ones."""
    values = [value for value in one["rounds"] if value is not None]
    if one["gain"] is None:
        return Part((), void=bool(one["reason"]))
    return Part((at_least(values, line),), one["gain"]["level"], bool(one["reason"]))


def stress(results: Json, claim: Json) -> list[Part]:
    """Every question of the reading, asked of every subject."""
    found = results["stress"] or {"targets": ()}
    own = [contestant(results, name) for name in claim["subjects"]]
    stressed = {
        one["target"]: one
        for one in found["targets"]
        if one["workload"] in claim["workloads"]
    }
    if any(target not in stressed for target in own):
        return []
    return [part for target in own for part in asked_of(found, stressed[target], claim)]


def asked_of(found: Json, one: Json, claim: Json) -> list[Part]:
    """What goes on being answered, what fails, and how long it takes to be back."""
    shares, failed, limit_s = limits(claim["reading"], found)
    line = 1 - claim["margin"]
    held: list[Held] = [at_least(kept(one, share), line) for share in shares]
    held.append(below(worst_failed(one, min(shares)), failed))
    back_s = [value for value in one["recovery_s"]["rounds"] if value is not None]
    held.append(at_most(back_s, limit_s))
    keys = [*(f"answered at {share:.0%}" for share in shares), "failed requests"]
    parts = [
        Part((each,) if each.rounds else (), found["level"], group=key)
        for each, key in zip(held, (*keys, "recovery"), strict=True)
    ]
    gave_up = 2 * len(one["failures"]) > len(found["rounds"])
    return [*parts, Part((), witness="refuted", group="gave up")] if gave_up else parts


def limits(reading: str, found: Json) -> tuple[list[float], float, float]:
    """The shares of capacity, the share that may fail and the seconds, as the sentence has them."""
    at = re.search(r"at (\d+) %, (\d+) % and (\d+) % of its own capacity", reading)
    failed = re.search(r"fewer than (\d+) % of the requests", reading)
    after = re.search(r"(\S+) s after a surge of (\S+) s at (\d+) %", reading)
    assert at and failed and after, reading
    assert float(after[2]) == found["surge"]["lasts_s"]
    peak = 100 * found["base_share"] * found["surge"]["times"]
    assert isclose(float(after[3]), peak)
    shares = [int(share) / 100 for share in at.groups()]
    return shares, int(failed[1]) / 100, float(after[1])


def kept(one: Json, share: float) -> list[float]:
    """What was answered, over what was offered or the capacity, whichever is less."""
    capacity = one["capacity_rps"]["rounds"]
    for step in one["steps"]:
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


def worst_failed(one: Json, asked_from: float) -> list[float]:
    """The largest share that failed, in each round that has every step from the least share that is asked about."""
    rows = zip(*(step["failed"]["rounds"] for step in one["steps"]), strict=True)
    shares = [step["share"] for step in one["steps"]]
    found = []
    for row in rows:
        steps = list(zip(shares, row, strict=True))
        if all(value is not None for share, value in steps if share >= asked_from):
            found.append(max(value for value in row if value is not None))
    return found


def predictions(results: Json, claim: Json) -> list[Part]:
    """Nobody gives more predictions, or answers cheap requests sooner beside them, by the margin."""
    if results["predictions"] is None:
        return []
    found = {one["target"]: one for one in results["predictions"]["servings"]}
    line = 1 / (1 + claim["margin"])
    keys = {"capacity_rps": "predictions", "beside_ms": "beside-p99"}
    return [
        replace(
            no_worse(
                found, metric, [contestant(results, name) for name in names], line
            ),
            group=key,
        )
        for metric, key in keys.items()
        for names in product(claim["subjects"], claim["baselines"])
    ]


def no_worse(found: Json, metric: str, pair: Sequence[str], line: float) -> Part:
    """One framework against another; of a time, less is better."""
    ours, theirs = (found.get(target, {}).get(metric) for target in pair)
    if ours is None or theirs is None or ours["estimate"] is None:
        return Part(())
    above, under = (theirs, ours) if metric == "beside_ms" else (ours, theirs)
    return ratio(above["rounds"], under["rounds"], line, ours["estimate"]["level"])
