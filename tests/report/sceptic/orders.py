"""Orders and counts, a second time: from the reading, and from results.json alone."""

from itertools import product

from tests.report.published import Json, contestant
from tests.report.sceptic.arithmetic import Part, at_least


def order(results: Json, claim: Json, metric: str) -> list[Part]:
    """Every subject over every baseline: on each workload, and where else the run measured all of them."""
    names = [*claim["subjects"], *claim["baselines"]]
    usual = {name: contestant(results, name) for name in names}
    bare = {name: without_layer(results, name) for name in names}
    parts = [
        part
        for workload in claim["workloads"]
        for part in on(results, claim, (metric, workload, workload), usual)
    ]
    further = [(w, w, usual) for w in claim["also_on"]]
    further += [(w, f"{w}+sql", bare) for w in claim["without_layer"]]
    for workload, key, targets in further:
        group_parts = on(results, claim, (metric, workload, key), targets)
        parts += group_parts if all(part.held for part in group_parts) else []
    return parts


def on(
    results: Json, claim: Json, what: tuple[str, str, str], targets: dict[str, str]
) -> list[Part]:
    """The comparisons of one group: metric, workload and the name of the group."""
    metric, workload, key = what
    comparisons = {
        (row["subject"], row["baseline"], row["workload"], row["metric"]): row
        for row in results["comparisons"]
    }
    group_parts = []
    for subject, baseline in product(claim["subjects"], claim["baselines"]):
        comparison = comparisons.get(
            (targets[subject], targets[baseline], workload, metric)
        )
        if comparison is None or comparison["advantage"] is None:
            group_parts.append(Part((), group=key))
            continue
        values = [value for value in comparison["rounds"] if value is not None]
        held = (at_least(values, 1 + claim["margin"]),)
        level = comparison["advantage"]["level"]
        group_parts.append(Part(held, level, bool(comparison["void"]), group=key))
    return group_parts


def without_layer(results: Json, framework: str) -> str:
    """The set-up that is the usual one without its database layer."""
    usual = contestant(results, framework)
    version = {t["id"]: t["version"] for t in results["targets"]}.get(usual)
    for target in results["targets"]:
        same = (target["framework"], target["version"]) == (framework, version)
        if same and target["isolates"] == "database":
            return str(target["id"])
    return ""


def counted(results: Json, claim: Json) -> list[Part]:
    """More than each of the others by every count; what is counted needs no statistics."""
    if results["exhibits"] is None:
        return []
    values = {
        (count["framework"], count["measure"]): count["value"]
        for count in results["exhibits"]["counts"]
    }
    return [
        more(values.get((subject, measure)), values.get((baseline, measure)), baseline)
        for baseline, measure, subject in product(
            claim["baselines"], claim["counts"], claim["subjects"]
        )
    ]


def more(ours: float | None, theirs: float | None, group: str) -> Part:
    """One count against another."""
    if ours is None or theirs is None:
        return Part((), group=group)
    return Part((), witness="supported" if ours > theirs else "refuted", group=group)
