"""The seam between the harness and whatever drives load."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, Self

from bench.model.load import Load
from bench.model.trial import WindowStats


@dataclass(frozen=True, slots=True)
class WorkerShare:
    """
    The part of a visit that one of several workers carries out.

    Connections, arrivals and a fixed number of requests are dealt out in turn,
    so that the shares of all workers together are the whole, none twice.
    """

    index: int = 0  # from 0
    of: int = 1

    def count(self, whole: int) -> int:
        """How many of so many are its own: every `of`-th, from the `index`-th on."""
        return len(range(self.index, whole, self.of))


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """One order to the generator: this load, at this address, now."""

    host: str
    port: int
    workload: str  # a name that bench.workloads knows
    seed: int
    load: Load
    samples: Path | None  # where the raw latencies go (.npz); None: nowhere
    requests_limit: int | None = None  # stop after so many (warm-up); None: by time
    arrival_seed: int | None = None  # of an open loop's times; None: `seed`
    share: WorkerShare = WorkerShare()  # of it all, where workers divide it

    @property
    def connections(self) -> int:
        """How many of the load's clients are this share's."""
        return self.share.count(self.load.clients)

    @property
    def most_workers(self) -> int:
        """How many workers can share it: each has a connection of every workload."""
        other = self.load.beside
        return min(self.load.clients, other.connections if other else self.load.clients)

    @property
    def own_limit(self) -> int | None:
        """How many of the visit's fixed number of requests are this share's; None: by time."""
        limit = self.requests_limit
        return None if limit is None else self.share.count(limit)


def beside(visit: LoadRequest) -> LoadRequest | None:
    """
    The visit that is made beside it, in the same time, with arrivals of its own.

    None if there is none. Its raw latencies are not kept: its tally is.
    """
    load = visit.load
    if load.beside is None:
        return None
    seed = visit.seed if visit.arrival_seed is None else visit.arrival_seed
    # Beyond all seeds of first workloads: the same stream at another rate
    # would let the two arrive in step.
    return replace(
        visit,
        workload=load.beside.workload,
        load=load.of_beside,
        samples=None,
        arrival_seed=seed + 2**32,
    )


class Generator(Protocol):
    """Drives load, one visit after another, from its own process."""

    def __enter__(self) -> Self:
        """Start it, pinned."""

    def __exit__(self, kind: Any, error: Any, trace: Any, /) -> None:
        """End it."""

    def visit(self, order: LoadRequest) -> WindowStats:
        """Carry out one visit and return when its last request is answered or given up; EnvironmentFailure if the generator died."""

    def forget(self, host: str, port: int) -> None:
        """Close the connections kept to a server that is about to stop."""
