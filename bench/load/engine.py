"""The engine of the generator process: connections kept by server, one course at a time."""

from collections.abc import Sequence

from bench.load.answers import Answers, Variant, variants
from bench.load.arrivals import own_due_times
from bench.load.connection import Connection, Loop
from bench.load.generator import LoadRequest, WorkerShare
from bench.load.loops import (
    ClosedLoop,
    LoadLoop,
    MixedClosedLoop,
    MixedOpenLoop,
    OpenLoop,
)
from bench.load.parser import Heads
from bench.model.workload import Workload


BODY_BYTES = 64 * 1024 * 1024
"""The most that one answer may hold."""
BODIES_BYTES = 256 * 1024 * 1024
"""The most that the unfinished answers of one workload may hold together."""


class LoadEngine:
    """Knows nothing of Locust: whoever calls `join` of a course is a client."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._heads = Heads()
        self._kept: dict[tuple[str, int], list[Connection]] = {}

    def course(
        self, visit: LoadRequest, workload: Workload, first: int = 0
    ) -> LoadLoop:
        """
        Prepare a visit: everything rendered, nothing sent; UsageError if a request cannot be.

        Its connections to the server are those from the `first` on, so that
        two courses of one visit share none.
        """
        load = visit.load
        connections = self._connections(visit, first)
        # A server that never stops sending must not fill the machine's memory.
        most_bytes = min(BODY_BYTES, BODIES_BYTES // max(1, len(connections)))
        for connection in connections:
            connection.hold_at_most(most_bytes)
        sendable = _rotated(
            variants(workload, visit.seed, visit.host, visit.port), visit.share
        )
        answers = Answers(workload.check)
        how = (self._loop, load, connections, sendable, answers, workload.kinds)
        course: LoadLoop
        if load.rate_rps is None:
            course = (MixedClosedLoop if workload.kinds else ClosedLoop)(*how)
        else:
            opened = (MixedOpenLoop if workload.kinds else OpenLoop)(*how)
            seed = visit.seed if visit.arrival_seed is None else visit.arrival_seed
            opened.due = own_due_times(load, seed, visit.share)
            course = opened
        course.requests_limit = visit.own_limit
        return course

    def forget(self, host: str, port: int) -> None:
        """Close the connections kept to a server."""
        for connection in self._kept.pop((host, port), ()):
            connection.close()

    def open_elsewhere(self, host: str, port: int) -> int:
        """How many connections are kept open to other servers than this one."""
        return sum(
            connection.is_open
            for server, kept in self._kept.items()
            if server != (host, port)
            for connection in kept
        )

    def _connections(self, visit: LoadRequest, first: int) -> Sequence[Connection]:
        kept = self._kept.setdefault((visit.host, visit.port), [])
        end = first + visit.connections
        while len(kept) < end:
            made = Connection(self._loop, visit.host, visit.port, self._heads)
            kept.append(made)
        return kept[first:end]


def _rotated(whole: Sequence[Variant], share: WorkerShare) -> Sequence[Variant]:
    """Every distinct request, from another one on for each worker: in step, they would all want the same rows at once."""
    first = share.index * len(whole) // share.of
    return (*whole[first:], *whole[:first])
