"""The rules on CPU time, memory and starts, a second time: from the reading, and from results.json alone."""

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
        contrast(results, (baseline, subject), workload, "framework", line)
        for workload, subject, baseline in pairs(claim)
    ]


def layers(results: Json, claim: Json) -> list[Part]:
    """What the subject's layer costs, over what the baseline's does."""
    line = 1 + claim["margin"]
    return [
        contrast(results, (subject, baseline), workload, "database", line)
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
        told = less.get("role") == "floor" or less.get("isolates") == part
        here = (cost["target"], cost["workload"], cost["part"]) == (
            contestant(results, framework),
            workload,
            part,
        )
        if here and told and cost["estimate"]:
            return dict(cost)
    return None


def weight(results: Json, claim: Json) -> list[Part]:
    """Start and memory at rest, then CPU time and memory under load on every workload."""
    line = 1 + claim["margin"]
    against = list(product(claim["subjects"], claim["baselines"]))
    once = [
        at_rest(results, metric, pair, line)
        for metric in ("startup", "idle_memory")
        for pair in against
    ]
    each = [
        under_load(results, (metric, workload), pair, line)
        for metric in ("cpu", "memory")
        for workload in claim["workloads"]
        for pair in against
    ]
    return once + each


def at_rest(results: Json, metric: str, pair: tuple[str, str], line: float) -> Part:
    """What is measured once for each start of a server."""
    found = {
        one["target"]: one
        for one in results["quantities"]
        if one["metric"] == metric and one["workload"] is None and one["estimate"]
    }
    heavy, light = (found.get(contestant(results, name)) for name in pair)
    if heavy is None or light is None:
        return Part(())
    return ratio(heavy["rounds"], light["rounds"], line, heavy["estimate"]["level"])


def under_load(
    results: Json, what: tuple[str, str], pair: tuple[str, str], line: float
) -> Part:
    """The comparison in which the lighter one leads."""
    heavy, light = (contestant(results, name) for name in pair)
    for one in results["comparisons"]:
        of = (one["subject"], one["baseline"], one["metric"], one["workload"])
        if of == (light, heavy, *what) and one["advantage"]:
            values = [value for value in one["rounds"] if value is not None]
            level = one["advantage"]["level"]
            return Part((at_least(values, line),), level, bool(one["void"]))
    return Part(())


def validators(results: Json, claim: Json) -> list[Part]:
    """Whole requests: each with its own validator, then all with one that all have; no pair twice."""
    line = 1 + claim["margin"]
    shared = with_common_validator(results, claim)
    asked: dict[tuple[str, str, str], Part] = {}
    for workload, subject, baseline in pairs(claim):
        own = (contestant(results, subject), contestant(results, baseline))
        for ours, theirs in (own, (shared.get(subject), shared.get(baseline))):
            names = (ours or f"{subject}, shared", theirs or f"{baseline}, shared")
            less, more = (whole(results, name, workload) for name in names)
            known = less is not None and more is not None
            part = (
                ratio(more["rounds"], less["rounds"], line, more["estimate"]["level"])
                if known and less and more
                else Part(())
            )
            asked.setdefault((*names, workload), part)
    return list(asked.values())


def with_common_validator(results: Json, claim: Json) -> dict[str, str]:
    """By framework, its target with the first validator that all of the claim have."""
    having: dict[str, dict[str, str]] = {}
    newest = {
        target["id"]: (target["framework"], target["version"])
        for target in results["targets"]
        if target["id"] == contestant(results, target["framework"])
    }
    for target in results["targets"]:
        on_trial = (target["framework"], target["version"]) in newest.values()
        stands = target["role"] in ("contestant", "ablation")
        if target["validator"] and on_trial and stands:
            own = having.setdefault(target["validator"], {})
            own.setdefault(target["framework"], target["id"])
    wanted = {*claim["subjects"], *claim["baselines"]}
    return next((own for own in having.values() if wanted <= own.keys()), {})


def whole(results: Json, target: str, workload: str) -> Json | None:
    """All that a request costs, where validators were compared."""
    for cost in results["costs"]:
        here = (cost["target"], cost["workload"]) == (target, workload)
        played = cost["experiment"] in ("validators", "")
        if here and played and cost["part"] is None:
            return dict(cost) if cost["estimate"] else None
    return None
