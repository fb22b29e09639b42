"""The open loop: requests are due at times that do not depend on answers."""

import os
from array import array
from collections import deque
from collections.abc import Sequence
from time import CLOCK_MONOTONIC, monotonic_ns

import numpy as np

from bench.load.answers import Answers, Variant
from bench.load.closed_loop import LoadLoop
from bench.load.connection import Connection
from bench.load.faults import Fault
from bench.load.latency_recorder import LATE_NS
from bench.load.loop import READ, Loop, Watcher
from bench.model.load import Load


class OpenLoop(LoadLoop):
    """
    Sends at the `due` times (nanoseconds from the start, rising) over free connections.

    The connection that became free last is used first, so that few stay warm.
    A request that finds none waits in a queue; its latency runs from the time
    it was due all the same.
    """

    def __init__(
        self,
        loop: Loop,
        load: Load,
        connections: Sequence[Connection],
        variants: Sequence[Variant],
        answers: Answers,
    ) -> None:
        super().__init__(loop, load, connections, variants, answers)
        self.due: array[int] = array("q")
        self._position = 0
        self._start_ns = 0
        self._free = list(reversed(connections))
        self._queue: deque[int] = deque()
        self._timer_fd = -1
        self._alarm: Watcher | None = None
        self._record_service = self.recorder.service_ns.append

    def begin(self, start_ns: int) -> None:
        """Set the alarm for the first request."""
        self.due = self.due[: self.requests_limit]
        self._take = self._cycle().__next__
        self._start_ns = start_ns
        flags = os.TFD_NONBLOCK | os.TFD_CLOEXEC
        self._timer_fd = os.timerfd_create(CLOCK_MONOTONIC, flags=flags)
        self._alarm = self._loop.io(self._timer_fd, READ)
        self._alarm.start(self._ring)
        self._send_due()

    def accept(self, connection: Connection, now_ns: int) -> None:
        """Record from the intended and from the actual send; the connection is free."""
        self._record_answer(now_ns)
        self._record_latency(now_ns - connection.due_ns)
        self._record_service(now_ns - connection.sent_ns)
        self.proceed(connection, now_ns)

    def proceed(self, connection: Connection, now_ns: int) -> None:
        """Send what waits longest, or be free."""
        if self._queue:
            due_ns = self._queue.popleft()
            if now_ns - due_ns > LATE_NS:
                self.recorder.starved.append(due_ns)
            self._send(connection, due_ns, now_ns)
            return
        connection.rest()
        self._free.append(connection)
        self._finish_if_done()

    def give_up(self) -> None:
        """What never found a connection is unfinished, too."""
        for _ in self._queue:
            self.recorder.fault(Fault.UNFINISHED, "no connection became free for it")
        self._queue.clear()
        super().give_up()

    def finish(self) -> None:
        """Take the alarm down; count what was due in the measured part."""
        if self._alarm is not None:
            self._alarm.close()
            os.close(self._timer_fd)
            self._alarm = None
        super().finish()
        recorder = self.recorder
        due_ns = np.frombuffer(self.due, np.int64) + self._start_ns
        inside = (due_ns >= recorder.start_ns) & (due_ns < recorder.end_ns)
        recorder.due_ns = due_ns[inside]
        recorder.offered = len(recorder.due_ns)

    def _ring(self) -> None:
        try:
            os.read(self._timer_fd, 8)
        except BlockingIOError:
            return
        self._send_due()

    def _send_due(self) -> None:
        """Send everything that is due, and set the alarm for the next."""
        due, start_ns = self.due, self._start_ns
        while self._position < len(due):
            next_ns = start_ns + due[self._position]
            now_ns = monotonic_ns()
            if next_ns > now_ns:
                os.timerfd_settime_ns(
                    self._timer_fd, flags=os.TFD_TIMER_ABSTIME, initial=next_ns
                )
                return
            self._position += 1
            if self._free:
                self._send(self._free.pop(), next_ns, now_ns)
            else:
                self._queue.append(next_ns)
        self._finish_if_done()

    def _send(self, connection: Connection, due_ns: int, now_ns: int) -> None:
        if now_ns - due_ns > LATE_NS:
            self.recorder.late.append(due_ns)
        connection.ask(self._take(), due_ns, now_ns)

    def _finish_if_done(self) -> None:
        if self._position == len(self.due) and len(self._free) == len(
            self._connections
        ):
            self.finish()
