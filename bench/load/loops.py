"""One visit under way: who sends next, until when, and what becomes of the stragglers."""

import os
from abc import ABC, abstractmethod
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from time import CLOCK_MONOTONIC, monotonic_ns

import numpy as np
from gevent.event import Event

from bench.load.answers import Answers, Variant
from bench.load.connection import READ, Connection, Loop, Watcher
from bench.load.faults import Fault
from bench.load.latency_recorder import LATE_NS, LatencyRecorder
from bench.model.load import Load


DRAIN_S = 5.0  # how long answers are awaited after the last send
PAUSE_S = 0.05  # before a connection that failed at once is tried again
SWEEP_S = 0.25  # how often requests without answer are looked for
LIMITED_S = 300.0  # the most that a visit of a fixed number of requests may take


class LoadLoop(ABC):
    """
    What closed and open loops share.

    Each of the `connections` is a client that must `join`; the last one to
    join starts the course, at `start_at_ns` if that is still to come.
    `finished` is set when the last request is answered or given up.
    """

    def __init__(
        self,
        loop: Loop,
        load: Load,
        connections: Sequence[Connection],
        variants: Sequence[Variant],
        answers: Answers,
        kinds: Sequence[str] = (),
    ) -> None:
        self.recorder = LatencyRecorder(load.rate_rps is not None, kinds)
        self.answers = answers
        self.finished = Event()
        self.timeout_s = 10.0
        self.requests_limit: int | None = None
        # On this process's own clock; None: as soon as the last client is there.
        self.start_at_ns: int | None = None
        self._loop = loop
        self._load = load
        self._connections = connections
        self._variants = variants
        self._joined = 0
        self._deadline_ns = 0
        self._answered = 0  # by the last sweep that saw more of them...
        self._heard_ns = 0  # ...and when that was
        self._timers: dict[object, Watcher] = {}
        self._record_answer = self.recorder.answered_ns.append
        self._record_latency = self.recorder.latency_ns.append
        self._record_kind = self.recorder.kind.append

    @abstractmethod
    def accept(self, connection: Connection, now_ns: int) -> None:
        """The connection's request was answered rightly."""

    @abstractmethod
    def proceed(self, connection: Connection, now_ns: int) -> None:
        """The connection is free: let it send, or rest."""

    @abstractmethod
    def begin(self, start_ns: int) -> None:
        """Send first."""

    def join(self) -> None:
        """One client is there."""
        self._joined += 1
        if self._joined != len(self._connections):
            return
        wait_ns = (self.start_at_ns or 0) - monotonic_ns()
        if wait_ns > 0:
            self._loop.update_now()
            self._after(wait_ns / 1e9, "begin", self._start)
        else:
            self._loop.run_callback(self._start)

    def pause(self, connection: Connection) -> None:
        """A fresh connection failed: do not try again at once, or it would be a storm."""

        def go_on() -> None:
            self._timers.pop(connection).close()
            self.proceed(connection, monotonic_ns())

        self._after(PAUSE_S, connection, go_on)

    def finish(self) -> None:
        """The last answer is there, or given up."""
        if self.finished.is_set():
            return
        for timer in self._timers.values():
            timer.close()
        self._timers.clear()
        self.recorder.mark_end()  # a visit of few requests ends before its time
        if self.requests_limit is not None:
            self.recorder.end_ns = monotonic_ns() + 1
        for connection in self._connections:
            connection.rest()
            connection.course = None
        self.finished.set()

    def give_up(self) -> None:
        """Count what has no answer yet as unfinished, and finish."""
        for connection in self._connections:
            if connection.variant is not None:
                connection.give_up(Fault.UNFINISHED, "no answer when the visit ended")
        self.finish()

    def _start(self) -> None:
        load, recorder = self._load, self.recorder
        limited = self.requests_limit is not None
        duration_s = LIMITED_S if limited else load.duration_s
        warm_s = 0.0 if limited else load.warm_s
        for connection in self._connections:
            connection.course = self
        self._loop.update_now()
        start_ns = self._heard_ns = monotonic_ns()
        self._deadline_ns = recorder.end_ns = start_ns + int(duration_s * 1e9)
        recorder.start_ns = start_ns + int(warm_s * 1e9)
        if warm_s > 0:
            self._after(warm_s, "start", recorder.mark_start)
        else:
            recorder.mark_start()
        self._after(duration_s, "end", recorder.mark_end)
        self._after(duration_s + DRAIN_S, "drain", self.give_up)
        self._after(SWEEP_S, "sweep", self._sweep, repeat_s=SWEEP_S)
        self.begin(start_ns)

    def _after(
        self,
        wait_s: float,
        key: object,
        call: Callable[[], object],
        repeat_s: float = 0.0,
    ) -> None:
        timer = self._loop.timer(wait_s, repeat_s)
        self._timers[key] = timer
        timer.start(call)

    def _sweep(self) -> None:
        now_ns = monotonic_ns()
        oldest_ns = now_ns - int(self.timeout_s * 1e9)
        for connection in self._connections:
            if connection.variant is not None and connection.sent_ns < oldest_ns:
                reason = f"no answer within {self.timeout_s:g} s"
                connection.give_up(Fault.TIMEOUT, reason)
                self.proceed(connection, now_ns)
        if not self.finished.is_set() and self._silent(now_ns, oldest_ns):
            self.give_up()

    def _silent(self, now_ns: int, oldest_ns: int) -> bool:
        """
        Whether a visit of so many requests has had no answer for the time-out.

        A window ends by the clock. This one would wait for each of its
        requests in turn, for minutes, at a server that has stopped answering.
        """
        if self.recorder.answered != self._answered:
            self._answered, self._heard_ns = self.recorder.answered, now_ns
        return self.requests_limit is not None and self._heard_ns < oldest_ns

    def _cycle(self) -> Iterator[Variant]:
        """The variants again and again, as many as may be sent."""
        return islice(cycle(self._variants), self.requests_limit)


class ClosedLoop(LoadLoop):
    """Every client sends as soon as its last answer is there."""

    def begin(self, start_ns: int) -> None:
        """All clients send."""
        self._take = self._cycle().__next__
        self._resting = 0
        for connection in self._connections:
            self.proceed(connection, monotonic_ns())

    def accept(self, connection: Connection, now_ns: int) -> None:
        """Record, and send the next request at once: its intended send is now."""
        self._record_answer(now_ns)
        self._record_latency(now_ns - connection.due_ns)
        self.proceed(connection, now_ns)

    def proceed(self, connection: Connection, now_ns: int) -> None:
        """Send the next request, if there is one and time for it."""
        if now_ns < self._deadline_ns:
            try:
                variant = self._take()
            except StopIteration:
                pass
            else:
                connection.ask(variant, now_ns, now_ns)
                return
        connection.rest()
        self._resting += 1
        if self._resting == len(self._connections):
            self.finish()


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
        kinds: Sequence[str] = (),
    ) -> None:
        super().__init__(loop, load, connections, variants, answers, kinds)
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


class _NotesKinds(LoadLoop):
    """Notes of what kind each request was; where all are of one kind nothing is spent on it."""

    def accept(self, connection: Connection, now_ns: int) -> None:
        """Record the kind, too."""
        assert connection.variant is not None
        self._record_kind(connection.variant.kind)
        super().accept(connection, now_ns)  # type: ignore[safe-super]


class MixedClosedLoop(_NotesKinds, ClosedLoop):
    """A closed loop of requests of several kinds."""


class MixedOpenLoop(_NotesKinds, OpenLoop):
    """An open loop of requests of several kinds."""
