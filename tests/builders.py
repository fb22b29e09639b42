"""Small valid nouns for tests; say only what matters, the rest has defaults."""

from dataclasses import replace
from typing import Any

from bench.model.framework import Role, Target
from bench.model.load import Load
from bench.model.plan import Cell, Pinning, Plan, Profile
from bench.model.run import SCHEMA, Machine, Receipt, RunRecord
from bench.model.trial import Quantiles, Window, WindowStats


PINNING = Pinning((0,), (1,), (1,), (1,), "load, database and harness share core 1")


def target(name: str = "alpha", **changes: Any) -> Target:
    """A contestant of a framework that bears its name."""
    plain = Target(
        id=f"{name}@1.0/server",
        framework=name,
        version="1.0",
        deployment="server",
        role=Role.CONTESTANT,
        title=name.title(),
        interface="wsgi",
        concurrency="1 process",
        serve=("serve", "{port}"),
        why="a test",
    )
    return replace(plain, **changes)


def profile(**changes: Any) -> Profile:
    """Two rounds of two cycles of one workload."""
    plain = Profile(
        name="tiny",
        why="a test",
        targets=("contestant",),
        twin="alpha",
        workloads=("hello",),
        looks=(2,),
        cycles=2,
        clients=4,
        warm_s=0.0,
        measure_s=1.0,
        warmup_requests=10,
        verdicts=True,
    )
    return replace(plain, **changes)


def plan(*names: str, workloads: tuple[str, ...] = ("hello",), **changes: Any) -> Plan:
    """A plan of some targets; changes go to its profile."""
    tiny = profile(workloads=workloads, **changes)
    targets = tuple(target(name) for name in names or ("alpha", "beta"))
    load = Load(tiny.clients, tiny.warm_s, tiny.measure_s)
    cells = tuple(Cell(t.id, name, load) for name in workloads for t in targets)
    return Plan(tiny, "fake", targets, cells, 7, 1, 8, 8, PINNING)


def tally(requests: int = 100, **changes: Any) -> WindowStats:
    """A window without a fault."""
    quantiles = Quantiles(1000.0, 2000.0, 3000.0, 4000.0, 5000.0)
    plain = WindowStats(
        requests=requests,
        requests_total=requests,
        measure_s=1.0,
        errors={},
        first_error=None,
        connections_opened=4,
        retried=0,
        latency_us=quantiles,
        service_us=quantiles,
        per_second=(requests,),
        generator_cpu_s=0.1,
        late_sends=0,
        offered=None,
        locust_requests=requests,
    )
    return replace(plain, **changes)


def window(**changes: Any) -> Window:
    """The first window of alpha."""
    plain = Window(
        round=1,
        cycle=1,
        target="alpha@1.0/server",
        workload="hello",
        load="closed-4",
        started_at="2026-01-01T00:00:00.000Z",
        tally=tally(),
        server_cpu_ns=10_000_000,
        server_memory_bytes=50_000_000,
        database_cpu_ns=0,
        others_cpu_ns=0,
        steal_s=0.0,
        throttled_s=None,
        samples=None,
    )
    return replace(plain, **changes)


def machine(**changes: Any) -> Machine:
    """A quiet machine of two cores."""
    plain = Machine(
        cpu_model="Test CPU",
        cores=2,
        threads_per_core=1,
        memory_bytes=8 * 2**30,
        kernel="Linux 6.1",
        hypervisor=None,
        governor=None,
        python="3.13.0",
        python_optimised=True,
        container_engine=None,
        cgroup="v2",
        load_average=0.1,
        fingerprint="abcd1234",
    )
    return replace(plain, **changes)


def receipt() -> Receipt:
    """What a target runs on."""
    return Receipt("1.0.0", "3.13.0", {"alpha": "1.0.0"}, "1" * 64, "2" * 64)


def record(of: Plan | None = None, **changes: Any) -> RunRecord:
    """The head of a run."""
    this = of or plan()
    plain = RunRecord(
        id="20260101T000000Z-tiny-0007",
        created_at="2026-01-01T00:00:00Z",
        schema=SCHEMA,
        command="python -m bench run --profile tiny --seed 7",
        plan=this,
        machine=machine(),
        receipts={t.id: receipt() for t in this.targets},
        database={"version": "18.4"},
        harness={"commit": "0" * 40},
    )
    return replace(plain, **changes)
