"""Everything that a report prints, computed once; results.json is its image."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bench.model.calibration import Calibration
from bench.model.estimate import Comparison, Metric, Quantity
from bench.model.experiment import nothing_found
from bench.model.framework import Framework, Target
from bench.model.load import Load
from bench.model.plan import EXTERNAL, Pinning, Profile
from bench.model.probe import ProbeResults
from bench.model.ranking import Ranking, Step
from bench.model.run import Machine, Receipt
from bench.model.trial import Failure
from bench.model.verdict import Article, Verdict
from bench.model.warning import Scope, Warning


RESULTS_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class WorkloadNote:
    """What a reader must know of a workload."""

    name: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Check:
    """One condition that the run asked of itself, its limit and whether it held."""

    id: str  # noise, generator, errors, rounds, steal ...
    title: str  # the good condition: "Every answer was right"
    measured: str  # with unit
    limit: str
    passed: bool | None  # None: not measured
    effect: str  # what a failure does to which verdicts
    short: str  # for the trust strip
    severity: Scope | None = None  # what a failure takes; None: not recorded
    value: float | None = None  # what was measured, in `unit`; None: no one number
    limit_value: float | None = None  # in `unit`; None: no one number
    unit: str = ""

    @property
    def takes_verdicts(self) -> bool:
        """Whether it failed and took something with it; where no severity is recorded, it did."""
        return self.passed is False and self.severity is not Scope.NOTE


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One thing that the machine did beside the measuring, over the windows of a run."""

    id: str
    title: str
    unit: str
    typical: float | None  # median of the windows; None: nobody told
    worst: float | None
    told: int  # windows that know it
    windows: int


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the run folder, so that it can be checked."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One level of a percentile curve: what the rounds gave, milliseconds."""

    level: float  # 0.99 is the 99th percentile
    low_ms: float  # the least of the rounds
    middle_ms: float  # their geometric mean
    high_ms: float
    beyond: int  # requests beyond this level, in the round that had fewest


@dataclass(frozen=True, slots=True)
class Curve:
    """The distribution of response times of one target at one open load, from the intended send."""

    target: str
    workload: str
    load: str  # the load's name: open-equal-70
    rounds: int
    points: tuple[CurvePoint, ...]  # levels rise


class NoVerdicts(StrEnum):
    """Why a run as a whole judges nothing."""

    EXTENT = "extent"  # less was asked for than verdicts of its profile need
    PROFILE = "profile"  # it gives none
    ROUNDS = "rounds"  # too few were played in full


@dataclass(frozen=True, slots=True)
class Results:
    """One run, understood."""

    schema: int
    run_id: str
    created_at: str
    command: str
    engine: str
    profile: Profile
    seed: int
    workers: int
    threads: int
    pinning: Pinning
    rounds_planned: int
    rounds_done: int
    frameworks: tuple[Framework, ...]
    targets: tuple[Target, ...]
    workloads: tuple[WorkloadNote, ...]
    metrics: tuple[Metric, ...]
    quantities: tuple[Quantity, ...]
    comparisons: tuple[Comparison, ...]
    checks: tuple[Check, ...]
    warnings: tuple[Warning, ...]
    verdicts: tuple[Verdict, ...]
    no_verdicts_because: str | None  # `no_verdicts` in words
    failures: tuple[Failure, ...]
    machine: Machine
    receipts: Mapping[str, Receipt]
    database: Mapping[str, str]
    harness: Mapping[str, str]
    files: tuple[StoredFile, ...]
    curves: tuple[Curve, ...] = ()  # none: closed loop only
    open_loads: tuple[Load, ...] = ()
    calibration: Calibration | None = None  # of this machine, when the run began
    claims_sha256: str = ""  # of the table of claims that the verdicts were given by
    claims_source: str = ""  # its file's name
    article: Article | None = None  # that the claims are quoted from; None: not known
    exhibits: ProbeResults | None = None  # what was probed and counted, if it was
    machine_trace: tuple[TraceRow, ...] = ()  # none: older than this field
    # What the experiments found, by field of results.json (bench.model.experiment).
    found: Mapping[str, Any] = field(default_factory=nothing_found)
    # Of the default deployments, by workload and metric.
    rankings: tuple[Ranking, ...] = ()
    steps: tuple[Step, ...] = ()  # from version to version, beyond the A/A control
    # By metric: how far from 1 the intervals of the A/A control reach, as a ratio.
    control_reach: Mapping[str, float] = field(default_factory=dict)
    no_verdicts: NoVerdicts | None = None  # why it was never meant to, or may not

    @property
    def own_servers(self) -> bool:
        """Whether the harness started what it measured, on cores and with workers that it chose."""
        return self.engine != EXTERNAL
