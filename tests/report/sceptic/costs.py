"""The rules on CPU time, memory and starts, a second time: from the reading, and from results.json alone."""

from dataclasses import replace
from itertools import product

from tests.report.published import Json, contestant, pairs
from tests.report.sceptic.arithmetic import (
    Part,
    at_least,
    both,
    ratio,
    times_as_much,
)


def own_share(results: Json, claim: Json) -> list[Part]:
    """What each baseline adds to its bare server, over what the subject adds to its own."""
    line = 1 + claim["margin"]
    return [
        replace(
            contrast(results, (baseline, subject), workload, "framework", line),
            group=workload,
        )
        for workload, subject, baseline in pairs(claim)
    ]


def contrast(
    results: Json, names: tuple[str, str], workload: str, part: str, line: float
) -> Part:
    """One difference against the other."""
    more, less = (difference(results, name, workload, part) for name in names)
    if more is None or less is None:
        return Part(())
    held = times_as_much(both(more["rounds"], less["rounds"]), line)
    void = bool(more["void"] or less["void"])
    return Part((held,), more["estimate"]["level"], void)


def difference(results: Json, framework: str, workload: str, part: str) -> Json | None:
    """What a framework spends more than its bare server, or than the set-up that lacks just this."""
    targets = {target["id"]: target for target in results["targets"]}
    for cost in results["costs"]:
        less = targets.get(cost["less"], {})
        isolated = less.get("role") == "floor" or less.get("isolates") == part
        here = (cost["target"], cost["workload"], cost["part"]) == (
            contestant(results, framework),
            workload,
            part,
        )
        if here and isolated and cost["estimate"]:
            return dict(cost)
    return None


def weight(results: Json, claim: Json) -> list[Part]:
    """CPU time on every workload, the start, then memory at rest and on every workload."""
    line = 1 + claim["margin"]
    against = list(product(claim["subjects"], claim["baselines"]))
    on = [(pair, workload) for workload in claim["workloads"] for pair in against]
    cpu = [(under_load(results, ("cpu", w), pair, line), w) for pair, w in on]
    start = [(at_rest(results, "startup", pair, line), "startup") for pair in against]
    rest = [(at_rest(results, "idle_memory", pair, line), "memory") for pair in against]
    load = [
        (under_load(results, ("memory", w), pair, line), "memory") for pair, w in on
    ]
    return [replace(part, group=key) for part, key in (*cpu, *start, *rest, *load)]


def lacks_time_per_request(claim: Json, parts: list[Part]) -> bool:
    """Whether the core of "slow" was not measured on some workload."""
    return any(
        not p.held and not p.void for p in parts if p.group in claim["workloads"]
    )


def at_rest(results: Json, metric: str, pair: tuple[str, str], line: float) -> Part:
    """What is measured once for each start of a server."""
    quantities = {
        quantity["target"]: quantity
        for quantity in results["quantities"]
        if quantity["metric"] == metric
        and quantity["workload"] is None
        and quantity["estimate"]
    }
    heavy, light = (quantities.get(contestant(results, name)) for name in pair)
    if heavy is None or light is None:
        return Part(())
    return ratio(heavy["rounds"], light["rounds"], line, heavy["estimate"]["level"])


def under_load(
    results: Json, what: tuple[str, str], pair: tuple[str, str], line: float
) -> Part:
    """The comparison in which the lighter one leads."""
    heavy, light = (contestant(results, name) for name in pair)
    for comparison in results["comparisons"]:
        of = (
            comparison["subject"],
            comparison["baseline"],
            comparison["metric"],
            comparison["workload"],
        )
        if of == (light, heavy, *what) and comparison["advantage"]:
            values = [value for value in comparison["rounds"] if value is not None]
            level = comparison["advantage"]["level"]
            return Part((at_least(values, line),), level, bool(comparison["void"]))
    return Part(())
