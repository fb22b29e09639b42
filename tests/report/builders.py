"""Synthetic Results in every state that a page must survive. All numbers invented."""

from collections.abc import Callable
from dataclasses import replace
from math import exp
from random import Random

from bench.experiments.costs.model import Breakdown, Share
from bench.judge.engine import judged
from bench.judge.judge import OTHER_MARGINS, verdict_of
from bench.judge.question import Group, Inquiry, of_ratio
from bench.judge.ranking import ranked
from bench.model.estimate import Comparison, Estimate, Metric, Quantity
from bench.model.experiment import nothing_found
from bench.model.framework import CostPart, Framework, Role, Style, Target
from bench.model.plan import Pinning, Profile
from bench.model.results import Check, Results, StoredFile, WorkloadNote
from bench.model.run import Machine, Receipt
from bench.model.verdict import Claim, GroupKind, Outcome, Verdict, Withheld
from bench.model.warning import Reason, Scope, Warning
from bench.stats import interval


METRICS = (
    Metric("throughput", "Throughput", "requests/s", True),
    Metric("cpu", "Server CPU time per request", "µs", False),
    Metric("memory", "Memory under load (PSS)", "MiB", False),
    Metric("p50", "Closed-loop latency at saturation, median", "ms", False),
    Metric("p99", "Closed-loop latency at saturation, 99th percentile", "ms", False),
    Metric("database_cpu", "Database CPU time per request", "µs", False),
    Metric("generator", "Generator CPU", "% of a core", False),
    Metric("startup", "Start to first right answer", "s", False),
    Metric("idle_memory", "Memory at rest (PSS)", "MiB", False),
)
WORKLOADS = (
    WorkloadNote("hello", "Hello, World!", "The toll that every request pays."),
    WorkloadNote("validate", "Nested JSON, validated", "Parsing and checking a body."),
    WorkloadNote("db-read", "One row by key", "One SELECT through the usual layer."),
)
FRAMEWORKS = (
    Framework("django", "Django", "django", ("6.0",), Style("#23397e", "#7686e6", "#233a7f", "#a9b5ff", "s", "dotted")),
    Framework("flask", "Flask", "flask", ("3.1",), Style("#c24a0a", "#ff9a3d", "#a33c05", "#ffb573", "o", "dashed")),
    Framework("fastapi", "FastAPI", "fastapi", ("0.142",), Style("#129c95", "#4af0df", "#0a6f6a", "#5eead9", "^", "solid")),
    Framework("floor", "Bare server", None, ("1",), Style("#525d6b", "#a7b1bf", "#525d6b", "#a7b1bf", "D", "dashdot")),
)  # fmt: skip

CPU_US = {
    "django": {"hello": 640.0, "validate": 1900.0, "db-read": 1650.0},
    "flask": {"hello": 314.0, "validate": 520.0, "db-read": 1480.0},
    "fastapi": {"hello": 148.0, "validate": 240.0, "db-read": 1520.0},
    "floor-wsgi": {"hello": 200.0},
    "floor-asgi": {"hello": 50.0},
}
MEMORY_MIB = {"django": 71.0, "flask": 52.0, "fastapi": 78.0}


def target(framework: str, deployment: str, role: Role, title: str) -> Target:
    """One set-up."""
    return Target(
        id=f"{framework}@1.0/{deployment}",
        framework=framework,
        version="1.0",
        deployment=deployment,
        role=role,
        title=title,
        interface="asgi" if deployment == "uvicorn" else "wsgi",
        concurrency="1 process, an event loop"
        if deployment == "uvicorn"
        else "1 process, 8 threads",
        serve=(deployment, "--bind={host}:{port}", "app:app"),
        why="What the framework's own documentation shows first.",
    )


DJANGO = target("django", "gunicorn-gthread", Role.CONTESTANT, "Django")
FLASK = target("flask", "gunicorn-gthread", Role.CONTESTANT, "Flask")
FASTAPI = target("fastapi", "uvicorn", Role.CONTESTANT, "FastAPI")
AGAIN = replace(
    FLASK,
    id=f"{FLASK.id}+twin",
    role=Role.TWIN,
    title="Flask (again)",
    twin_of=FLASK.id,
)
WSGI = target("floor", "gunicorn-gthread", Role.FLOOR, "Bare WSGI")
ASGI = target("floor", "uvicorn", Role.FLOOR, "Bare ASGI")
KEYS = {
    DJANGO.id: "django",
    FLASK.id: "flask",
    AGAIN.id: "flask",
    FASTAPI.id: "fastapi",
    WSGI.id: "floor-wsgi",
    ASGI.id: "floor-asgi",
}

CHECKS = (
    Check("noise", "A target entered twice equals itself (A/A)", "no difference (p = 0.41)", "Holm-adjusted p of at least 0.01", True, "every verdict becomes inconclusive", "Flask against itself: no difference, resolution 2.4 %", Scope.RUN),
    Check("generator", "The load generator was never the limit", "at most 61 % of its core", "85 % of its core", True, "no throughput verdict for what it touches; CPU verdicts stand", "generator at most 61 % of its core", Scope.THROUGHPUT, 61.0, 85.0, "% of a core"),
    Check("errors", "Every answer was right", "0 wrong or failed of 412,330", "0", True, "the windows are void and left out", "412,330 answers checked, 0 wrong", Scope.WINDOW, 0, 0, "answers"),
    Check("rounds", "There are enough rounds", "12 of 12", "6 rounds", True, "every verdict becomes inconclusive", "12 rounds, 95 % intervals", Scope.RUN, 12, 6, "rounds"),
    Check("steal", "The hypervisor took at most 5 % of the time", "3 of 288 windows", "20 % of the windows", True, "none; the reader must know", "steal in 3 of 288 windows", Scope.NOTE, 3, 57.6, "windows"),
    Check("database", "No target used more database connections than the others may", "not measured", "8", None, "none; the reader must know", "not measured", Scope.NOTE),
)  # fmt: skip


def estimate(values: list[float], level: float = 0.95) -> Estimate | None:
    """Geometric mean with its interval; None below two values."""
    if len(values) < 2:
        return None
    return interval.geometric_mean(values, level)


def series(random: Random, centre: float, rounds: int, noise: float) -> list[float]:
    """Rounds around a centre."""
    return [centre * exp(random.gauss(0, noise)) for _ in range(rounds)]


def quantity(
    target_id: str, workload: str | None, metric: str, values: list[float]
) -> Quantity:
    """A quantity with its estimate, or the reason why there is none."""
    estimated = estimate(values)
    reason = (
        None if estimated else "one round has no interval" if values else "not measured"
    )
    return Quantity(target_id, workload, metric, estimated, tuple(values), reason)


def quantities(
    targets: tuple[Target, ...], rounds: int, noise: float, scale: float = 1.0
) -> tuple[Quantity, ...]:
    """Everything that is measured, by target."""
    random = Random(20261122)
    made: list[Quantity] = []
    for candidate in targets:
        key = KEYS.get(candidate.id, candidate.framework.partition("-")[0])
        for workload, cpu in CPU_US[key].items():
            centres = {
                "throughput": 1e6 / cpu * 0.94 / scale,
                "cpu": cpu * scale,
                "memory": MEMORY_MIB.get(key, 24.0) * 1.3,
                "p50": cpu * scale * 0.016,
                "p99": cpu * scale * 0.05,
                "database_cpu": 190.0 * scale if workload == "db-read" else 0.4,
                "generator": 1200.0 / cpu + 20,
            }
            made += [
                quantity(
                    candidate.id, workload, name, series(random, centre, rounds, noise)
                )
                for name, centre in centres.items()
            ]
        for name, centre in (
            ("startup", 0.35 if key != "django" else 0.62),
            ("idle_memory", MEMORY_MIB.get(key, 18.0)),
        ):
            values = series(random, centre, rounds, noise)
            made.append(quantity(candidate.id, None, name, values))
    return tuple(made)


def comparison(
    made: tuple[Quantity, ...], pair: tuple[Target, Target], workload: str, metric: str
) -> Comparison | None:
    """The paired ratio of two quantities, or None where one is missing."""
    by_key = {(q.target, q.workload, q.metric): q for q in made}
    both = [by_key.get((target_of.id, workload, metric)) for target_of in pair]
    if both[0] is None or both[1] is None:
        return None
    higher = next(
        metric_spec for metric_spec in METRICS if metric_spec.name == metric
    ).higher_is_better
    ratios = [
        (a / b if higher else b / a)
        for a, b in zip(both[0].rounds, both[1].rounds, strict=True)
        if a is not None and b is not None
    ]
    return Comparison(
        subject=pair[0].id,
        baseline=pair[1].id,
        workload=workload,
        metric=metric,
        advantage=estimate(ratios),
        rounds=tuple(ratios),
        smallest_detectable=1.031,
        p_value=0.004,
    )


def comparisons(
    targets: tuple[Target, ...], made: tuple[Quantity, ...]
) -> tuple[Comparison, ...]:
    """Contestants with each other, the twin with itself, contestants with floors."""
    contestants = [
        candidate for candidate in targets if candidate.role is Role.CONTESTANT
    ]
    pairs = [(a, b) for a in contestants for b in contestants if a is not b]
    pairs += [(AGAIN, FLASK)] if AGAIN in targets else []
    floors = [candidate for candidate in targets if candidate.role is Role.FLOOR]
    pairs += [
        (contestant, floor)
        for contestant in contestants
        for floor in floors
        if contestant.interface == floor.interface
    ]
    compared = [
        comparison(made, pair, note.name, metric)
        for note in WORKLOADS
        for metric in ("throughput", "cpu", "memory")
        for pair in pairs
    ]
    return tuple(pair for pair in compared if pair is not None)


CLAIMS = (
    Claim("order-fastapi-first", "In performance, FastAPI leads because it is speed-oriented", "last section, second paragraph", "FastAPI handles more requests per second than Flask and Django on every headline workload", "throughput", ("fastapi",), ("flask", "django"), ("hello", "validate", "db-read"), 0.05, ("each framework stands on the server that its documentation names first",)),
    Claim("order-flask-second", "then next to Flask", "last section", "Flask handles more requests per second than Django on every headline workload", "throughput", ("flask",), ("django",), ("hello", "validate", "db-read"), 0.05, ()),
    Claim("order-django-last", "finally Django, which is not very fast", "last section", "Both others handle more requests per second than Django", "throughput", ("fastapi", "flask"), ("django",), ("hello", "validate", "db-read"), 0.05, ()),
    Claim("fastapi-is-fast", "highly performant", "section on FastAPI", "CPU time per request below that of Flask and Django", "cpu", ("fastapi",), ("flask", "django"), ("hello", "validate", "db-read"), 0.05, ("CPU time counts the server's processes only",)),
    Claim("biggest-community", "biggest community", "section on Django", "no harness can count a community", "", (), (), (), 0.0, ()),
)  # fmt: skip


def verdict(
    claim: Claim, made: tuple[Comparison, ...], forced: str | None = None
) -> Verdict:
    """A claim judged on its comparisons, as every run is."""
    if not claim.subjects:
        why = "No harness can decide it"
        return Verdict(replace(claim, not_measurable=why), Outcome.NOT_MEASURABLE, why)
    names = {
        contestant.id: contestant.framework for contestant in (DJANGO, FLASK, FASTAPI)
    }
    pairs = [
        pair
        for pair in made
        if names.get(pair.subject) in claim.subjects
        and names.get(pair.baseline) in claim.baselines
        and pair.workload in claim.workloads
        and pair.metric == claim.metric
    ]
    keys = dict.fromkeys(pair.workload for pair in pairs)
    groups = tuple(Group(GroupKind.WORKLOAD, key, key) for key in keys)
    decision = judged(
        lambda margin: Inquiry(
            groups, tuple(of_ratio(pair.workload, pair, margin) for pair in pairs)
        ),
        claim.margin,
        Withheld("noise", "", forced) if forced else None,
        OTHER_MARGINS,
    )
    return verdict_of(claim, decision)


SHARES = {
    "hello": ((CostPart.SERVER, "bare server", 0.55), (CostPart.FRAMEWORK, "framework and application", 0.45)),
    "validate": (
        (CostPart.SERVER, "bare server, as on hello", 0.2),
        (CostPart.FRAMEWORK, "framework, as on hello", 0.2),
        (CostPart.VALIDATION, "validation: pydantic above msgspec", 0.65),
        (CostPart.REST, "rest", -0.05),
    ),
    "db-read": ((CostPart.DATABASE, "database layer: SQLAlchemy above psycopg alone", 0.6), (CostPart.REST, "server, framework, rest", 0.4)),
}  # fmt: skip
"""Parts as shares of the total; on validate one of them comes out below zero."""


def breakdowns(made: tuple[Quantity, ...]) -> tuple[Breakdown, ...]:
    """What every contestant's requests are made of, where their cost was measured."""
    contestants = {contestant.id for contestant in (DJANGO, FLASK, FASTAPI)}
    rows = []
    for measured in made:
        total = measured.estimate
        if (
            measured.metric != "cpu"
            or measured.target not in contestants
            or total is None
        ):
            continue
        shares = tuple(
            Share(part, label, scaled(total, share))
            for part, label, share in SHARES[measured.workload or ""]
        )
        rows.append(Breakdown(measured.target, measured.workload or "", total, shares))
    return tuple(rows)


def scaled(total: Estimate, share: float) -> Estimate:
    """A part of a total, as sure as that is."""
    half = (total.high - total.low) / 2
    middle = total.point * share
    return Estimate(middle, middle - half, middle + half, total.level, total.n)


def results(
    targets: tuple[Target, ...] = (DJANGO, FLASK, FASTAPI, AGAIN, WSGI, ASGI),
    rounds: int = 12,
    noise: float = 0.02,
    forced: str | None = None,
    change: Callable[[tuple[Quantity, ...]], tuple[Quantity, ...]] = lambda made: made,
    scale: float = 1.0,
) -> Results:
    """A whole run; `change` may take quantities away before they are compared."""
    made = change(quantities(targets, rounds, noise, scale))
    pairs = comparisons(targets, made)
    made_results = Results(
        schema=1,
        run_id="2026-11-22-a1b2c3",
        created_at="2026-11-22T09:40:00Z",
        command="python -m bench run --profile quick --seed 20261122",
        engine="local",
        profile=Profile("quick", "The default: three headline workloads", ("contestant",), "flask", ("hello", "validate", "db-read"), (rounds,), 4, 16, 0.5, 1.5, 200, True),
        seed=20261122,
        workers=1,
        threads=8,
        pinning=Pinning((0,), (1,), (1,), (1,), "load, database and harness share core 1"),
        rounds_planned=rounds,
        rounds_done=rounds,
        frameworks=FRAMEWORKS,
        targets=targets,
        workloads=WORKLOADS,
        metrics=METRICS,
        quantities=made,
        comparisons=pairs,
        checks=CHECKS,
        warnings=(
            Warning(Reason("python", "This Python was built without profile-guided optimisation", Scope.NOTE, "All targets ran on it, so ratios are fair."), "CPython 3.13.0"),
        ),
        verdicts=tuple(verdict(claim, pairs, forced) for claim in CLAIMS),
        no_verdicts_because=None,
        failures=(),
        machine=Machine("EPYC 7763", 2, 1, 25_000_000_000, "6.1.0", "KVM", None, "3.13.0", False, None, "v2", 0.42, "7c1f9e", {"swap": "0 MB used"}),
        receipts={candidate.id: Receipt("1.0.3", "3.13.0", {"gunicorn": "26.0", candidate.framework: "1.0.3"}, "ab" * 32, "cd" * 32) for candidate in targets},
        database={"version": "PostgreSQL 18.1", "fsync": "off"},
        harness={"commit": "a1b2c3d", "locust": "2.47.0"},
        found=nothing_found() | {"breakdowns": breakdowns(made)},
        files=(StoredFile("run.json", 18_231, "ef" * 32), StoredFile("trials.jsonl", 1_218_231, "0a" * 32)),
    )  # fmt: skip
    return ranked_again(made_results)


def ranked_again(made: Results) -> Results:
    """After a change: who is ahead of whom, among the last version of each framework."""
    own = [candidate for candidate in made.targets if candidate.role is Role.CONTESTANT]
    return ranked(
        made, list({contestant.framework: contestant.id for contestant in own}.values())
    )
