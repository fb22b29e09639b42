"""Everything that a report prints, computed once; results.json is its image."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.model.doubt import Warning
from bench.model.estimate import Comparison, Metric, Quantity
from bench.model.framework import Framework, Target
from bench.model.plan import Pinning, Profile
from bench.model.run import Machine, Receipt
from bench.model.trial import Failure
from bench.model.verdict import Verdict


RESULTS_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class WorkloadNote:
    """What a reader must know of a workload."""

    name: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Check:
    """One question that the run asked of itself, its limit and the answer."""

    id: str  # noise, generator, errors, rounds, steal ...
    title: str
    measured: str  # with unit
    limit: str
    passed: bool | None  # None: not measured
    effect: str  # what a failure does to which verdicts
    short: str  # for the trust strip


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the run folder, so that it can be checked."""

    path: str
    size_bytes: int
    sha256: str


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
    no_verdicts_because: str | None  # a smoke profile, too few rounds ...
    failures: tuple[Failure, ...]
    machine: Machine
    receipts: Mapping[str, Receipt]
    database: Mapping[str, str]
    harness: Mapping[str, str]
    files: tuple[StoredFile, ...]
