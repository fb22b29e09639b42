"""What the generator sees in one visit, written down as it happens."""

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from time import process_time_ns

import numpy as np

from bench.load.faults import Fault
from bench.load.samples import Nanoseconds, Samples, kind_stats, latencies, median_us
from bench.model.trial import SLOT_S, Slot, WindowStats


LATE_NS = 5_000_000  # a send later than this after it was due is late
DETAIL_LIMIT = 500  # characters of the first error that are kept


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What came in since the last batch."""

    latency_ns: Nanoseconds  # of right answers
    wrong: int  # complete answers that were not right
    faults: int


class LatencyRecorder:
    """
    Times of right answers as integers, everything else as counts.

    The three lists of times grow together; `due_ns` and `sent_ns` are kept as
    distances from the answer, so that the fast path subtracts once.
    """

    def __init__(self, open_loop: bool, kinds: Sequence[str] = ()) -> None:
        self.answered_ns = array("Q")  # the clock when the answer was there
        self.latency_ns = array("Q")  # since the intended send
        self.service_ns = array("Q") if open_loop else self.latency_ns
        self.open_loop = open_loop
        self.kinds = kinds
        self.kind = array("B")  # the place of each answer's kind; empty if there is one
        self.kind_faults = [0] * len(kinds)
        self.wrong = 0
        self.faults: Counter[str] = Counter()
        self.first_error: str | None = None
        self.examples: dict[str, str] = {}  # what was seen first, by fault
        self.opened = 0
        self.retried = 0
        self.late: array[int] = array("Q")  # when each late send was due
        self.starved: array[int] = array("Q")  # those late for want of a connection
        self.offered: int | None = None
        self.due_ns: Nanoseconds = np.empty(0, np.int64)  # of `offered`, on the clock
        self.start_ns = 0  # of the measured part
        self.end_ns = 0
        self._cpu_start_ns: int | None = None
        self._cpu_end_ns: int | None = None
        self._batched = 0
        self._batched_wrong = 0
        self._batched_faults = 0

    @property
    def answered(self) -> int:
        """How many complete answers there were, right or wrong."""
        return len(self.answered_ns) + self.wrong

    def fault(
        self,
        fault: Fault,
        detail: str,
        status: int | None = None,
        kind: int | None = None,
    ) -> None:
        """
        Count one request that went wrong; by the status of its answer, if that says so.

        `kind` is the place of its kind; None: it was never sent.
        """
        if self.kinds and kind is not None:
            self.kind_faults[kind] += 1
        fault_name = fault.value if status is None else f"status {status}"
        self.faults[fault_name] += 1
        self.examples.setdefault(fault_name, detail[:DETAIL_LIMIT])
        if self.first_error is None:
            self.first_error = f"{fault_name}: {detail}"[:DETAIL_LIMIT]

    def mark_start(self) -> None:
        """The measured part begins: note the CPU time of this process."""
        self._cpu_start_ns = process_time_ns()

    def mark_end(self) -> None:
        """The measured part is over; the first call counts."""
        if self._cpu_end_ns is None:
            self._cpu_end_ns = process_time_ns()

    def batch(self) -> Batch:
        """What came in since the last call."""
        done = len(self.latency_ns)
        # A copy of the new part only: a view would forbid the array to grow.
        news = np.frombuffer(self.latency_ns[self._batched : done], np.uint64)
        faults = self.faults.total()
        batch = Batch(
            news.astype(np.int64),
            self.wrong - self._batched_wrong,
            faults - self._batched_faults,
        )
        self._batched, self._batched_wrong = done, self.wrong
        self._batched_faults = faults
        return batch

    def samples(self) -> Samples:
        """
        The measured part.

        Closed loop: what was answered inside it, whenever it was sent. To ask
        that it was sent inside, too, would drop one answer of every client,
        which takes more from a slow server than from a fast one. Open loop:
        what was due inside it, however late its answer came, or a stall at
        the end would hide its own victims.
        """
        answered, latency = _times(self.answered_ns), _times(self.latency_ns)
        due = answered - latency
        moment = due if self.open_loop else answered
        inside = (moment >= self.start_ns) & (moment < self.end_ns)
        kept = latency[inside]
        service = _times(self.service_ns)[inside] if self.open_loop else kept
        kind = np.frombuffer(self.kind, np.uint8)[inside] if self.kinds else None
        return Samples(due[inside] - self.start_ns, kept, service, kind)

    def tally(self, samples: Samples, locust_requests: int) -> WindowStats:
        """The whole visit in numbers."""
        measure_ns = self.end_ns - self.start_ns
        cpu_ns = (self._cpu_end_ns or 0) - (self._cpu_start_ns or 0)
        return WindowStats(
            requests=len(samples.latency_ns),
            requests_total=self.answered,
            measure_s=measure_ns / 1e9,
            errors=dict(self.faults),
            first_error=self.first_error,
            connections_opened=self.opened,
            retried=self.retried,
            **latencies(samples, self.open_loop),
            per_second=self._per_second(samples, measure_ns),
            generator_cpu_s=cpu_ns / 1e9,
            late_sends=self._measured(self.late),
            offered=self.offered,
            locust_requests=locust_requests,
            starved_sends=self._measured(self.starved),
            slots=self._slots(samples, measure_ns) if self.open_loop else None,
            kinds=kind_stats(self.kinds, samples, self.kind_faults),
        )

    def _slots(self, samples: Samples, measure_ns: int) -> tuple[Slot, ...]:
        """The measured part, slot by slot."""
        slot_ns = int(SLOT_S * 1e9)
        slots = -(-measure_ns // slot_ns)
        answered_ns = _times(self.answered_ns) - self.start_ns
        inside = answered_ns[(answered_ns >= 0) & (answered_ns < measure_ns)]
        answered = np.bincount(inside // slot_ns, minlength=slots)
        due = np.bincount((self.due_ns - self.start_ns) // slot_ns, minlength=slots)
        place = samples.sent_ns // slot_ns
        return tuple(
            Slot(int(due[n]), len(own), int(answered[n]), median_us(own))
            for n in range(slots)
            for own in [samples.latency_ns[place == n]]
        )

    def _measured(self, moments: "array[int]") -> int:
        """How many of the moments lie in the measured part."""
        times = _times(moments)
        return int(((times >= self.start_ns) & (times < self.end_ns)).sum())

    def _per_second(self, samples: Samples, measure_ns: int) -> tuple[int, ...]:
        """By second of the answer; in an open loop by second of the intended send."""
        moments = samples.sent_ns
        if not self.open_loop:
            moments = moments + samples.latency_ns
        seconds = -(-measure_ns // 1_000_000_000)
        counts = np.bincount(moments // 1_000_000_000, minlength=seconds)
        return tuple(int(count) for count in counts)


def _times(values: "array[int]") -> Nanoseconds:
    return np.frombuffer(values, np.uint64).astype(np.int64)
