"""What several runs say together, and how far they lie apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bench.model.estimate import Estimate


POOL_SCHEMA = 1


class Exclusion(StrEnum):
    """Why a run, or one ratio of it, is not pooled."""

    NO_VERDICTS = "its profile gives no verdicts"
    CANNOT_DECIDE = "it may decide nothing"
    NOT_OURS = "its servers were not started by the harness"
    CONDITIONS = "it was measured under other conditions"
    NOTHING_SHARED = "no other run has one of its ratios"
    VOID = "it is void in this run"
    FEW_ROUNDS = "too few rounds hold it"
    ONE_RUN = "only one run has it"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A run, or some ratios of it, that did not take part."""

    run: str
    why: Exclusion
    detail: str = ""
    workload: str | None = None  # None: the whole run
    ratios: int = 0  # how many of it on this workload; 0: the whole run


@dataclass(frozen=True, slots=True)
class PooledRun:
    """A run that takes part."""

    id: str
    created_at: str
    machine: int  # which of `Pool.machines`
    profile: str
    rounds: int
    # CPU time per request, as a multiple of that of the machine's first run;
    # geometric mean over the cells that both have. None: they share none.
    cpu_time: float | None
    facts: Mapping[
        str, str
    ]  # what may differ between runs: versions, commit, Python ...


@dataclass(frozen=True, slots=True)
class PooledMachine:
    """Runs that count as one machine: one fingerprint, one engine, one speed."""

    fingerprint: str
    cpu_model: str
    engine: str


@dataclass(frozen=True, slots=True)
class RatioOfRun:
    """One run's own ratio."""

    run: str
    estimate: Estimate  # as on the run's page; `n` counts rounds
    error: float  # standard error of its log


@dataclass(frozen=True, slots=True)
class RatioOfMachine:
    """The ratio over the runs of one machine."""

    machine: int
    runs: tuple[RatioOfRun, ...]
    estimate: Estimate | None  # `n` counts runs; None: one run only
    between: float | None  # standard deviation between runs (logs), beyond their rounds


@dataclass(frozen=True, slots=True)
class PooledRatio:
    """How many times better the subject is than the baseline, by several runs."""

    subject: str
    baseline: str
    workload: str
    metric: str
    machines: tuple[RatioOfMachine, ...]
    estimate: Estimate | None  # over machines, `n` of them; None: one machine only
    between: float | None  # standard deviation between machines (logs)


@dataclass(frozen=True, slots=True)
class Pool:
    """Several runs together."""

    schema: int
    level: float  # of every pooled interval
    machines: tuple[PooledMachine, ...]
    runs: tuple[PooledRun, ...]  # oldest first
    titles: Mapping[str, str]  # of targets, by id
    contestants: tuple[str, ...]  # target ids of usual deployments
    ratios: tuple[PooledRatio, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def named(self) -> tuple[str, ...]:
        """Every run that was asked for, those left out included."""
        out = (each.run for each in self.left_out)
        return tuple(sorted({*(run.id for run in self.runs), *out}))
