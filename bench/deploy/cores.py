"""Which processors do what: the server first, and everybody else off its core."""

from collections.abc import Sequence
from dataclasses import replace

from bench.errors import MachineRefused
from bench.model.plan import Pinning


def pinning(
    available: Sequence[int],
    workers: int = 1,
    siblings: Sequence[Sequence[int]] = (),
) -> Pinning:
    """
    Share out the processors `available` (ids, as the kernel counts them).

    The server gets one core per worker process and never shares it. What is
    left goes to load, database and harness: a core or more each where there
    are three, database and harness together where there are two, all three
    together where there is one. `siblings` groups ids that are threads of one
    physical core; one of each group is used while that is enough.

    Raises MachineRefused where the server would have to share its core.
    """
    everyone = sorted(set(available))
    _refuse_if_too_few(everyone, workers)
    chosen = _one_per_core(everyone, siblings)
    smt_note = None
    if len(chosen) <= workers or len(chosen) < min(len(everyone), workers + 3):
        if len(chosen) < len(everyone):
            smt_note = "some of these processors are threads of one physical core"
        chosen = everyone
    server, rest = tuple(chosen[:workers]), chosen[workers:]
    load, database, harness = _rest(rest)
    notes = [_shared(load, database, harness), smt_note]
    said = "; ".join(note for note in notes if note)
    return Pinning(server, load, database, harness, said or None)


def spare(pinning: Pinning) -> tuple[int, ...]:
    """
    The cores that servers of several sizes may have, the usual ones first.

    The harness rests while a window lasts, so its own core may serve too,
    where neither load nor database stands on it.
    """
    taken = {*pinning.server, *pinning.load, *pinning.database}
    return (*pinning.server, *(core for core in pinning.harness if core not in taken))


def cores_for(pinning: Pinning, workers: int) -> Pinning:
    """The same pinning with a core for each of so many workers; MachineRefused if there are too few."""
    cores = spare(pinning)
    if workers > len(cores):
        raise MachineRefused(
            f"{workers} worker processes need {workers} cores of their own, "
            f"{len(cores)} are free of load and database",
            hint="run on a machine (or with a CPU set) of more processors",
        )
    return replace(pinning, server=cores[:workers])


def _refuse_if_too_few(everyone: Sequence[int], workers: int) -> None:
    if len(everyone) < 2:
        raise MachineRefused(
            f"{len(everyone)} processor is not enough: the server would share it "
            "with the load, and neither could be told from the other",
            hint="run on a machine (or with a CPU set) of at least 2 processors",
        )
    if not 1 <= workers < len(everyone):
        raise MachineRefused(
            f"{workers} worker processes do not fit on {len(everyone)} processors: "
            "each needs one, and the load one more",
            hint=f"use between 1 and {len(everyone) - 1} workers",
        )


def _one_per_core(
    everyone: Sequence[int], siblings: Sequence[Sequence[int]]
) -> list[int]:
    """The lowest available id of each physical core."""
    chosen, seen = [], set[int]()
    for cpu in everyone:
        if cpu in seen:
            continue
        chosen.append(cpu)
        for group in siblings:
            if cpu in group:
                seen.update(group)
    return chosen


def _rest(
    rest: Sequence[int],
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Load, database and harness out of what the server left."""
    if len(rest) == 1:
        return (rest[0],), (rest[0],), (rest[0],)
    if len(rest) == 2:
        return (rest[0],), (rest[1],), (rest[1],)
    half = len(rest) // 2  # of all but the last, rounded up
    return tuple(rest[:half]), tuple(rest[half:-1]), (rest[-1],)


def _shared(
    load: tuple[int, ...], database: tuple[int, ...], harness: tuple[int, ...]
) -> str | None:
    if load == database:
        return f"load, database and harness share processor {load[0]}"
    if database == harness:
        return f"database and harness share processor {database[0]}"
    return None
