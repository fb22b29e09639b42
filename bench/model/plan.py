"""What will be measured, complete before anything starts."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bench.model.framework import Target
from bench.model.load import Arrivals, Basis, Load


EXTERNAL = "external"
"""The engine that starts nothing: its servers stand already, and are somebody's."""


def open_loads(
    pool: Load,
    equal: Iterable[float],
    rates_rps: Iterable[float],
    own: Iterable[float],
) -> tuple[Load, ...]:
    """Open loops over a pool: at shares of the slowest contestant's capacity, at plain rates, at shares of each one's own."""
    return (
        *(replace(pool, basis=Basis.EQUAL, share=share) for share in equal),
        *(replace(pool, rate_rps=rate_rps) for rate_rps in rates_rps),
        *(replace(pool, basis=Basis.OWN, share=share) for share in own),
    )


@dataclass(frozen=True, slots=True)
class OpenLoop:
    """The open loops of a profile: after the closed windows of a round, at rates set against them."""

    workloads: tuple[str, ...]
    equal: tuple[float, ...]  # shares of the slowest contestant's capacity
    own: tuple[float, ...]  # shares of each target's own capacity
    rates_rps: tuple[float, ...]  # plain rates, equal for all
    connections: int  # the pool
    arrivals: Arrivals
    cycles: int  # windows per cell and round
    warm_s: float
    measure_s: float

    @property
    def loads(self) -> tuple[Load, ...]:
        """Every open load, those with one rate for all first."""
        pool = Load(
            self.connections, self.warm_s, self.measure_s, arrivals=self.arrivals
        )
        return open_loads(pool, self.equal, self.rates_rps, self.own)


@dataclass(frozen=True, slots=True)
class Experiment:
    """
    A question of its own beside the headline comparison: some targets, at some loads.

    It is played in the first `rounds` rounds of a run, on servers that may
    take part in nothing else. The closed loops of each of its blocks come
    first; they tell the capacity that open loops are set against.
    """

    name: str
    why: str
    targets: tuple[str, ...]  # selectors, as in a profile
    workloads: tuple[str, ...]
    loads: tuple[Load, ...]
    cycles: int  # windows per cell and round
    rounds: int
    warmup_requests: int | None = None  # per target and worker; None: the profile's
    # Requests sent at the same moment to each target after its windows, and in
    # one round a rendezvous; 0: none (bench.run.at_once).
    at_once: int = 0
    # Numbers of worker processes, in which each target is started beside its
    # usual form, as far as there are processors; (): the usual number.
    workers: tuple[int, ...] = ()
    beside: str | None = None  # the workload that open loops are played beside
    # Whether a closed loop comes before and after every open window, which tells
    # the capacity at that time, beside those that come first and tell the rates.
    capacity_around: bool = False

    def loads_of(self, workload: str) -> tuple[Load, ...]:
        """The loads under which it plays a workload: what is beside others in closed loops, the others in open ones."""
        if self.beside is None:
            return self.loads
        return tuple(
            load for load in self.loads if load.is_open != (workload == self.beside)
        )


@dataclass(frozen=True, slots=True)
class Profile:
    """A named bundle of bounds; every profile says why it exists."""

    name: str
    why: str
    targets: tuple[str, ...]  # selectors, see definitions/profiles.toml
    twin: str  # the selector of the target that is entered twice
    workloads: tuple[str, ...]
    looks: tuple[int, ...]  # numbers of rounds after which to look; the last is the end
    cycles: int  # windows per cell and round
    clients: int
    warm_s: float
    measure_s: float
    warmup_requests: int  # per cell and worker, before the first window of a round
    verdicts: bool
    open_loop: OpenLoop | None = None  # None: closed loop only
    probes: str = "none"  # none, stored (if still true), or play (if not stored)
    experiments: tuple[Experiment, ...] = ()
    # Of rounds, clients and measure_s what was asked for below the profile's
    # own, so that it gives no verdicts; (): nothing.
    below: tuple[str, ...] = ()

    def experiment(self, name: str) -> Experiment | None:
        """The experiment of that name, if the profile plays it."""
        return next(
            (experiment for experiment in self.experiments if experiment.name == name),
            None,
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """One target doing one workload under one load."""

    target: str
    workload: str
    load: Load

    @property
    def key(self) -> str:
        """Names the cell in files and messages."""
        return f"{self.target} {self.workload} {self.load.name}"


@dataclass(frozen=True, slots=True)
class Pinning:
    """Which processors do what; `shared` says in words what had to share."""

    server: tuple[int, ...]
    load: tuple[int, ...]
    database: tuple[int, ...]
    harness: tuple[int, ...]
    shared: str | None
    # Of servers with more workers, beside those of `server`, in this order; the
    # harness's own may be the last.
    more: tuple[int, ...] = ()
    idle: tuple[int, ...] = ()  # nobody's, so that nobody is disturbed
    # What they were chosen among, in words, and the threads of each physical
    # core. Not compared: older runs have neither.
    among: str = field(default="", compare=False)
    physical: tuple[tuple[int, ...], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """All cells with seed and bounds."""

    profile: Profile
    engine: str
    targets: tuple[Target, ...]
    cells: tuple[Cell, ...]
    seed: int
    workers: int
    threads: int
    connections: int  # database connections per worker process
    pinning: Pinning
    load_workers: int = 0  # that send, on this machine; 0: one process sends
    load_elsewhere: int = 0  # that are awaited from other machines

    @property
    def senders(self) -> int:
        """How many processes send, each on a core of its own here."""
        return max(1, min(self.load_workers, len(self.pinning.load)))

    def cycles(self, cell: Cell) -> int:
        """In how many cycles of a round the cell takes part; a surge is long and comes once."""
        experiment = self.profile.experiment(cell.load.experiment)
        if experiment is not None:
            return 1 if cell.load.surge else experiment.cycles
        open_loop = self.profile.open_loop
        return (
            open_loop.cycles if open_loop and cell.load.is_open else self.profile.cycles
        )

    def windows(self, cell: Cell) -> int:
        """How many windows the cell has in a round of which it is part, those around open windows included."""
        experiment = self.profile.experiment(cell.load.experiment)
        cycles = self.cycles(cell)
        if experiment is None or not experiment.capacity_around or cell.load.is_open:
            return cycles
        opened = [
            self.cycles(replace(cell, load=load))
            for load in experiment.loads_of(cell.workload)
            if load.is_open
        ]
        # One before the first open window of each cycle, and one after each.
        return cycles + max(opened, default=0) + sum(opened)

    def plays(self, cell: Cell, round_number: int) -> bool:
        """Whether the cell is measured in that round; experiments end before the run may."""
        experiment = self.profile.experiment(cell.load.experiment)
        return experiment is None or round_number <= experiment.rounds

    def warmup_requests(self, cell: Cell) -> int:
        """How many requests warm the cell's target up in a round; as many for each of its workers."""
        experiment = self.profile.experiment(cell.load.experiment)
        requests = self.profile.warmup_requests
        if experiment is not None and experiment.warmup_requests is not None:
            requests = experiment.warmup_requests
        return requests * (self.target(cell.target).workers or self.workers)

    @property
    def own_servers(self) -> bool:
        """Whether the harness started what it measured, on cores and with workers that it chose."""
        return self.engine != EXTERNAL

    def processes(self, target_id: str) -> int:
        """How many processes of the target answer requests: some servers have one, whatever is planned."""
        target = self.target(target_id)
        many = any("{workers}" in part for part in target.serve)
        return (target.workers or self.workers) if many else 1

    def target(self, target_id: str) -> Target:
        """The target of that id; KeyError if the plan has none."""
        for target in self.targets:
            if target.id == target_id:
                return target
        raise KeyError(target_id)
