"""A run: what was asked, where it ran, what it left."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.model.calibration import Calibration
from bench.model.plan import Plan
from bench.model.trial import Boot, Burst, Failure, Overlap, RoundEnd, Stop, Window


SCHEMA = 1
"""
The number of the run folder's format. History:

1  first format: run.json, trials.jsonl, samples/*.npz, logs/
"""


NOT_KNOWN = "not known"
"""What stands in the receipt of a deployment that the harness did not make."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    What a target really runs on, as read from inside its environment.

    No receipt, no number: a target whose environment cannot be read is not
    measured. Only of a deployment that stands already is nothing `known`.
    """

    version: str  # of the framework (or of the server, for the floor)
    python: str  # "3.13.0 (configured without --enable-optimizations)"
    packages: Mapping[str, str]  # every installed distribution
    lock_sha256: str
    app_sha256: str  # of every file of the app's folder
    image: str | None = None  # image id, with a container engine

    @property
    def known(self) -> bool:
        """Whether anybody looked inside."""
        return self.version != NOT_KNOWN

    @property
    def configured_plainly(self) -> bool:
        """Whether its Python was configured without profile-guided optimisation; a distribution may optimise all the same."""
        return "configured without --enable-optimizations" in self.python


SPEED_CLASS = "speed_class"
"""Among a machine's details: how fast a core of it is; older runs lack it."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it ran; `fingerprint` keys what may be compared between runs."""

    cpu_model: str
    cores: int
    threads_per_core: int
    memory_bytes: int
    kernel: str
    hypervisor: str | None
    governor: str | None
    python: str
    python_optimised: bool  # built with profile-guided optimisation
    container_engine: str | None
    cgroup: str | None  # v1, v2, hybrid
    load_average: float  # one minute, before the run
    fingerprint: str  # short hash over what must be equal
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """The head of a run, written before the first round."""

    id: str
    created_at: str  # UTC, ISO 8601
    schema: int
    command: str  # what a person types to repeat it
    plan: Plan
    machine: Machine
    receipts: Mapping[str, Receipt]  # by target id
    database: Mapping[str, str]  # version and settings of PostgreSQL
    harness: Mapping[str, str]  # commit, lock hash, versions of locust, gevent ...
    calibration: Calibration | None = None  # the newest of this machine, at the start


@dataclass(frozen=True, slots=True)
class Run:
    """A run as read back from its folder."""

    record: RunRecord
    boots: tuple[Boot, ...]
    windows: tuple[Window, ...]
    failures: tuple[Failure, ...]
    ends: tuple[RoundEnd, ...]
    volleys: tuple[Burst, ...] = ()
    meetings: tuple[Overlap, ...] = ()
    stops: tuple[Stop, ...] = ()  # none: it came to its end, or was interrupted

    @property
    def complete_rounds(self) -> tuple[int, ...]:
        """The rounds that ended; the others are not analysed."""
        return tuple(sorted({end.round for end in self.ends}))
