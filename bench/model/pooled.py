"""What several runs say together, and how far they lie apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bench.model.estimate import Estimate
from bench.model.verdict import Withheld


POOL_SCHEMA = 2


class Omission(StrEnum):
    """Why a run, or one ratio of it, is not pooled."""

    NO_VERDICTS = "no verdicts"  # its profile gives none
    CANNOT_DECIDE = "cannot decide"
    NOT_OURS = "not ours"  # its servers were not started by the harness
    CONDITIONS = "conditions"  # it was measured under other ones
    NOTHING_SHARED = "nothing shared"  # no other run has one of its ratios
    VOID = "void"
    FEW_ROUNDS = "few rounds"
    ONE_RUN = "one run"  # no other run has it


@dataclass(frozen=True, slots=True)
class Differs:
    """What a run was measured with, and what most of them were."""

    what: str  # "clients"
    own: int
    usual: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A run, or some ratios of it, that did not take part; `because` is written last."""

    run: str
    why: Omission
    workload: str | None = None  # None: the whole run
    ratios: int = 0  # how many of it on this workload; 0: the whole run
    profile: str = ""  # that gives no verdicts
    withheld: Withheld | None = None  # what forbids the run to decide
    conditions: tuple[Differs, ...] = ()
    void: str = ""  # the reason, as the analysis tells it
    rounds: int | None = None  # that hold it
    because: str = ""


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
    facts: Mapping[str, str]  # what may differ between runs: versions, commit ...


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
        out = (left.run for left in self.left_out)
        return tuple(sorted({*(run.id for run in self.runs), *out}))
