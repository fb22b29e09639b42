"""What will be measured, complete before anything starts."""

from dataclasses import dataclass

from bench.model.framework import Target
from bench.model.load import Load


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

    def target(self, target_id: str) -> Target:
        """The target of that id; KeyError if the plan has none."""
        for target in self.targets:
            if target.id == target_id:
                return target
        raise KeyError(target_id)
