"""Runs with a known truth: given ratios, given scatter, given faults."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from bench.model.calibration import Calibration
from bench.model.framework import Framework, Role, Style, Target
from bench.model.load import Load
from bench.model.plan import Cell, Pinning, Plan, Profile
from bench.model.run import Machine, Receipt, Run, RunRecord
from bench.model.trial import (
    Boot,
    MachineTrace,
    Quantiles,
    RoundEnd,
    Window,
    WindowStats,
)
from bench.model.verdict import Claim


LOOK = Style("#111111", "#eeeeee", "#111111", "#eeeeee", "o", "solid")
FRAMEWORKS = tuple(
    Framework(name, title, name, ("1.0", "2.0"), LOOK)
    for name, title in (("fastapi", "FastAPI"), ("flask", "Flask"), ("django", "Django"))
)  # fmt: skip
DJANGO = "django@2.0/gthread"
FLASK = "flask@2.0/gthread"
FASTAPI = "fastapi@2.0/uvicorn"
AGAIN = "flask@2.0/gthread+again"
WSGI = "floor@1/gthread"
ASGI = "floor@1/uvicorn"
WORKLOADS = ("hello", "validate", "db-read")
QUIET = MachineTrace(2.1, 0.01, 3.0, 0.02, 0.4, 2600.0, 0, 0)
"""Server threads that wait for each other, and nobody else at work."""
SPEEDS = {FASTAPI: 1.44, FLASK: 1.2, DJANGO: 1.0, AGAIN: 1.2, WSGI: 3.0, ASGI: 4.0}
"""Requests per CPU second, relative to the slowest."""


def target(
    target_id: str,
    role: Role = Role.CONTESTANT,
    interface: str = "wsgi",
    twin_of: str | None = None,
) -> Target:
    """A target by its id alone."""
    name, _, rest = target_id.partition("@")
    version, _, deployment = rest.partition("/")
    titles = {framework.name: framework.title for framework in FRAMEWORKS}
    return Target(
        id=target_id,
        framework=name,
        version=version,
        deployment=deployment.removesuffix("+again"),
        role=role,
        title=titles.get(name, name),
        interface=interface,
        concurrency="1 process, 8 threads",
        serve=("server",),
        why="to be measured",
        twin_of=twin_of,
    )


TARGETS = (
    target(FASTAPI, interface="asgi"),
    target(FLASK),
    target(DJANGO),
    target(AGAIN, Role.TWIN, twin_of=FLASK),
    replace(target(WSGI, Role.FLOOR), workloads=("hello", "validate")),
    replace(target(ASGI, Role.FLOOR, "asgi"), workloads=("hello", "validate")),
)


@dataclass(frozen=True)
class Truth:
    """What is really so in a synthetic run."""

    rounds: int = 6
    cycles: int = 4
    looks: tuple[int, ...] = (6,)
    speeds: Mapping[str, float] = field(default_factory=lambda: SPEEDS)
    restart: float = 0.01  # scatter of logs from round to round, of each cell
    window: float = 0.02  # from window to window
    machine: float = 0.3  # of the machine, common to a cycle
    targets: Sequence[Target] = TARGETS
    workloads: Sequence[str] = WORKLOADS
    verdicts: bool = True
    seed: int = 1
    fault: Callable[[Window], Window | None] = lambda window: window


def profile_of(truth: Truth) -> Profile:
    """The profile that such a run would have been asked with."""
    return Profile(
        name="made",
        why="a test",
        targets=("contestant", "floor"),
        twin="flask",
        workloads=tuple(truth.workloads),
        looks=truth.looks,
        cycles=truth.cycles,
        clients=16,
        warm_s=0.5,
        measure_s=1.5,
        warmup_requests=0,
        verdicts=truth.verdicts,
    )


def plan_of(truth: Truth) -> Plan:
    """All cells of the truth."""
    load = Load(16, 0.5, 1.5)
    return Plan(
        profile=profile_of(truth),
        engine="none",
        targets=tuple(truth.targets),
        cells=tuple(
            Cell(one.id, workload, load)
            for workload in truth.workloads
            for one in truth.targets
            if one.serves(workload)
        ),
        seed=truth.seed,
        workers=1,
        threads=8,
        connections=8,
        pinning=Pinning((0,), (1,), (2,), (3,), None),
    )


def make_run(truth: Truth | None = None) -> Run:
    """A run in which the truth holds, noise aside."""
    truth = truth or Truth()
    plan = plan_of(truth)
    windows = tuple(
        kept
        for window in _windows(truth, plan)
        if (kept := truth.fault(window)) is not None
    )
    numbers = range(1, truth.rounds + 1)
    return Run(
        record=_record(plan),
        boots=tuple(
            Boot(number, one.id, 0.4 + 0.01 * number, 40 * 2**20, ("server",))
            for number in numbers
            for one in truth.targets
        ),
        windows=windows,
        failures=(),
        ends=tuple(RoundEnd(number, {FLASK: 8}, "f") for number in numbers),
    )


def _windows(truth: Truth, plan: Plan) -> Iterator[Window]:
    random = np.random.default_rng(truth.seed)
    cells = {(cell.target, cell.workload) for cell in plan.cells}
    ids = [one.id for one in truth.targets]
    for number, workload in product(range(1, truth.rounds + 1), truth.workloads):
        start = random.normal(0, truth.restart, len(ids))
        for cycle in range(1, truth.cycles + 1):
            common = random.normal(0, truth.machine)
            own = start + common + random.normal(0, truth.window, len(ids))
            for one, log_speed in zip(ids, own, strict=True):
                if (one, workload) in cells:
                    speed = truth.speeds[one] * float(np.exp(log_speed))
                    yield window_of((number, cycle, one, workload), speed)


def window_of(place: tuple[int, int, str, str], speed: float) -> Window:
    """One window of a target of that relative speed, nothing wrong with it."""
    # Large counts, so that whole requests do not round the truth away.
    requests = round(1_500_000 * speed)
    total = round(requests * 4 / 3)
    latency_us = 16e6 / requests * 1.5
    return Window(
        *place,
        load="closed-16",
        started_at="2026-01-01T00:00:00Z",
        tally=WindowStats(
            requests=requests,
            requests_total=total,
            measure_s=1.5,
            errors={},
            first_error=None,
            connections_opened=0,
            retried=0,
            latency_us=Quantiles(*(latency_us * k for k in (1, 1.5, 2, 3, 5))),
            service_us=None,
            per_second=(),
            generator_cpu_s=0.6,
            late_sends=0,
            offered=None,
            locust_requests=total,
        ),
        server_cpu_ns=round(total * 1e6 / speed),
        server_memory_bytes=round(50 * 2**20 / speed),
        database_cpu_ns=total * 1000,
        others_cpu_ns=1_000_000,
        steal_s=0.0,
        throttled_s=None,
        samples=None,
        trace=QUIET,
    )


def only(
    change: Callable[[Window], Window], **where: object
) -> Callable[[Window], Window]:
    """A fault that strikes the windows whose fields have these values (or one of a tuple)."""

    def fault(window: Window) -> Window:
        hit = all(
            getattr(window, name) in (value if isinstance(value, tuple) else (value,))
            for name, value in where.items()
        )
        return change(window) if hit else window

    return fault


def tally(window: Window, **changes: object) -> Window:
    """The window with another tally."""
    return replace(window, tally=replace(window.tally, **changes))  # type: ignore[arg-type]


def claim(
    subjects: Sequence[str] = ("fastapi",),
    baselines: Sequence[str] = ("flask", "django"),
    metric: str = "throughput",
    workloads: Sequence[str] = WORKLOADS,
    margin: float = 0.05,
) -> Claim:
    """A claim of an order."""
    return Claim(
        id="order",
        quote="leads",
        where="here",
        reading="more of it",
        metric=metric,
        subjects=tuple(subjects),
        baselines=tuple(baselines),
        workloads=tuple(workloads),
        margin=margin,
        caveats=(),
    )


def _record(plan: Plan) -> RunRecord:
    receipt = Receipt("2.0", "3.13.0", {}, "0" * 64, "1" * 64)
    return RunRecord(
        id="2026-01-01-made",
        created_at="2026-01-01T00:00:00Z",
        schema=1,
        command="bench run",
        plan=plan,
        machine=Machine(
            cpu_model="made",
            cores=4,
            threads_per_core=1,
            memory_bytes=2**33,
            kernel="6",
            hypervisor=None,
            governor=None,
            python="3.13.0",
            python_optimised=True,
            container_engine=None,
            cgroup=None,
            load_average=0.0,
            fingerprint="f",
        ),
        receipts={one.id: receipt for one in plan.targets},
        database={},
        harness={},
        calibration=Calibration(
            schema=1,
            created_at="2026-01-01T00:00:00Z",
            fingerprint="f",
            cpu_model="made",
            took_s=100.0,
            closed_ceiling_rps=1e9,
            open_ceiling_rps=1e9,
            proofs=(),
            numbers={},
        ),
    )
