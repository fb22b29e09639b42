"""The engine of the generator process: connections kept by server, one course at a time."""

from collections.abc import Sequence

from bench.load.answers import Answers, variants
from bench.load.arrivals import due_times
from bench.load.connection import Connection
from bench.load.course import ClosedCourse, Course
from bench.load.generator import Visit
from bench.load.head import Heads
from bench.load.loop import Loop
from bench.load.open_course import OpenCourse
from bench.model.workload import Workload


class Engine:
    """Knows nothing of Locust: whoever calls `join` of a course is a client."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._heads = Heads()
        self._kept: dict[tuple[str, int], list[Connection]] = {}

    def course(self, visit: Visit, workload: Workload) -> Course:
        """Prepare a visit: everything rendered, nothing sent; AskedWrongly if a request cannot be."""
        load = visit.load
        connections = self._connections(visit.host, visit.port, load.clients)
        sendable = variants(workload, visit.seed, visit.host, visit.port)
        answers = Answers(workload.check)
        course: Course
        if load.rate_rps is None:
            course = ClosedCourse(self._loop, load, connections, sendable, answers)
        else:
            opened = OpenCourse(self._loop, load, connections, sendable, answers)
            seed = visit.seed if visit.arrival_seed is None else visit.arrival_seed
            opened.due = due_times(load, seed)
            course = opened
        course.requests_limit = visit.requests_limit
        return course

    def forget(self, host: str, port: int) -> None:
        """Close the connections kept to a server."""
        for connection in self._kept.pop((host, port), ()):
            connection.close()

    def _connections(self, host: str, port: int, count: int) -> Sequence[Connection]:
        kept = self._kept.setdefault((host, port), [])
        while len(kept) < count:
            kept.append(Connection(self._loop, host, port, self._heads))
        return kept[:count]
