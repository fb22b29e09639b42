"""What measuring leaves behind, as it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Exact quantiles of one window's samples, microseconds."""

    p50: float
    p90: float
    p99: float
    p999: float
    max: float


@dataclass(frozen=True, slots=True)
class Sketch:
    """Samples counted in buckets 1 % wide, so that windows can be put together (bench.stats.sketch)."""

    buckets: tuple[int, ...]  # rising; those that hold none are left out
    counts: tuple[int, ...]


SLOT_S = 0.25
"""An open loop is told in parts of this length; the last may be shorter."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A quarter of a second of an open loop's measured part."""

    due: int  # requests that were to be sent in it
    right: int  # of these, answered rightly, however late
    answered: int  # right answers that came in it, whenever they were due
    p50_us: float | None  # response time of `right`, from the intended send


@dataclass(frozen=True, slots=True)
class Usage:
    """What a server's whole process tree (or container) had used at one moment."""

    cpu_ns: int
    memory_bytes: int | None  # proportional (PSS) where the kernel tells, else None
    processes: int
    throttled_ns: int | None = None  # stopped by a processor quota; None: not told


@dataclass(frozen=True, slots=True)
class KindStats:
    """One kind of request of a mixed workload in a visit; as in `WindowStats`."""

    name: str
    requests: int  # right answers of the measured part
    errors: int  # of the whole visit
    latency_us: Quantiles | None  # from the intended send; None: no request
    latency_sketch: Sketch | None  # None: no request


@dataclass(frozen=True, slots=True)
class WorkerPart:
    """What one of several load workers did in a visit; None throughout: it was lost, and nobody knows."""

    name: str
    requests_total: int | None
    cpu_s: float | None  # over the measured part
    # There and back, before the visit. Its start was told over this way: it
    # lies at most half of this apart from what was meant.
    round_trip_ms: float | None

    @property
    def lost(self) -> bool:
        """Whether it took part and was not heard of again."""
        return self.requests_total is None


@dataclass(frozen=True, slots=True)
class WindowStats:
    """
    What the generator saw in one window.

    `requests` counts the right answers that came inside the measured part (in
    an open loop: to requests that were due inside it); `requests_total` counts
    every answered request of the visit, the dropped first part and the wrong
    answers included.
    """

    requests: int
    requests_total: int
    measure_s: float  # the measured part as it really was
    errors: Mapping[str, int]  # kind -> count, of the whole visit
    first_error: str | None
    connections_opened: int
    retried: int
    latency_us: Quantiles | None  # from the intended send; None: no request
    service_us: Quantiles | None  # from the actual send
    per_second: tuple[int, ...]  # right answers by second of the measured part
    generator_cpu_s: float  # over the measured part; of several workers the busiest's
    late_sends: int  # sent more than 5 ms after they were due
    offered: int | None  # due in the measured part; None: closed loop
    locust_requests: int  # what Locust's own statistics counted, same visit
    latency_mean_us: float | None = None  # of `requests`; None: older than this field
    # Of the late sends, those that waited for a connection: every one of the
    # pool was still awaiting an answer, so this is the server's lateness.
    starved_sends: int = 0
    latency_sketch: Sketch | None = None  # of an open loop, from the intended send
    # Of an open loop; None: older than this field.
    slots: tuple[Slot, ...] | None = None
    # Of the other workload that was sent in the same visit, kept apart. Only
    # the generator's CPU time is of both. None: nothing was sent beside it.
    beside: "WindowStats | None" = None
    workers: tuple[WorkerPart, ...] = ()  # (): one process sent it all
    kinds: tuple[KindStats, ...] = ()  # (): the workload has requests of one kind


@dataclass(frozen=True, slots=True)
class MachineTrace:
    """What the machine did during one visit; None: the kernel does not tell."""

    elapsed_s: float  # between the two looks at it
    foreign_s: float | None  # the server's cores worked for nobody of this run
    server_wait_s: float | None  # its threads, together, were ready and did not run
    generator_wait_s: float | None
    pressure_s: float | None  # somebody on this machine waited for a processor
    frequency_mhz: float | None  # of the server's cores, at the end
    throttles: int | None  # how often heat slowed them down
    swapped_pages: int | None  # of the whole machine, out and in


@dataclass(frozen=True, slots=True)
class Window:
    """One short visit of the generator to one cell, with what it cost the server."""

    round: int  # from 1
    cycle: int  # from 1
    target: str
    workload: str
    load: str
    started_at: str  # UTC, ISO 8601
    tally: WindowStats
    server_cpu_ns: int | None  # over the whole visit, of the whole process tree
    server_memory_bytes: int | None  # at the end of the visit
    database_cpu_ns: int | None  # over the whole visit
    others_cpu_ns: int | None  # servers that should have been idle, over the visit
    steal_s: float | None  # of all processors, over the visit
    throttled_s: float | None
    samples: str | None  # file of the raw latencies, relative to the run folder
    trace: MachineTrace | None = None  # None: older than this field, or not traced
    rate_rps: float | None = None  # that was asked for; None: closed loop

    @property
    def cell(self) -> str:
        """The key of the cell that was visited (`Cell.key`)."""
        return f"{self.target} {self.workload} {self.load}"


@dataclass(frozen=True, slots=True)
class Boot:
    """One target that is up at the beginning of a round: started afresh, or standing already."""

    round: int
    target: str
    # From the start of the process to the first right answer; None: it stood already.
    first_answer_s: float | None
    idle_memory_bytes: int | None  # after the check, before any load
    command: tuple[str, ...]
    # PYTHONHASHSEED; None: it stood already, or older than this field (then it
    # was one for all servers of a round).
    hash_seed: int | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a target has no windows from here on in a round; data, not a gap."""

    round: int
    target: str
    workload: str | None
    message: str
    hint: str | None = None
    log_tail: str | None = None
    experiment: str = ""  # in which it failed; "": in the headline comparison


@dataclass(frozen=True, slots=True)
class OneOfMany:
    """One request of a volley, in milliseconds since the first one was sent."""

    sent_ms: float
    answered_ms: float | None  # None: not answered, or wrongly
    wrong: str | None = None  # why


@dataclass(frozen=True, slots=True)
class Burst:
    """Requests sent to one target at the same moment, each on a connection of its own."""

    round: int
    target: str
    workload: str
    experiment: str
    requests: tuple[OneOfMany, ...]  # in the order in which they were sent


@dataclass(frozen=True, slots=True)
class Overlap:
    """Whether two requests were inside one process of a target at the same time."""

    round: int
    target: str
    experiment: str
    parties: int  # requests sent: one more than there are processes
    met: bool | None  # None: it could not be asked
    because: str  # the answers, in words


@dataclass(frozen=True, slots=True)
class RoundEnd:
    """A round is complete; only complete rounds are analysed."""

    round: int
    # The most connections that each target held open at once.
    database_connections: Mapping[str, int] = field(default_factory=dict)
    fingerprint: str | None = None  # of the machine then; None: older than this field


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a run could not go on; what was stored before it stands."""

    round: int  # that was under way
    at: str  # UTC, ISO 8601
    message: str
    hint: str | None = None


type Event = Boot | Window | Failure | Burst | Overlap | RoundEnd | Stop
"""One line of a run's file."""
