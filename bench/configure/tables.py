"""Read the tables that people edit, and refuse what is wrong in them by name."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from bench.configure.table_rules import (
    refuse_no_port,
    refuse_order,
    refuse_places,
    refuse_roles,
    refuse_twice,
    refuse_variables,
    refuse_workloads,
)
from bench.configure.toml_file import Names, Row, Words, read_toml
from bench.errors import UsageError, short, told, unknown
from bench.model.framework import CostPart, Framework, Role, Style
from bench.model.load import Arrivals, BackgroundLoad, Basis, Load, Surge
from bench.model.plan import Experiment, OpenLoop, Profile, open_loads


DEFINITIONS = Path(__file__).parent.parent / "definitions"


# Names go into ids, into paths (apps/<name>, a run's folder) and into what people type.
type _Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=60)]
type _Version = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$", max_length=60)
]


type _Selectors = Annotated[tuple[Words, ...], Field(min_length=1)]
type _UpTo64 = Annotated[int, Field(ge=1, le=64)]
type _UpTo100 = Annotated[int, Field(ge=1, le=100)]
type _Connections = Annotated[int, Field(ge=1, le=1024)]
type _Rate = Annotated[float, Field(gt=0, le=1_000_000)]
type _WarmS = Annotated[float, Field(ge=0, le=60)]
type _Seconds = Annotated[float, Field(gt=0, le=600)]
type _Share = Annotated[float, Field(gt=0, le=1)]
type _ShareOrMore = Annotated[float, Field(gt=0, le=3)]


class TargetRow(Row):
    """One deployment of a framework, as written in frameworks.toml."""

    deployment: _Name
    role: Role
    interface: Literal["wsgi", "asgi"]
    concurrency: Words
    serve: _Selectors
    why: Words
    title: Words | None = None
    environment: dict[str, str] = Field(default_factory=dict)
    workloads: Annotated[tuple[str, ...] | None, Field(min_length=1)] = None
    serial: bool = False
    keeps_alive: bool = True
    lock: Annotated[str | None, Field(pattern=r"^[a-z0-9-]+$")] = None
    names_all_faults: bool = True
    validator: Words | None = None
    layer: Words | None = None
    isolates: Literal[CostPart.VALIDATION, CostPart.DATABASE] | None = None


class _FrameworkRow(Row):
    name: _Name
    title: Words
    versions: Annotated[tuple[_Version, ...], Field(min_length=1)]
    look: Style
    target: Annotated[tuple[TargetRow, ...], Field(min_length=1)]
    package: str | None = None
    why: str = ""


class FrameworkTable(NamedTuple):
    """A framework, and its deployments as rows."""

    framework: Framework
    rows: tuple[TargetRow, ...]


class _Frameworks(Row):
    framework: Annotated[tuple[_FrameworkRow, ...], Field(min_length=1)]


class Parity(Row):
    """What is the same for every target of a run."""

    threads: _UpTo64
    connections: _UpTo64


class _OpenRow(Row):
    workloads: Names
    equal: tuple[_Share, ...] = ()
    own: tuple[_Share, ...] = ()
    rates_rps: tuple[_Rate, ...] = ()
    connections: _Connections
    arrivals: Arrivals
    cycles: _UpTo100
    warm_s: _WarmS
    measure_s: _Seconds


class _SurgeRow(Row):
    own: _ShareOrMore
    peak: _ShareOrMore
    calm_s: _Seconds
    lasts_s: _Seconds
    after_s: _Seconds

    def load(self, pool: Load) -> Load:
        """An open loop at a share of each target's own capacity, with the surge in it."""
        return replace(
            pool,
            measure_s=self.calm_s + self.lasts_s + self.after_s,
            basis=Basis.OWN,
            share=self.own,
            surge=Surge(self.peak / self.own, self.calm_s, self.lasts_s),
        )


class _BesideRow(Row):
    workload: str
    share: _Share
    connections: _Connections


class _ExperimentRow(Row):
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    why: Words
    targets: _Selectors
    workloads: Names
    clients: Annotated[tuple[_Connections, ...], Field(min_length=1)]
    equal: tuple[_ShareOrMore, ...] = ()
    own: tuple[_ShareOrMore, ...] = ()
    rates_rps: tuple[_Rate, ...] = ()
    connections: _Connections = 64
    arrivals: Arrivals = Arrivals.POISSON
    cycles: _UpTo100
    rounds: _UpTo100
    warm_s: _WarmS
    measure_s: _Seconds
    warmup_requests: Annotated[int | None, Field(ge=0, le=100_000)] = None
    at_once: Annotated[int, Field(ge=0, le=64)] = 0
    workers: tuple[_UpTo64, ...] = ()
    surge: _SurgeRow | None = None
    beside: _BesideRow | None = None
    capacity_s: Annotated[float | None, Field(gt=0, le=600)] = None

    @model_validator(mode="after")
    def _capacity_is_one(self) -> Self:
        if self.capacity_s is not None and (len(self.clients) > 1 or self.beside):
            raise ValueError(
                "capacity_s belongs to an experiment with one number of clients and nothing beside"
            )
        return self

    @model_validator(mode="after")
    def _beside_is_played(self) -> Self:
        # Its closed loops tell the capacity that its share is of.
        if self.beside and self.beside.workload not in self.workloads:
            named = short(", ".join(self.workloads))
            raise ValueError(
                f"beside.workload must be one of the workloads ({named}), "
                f"found {told(self.beside.workload)}"
            )
        return self

    def experiment(self) -> Experiment:
        """
        The row as the plan knows it: closed loops first, then open ones.

        With something beside, each open loop is there twice: alone and beside it.
        """
        plain = Load(1, self.warm_s, self.measure_s, experiment=self.name)
        closed_s = self.capacity_s or self.measure_s
        pool = replace(plain, clients=self.connections, arrivals=self.arrivals)
        loads = (
            *(replace(plain, clients=n, measure_s=closed_s) for n in self.clients),
            *open_loads(pool, self.equal, self.rates_rps, self.own),
            *([self.surge.load(pool)] if self.surge else []),
        )
        if self.beside is not None:
            beside = BackgroundLoad(**self.beside.model_dump())
            mixed = (replace(load, beside=beside) for load in loads if load.is_open)
            loads = (*loads, *mixed)
        same = {"name", "why", "targets", "workloads", "cycles", "rounds"}
        same |= {"warmup_requests", "at_once", "workers"}
        return Experiment(
            **self.model_dump(include=same),
            loads=loads,
            beside=self.beside.workload if self.beside else None,
            capacity_around=self.capacity_s is not None,
        )


class _ProfileRow(Row):
    name: _Name
    why: Words
    targets: _Selectors
    twin: Words
    workloads: Names
    looks: Annotated[tuple[_UpTo100, ...], Field(min_length=1)]
    cycles: _UpTo100
    clients: _Connections
    warm_s: _WarmS
    measure_s: _Seconds
    warmup_requests: Annotated[int, Field(ge=0, le=100_000)]
    verdicts: bool
    open_loop: _OpenRow | None = None
    probes: Literal["none", "stored", "play"] = "none"
    experiments: tuple[str, ...] = ()
    version_requests: tuple[str, ...] = Field(default=(), alias="with")


class _Profiles(Row):
    parity: Parity
    experiment: tuple[_ExperimentRow, ...] = ()
    profile: Annotated[tuple[_ProfileRow, ...], Field(min_length=1)]


def load_frameworks(
    path: Path = DEFINITIONS / "frameworks.toml",
) -> dict[str, FrameworkTable]:
    """
    Frameworks by name, each with its rows of deployments.

    Raises UsageError, naming the file, the framework and the deployment, for
    a name or a title that is there twice, a workload, a placeholder or a
    variable that does not exist, and a look that cannot be drawn.
    """
    table = read_toml(path, _Frameworks)
    refuse_twice(f"{path}: framework", (row.name for row in table.framework))
    for row in table.framework:
        where = f"{path}: framework {row.name!r}"
        refuse_twice(f"{where}: version", row.versions)
        refuse_order(where, row.versions)
        refuse_twice(
            f"{where}: deployment", (target.deployment for target in row.target)
        )
        refuse_roles(where, row.package, [target.role for target in row.target])
        for target in row.target:
            _refuse_target(f"{where}: {target.deployment}", target)
        if row.look.fault:
            raise UsageError(
                f"{where}: look: {row.look.fault}",
                "it would be found out when the page is drawn, after the measurement",
            )
    refuse_twice(
        f"{path}: title",
        (target.title or row.title for row in table.framework for target in row.target),
    )
    return {
        row.name: FrameworkTable(
            Framework(row.name, row.title, row.package, row.versions, row.look),
            row.target,
        )
        for row in table.framework
    }


def _refuse_target(where: str, row: TargetRow) -> None:
    refuse_workloads(where, row.workloads)
    refuse_places(where, (*row.serve, *row.environment.values()))
    refuse_no_port(where, row.serve)
    refuse_variables(where, row.environment)
    if row.lock and row.role is not Role.ABLATION and row.role is not Role.FLOOR:
        raise UsageError(
            f"{where}: lock: a contestant has the lock of its version",
            "a lock of its own is what an ablation adds to that",
        )


def load_profiles(
    path: Path = DEFINITIONS / "profiles.toml",
) -> tuple[dict[str, Profile], Parity]:
    """Profiles by name, and what is equal for all."""
    table = read_toml(path, _Profiles)
    refuse_twice(f"{path}: profile", (row.name for row in table.profile))
    refuse_twice(f"{path}: experiment", (row.name for row in table.experiment))
    for played in table.experiment:
        refuse_workloads(f"{path}: experiment {played.name!r}", played.workloads)
    for row in table.profile:
        _refuse_profile_workloads(f"{path}: profile {row.name!r}", row)
        if list(row.looks) != sorted(set(row.looks)):
            raise UsageError(
                f"{path}: profile {row.name!r}: looks must rise, found {told(list(row.looks))}",
                "write the numbers of rounds in rising order",
            )
        for name in row.experiments:
            existing = [experiment.name for experiment in table.experiment]
            if name not in existing:
                where = f"{path}: profile {row.name!r}"
                raise unknown("experiment", name, existing, where)
    experiments = {row.name: row.experiment() for row in table.experiment}
    return {row.name: _profile(row, experiments) for row in table.profile}, table.parity


def _refuse_profile_workloads(where: str, row: _ProfileRow) -> None:
    refuse_workloads(where, row.workloads)
    if row.open_loop is None:
        return
    refuse_workloads(f"{where}: open_loop", row.open_loop.workloads)
    for name in row.open_loop.workloads:
        if name not in row.workloads:
            raise unknown("workload", name, list(row.workloads), f"{where}: open_loop")


def profile_requests(
    profile: str, path: Path = DEFINITIONS / "profiles.toml"
) -> tuple[str, ...]:
    """What a profile measures beside its targets, as `--with` would be typed; nothing for one that is not there."""
    rows = read_toml(path, _Profiles).profile
    return next((row.version_requests for row in rows if row.name == profile), ())


def _profile(row: _ProfileRow, experiments: Mapping[str, Experiment]) -> Profile:
    plain = row.model_dump(exclude={"open_loop", "experiments", "version_requests"})
    opened = OpenLoop(**row.open_loop.model_dump()) if row.open_loop else None
    played = tuple(experiments[name] for name in row.experiments)
    return Profile(**plain, open_loop=opened, experiments=played)
