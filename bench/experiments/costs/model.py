"""What a request costs, and what that is made of; microseconds of server CPU time."""

from dataclasses import dataclass
from enum import StrEnum

from bench.model.estimate import Estimate, Series
from bench.model.experiment import ExperimentModel
from bench.model.framework import CostPart


OWN_SHARE, WEIGHT = "own-share", "weight"
"""Rules: what a framework adds to its bare server; start-up, memory and cost together."""
LAYERS, VALIDATORS = "layers", "validators"
"""Rules, and the experiments that tell what a database layer and a validator cost."""


class CostsEvidence(StrEnum):
    """What a finding is of."""

    # Ratios: how many times as much.
    OWN_SHARE = "own-share"  # CPU time above the bare server
    LAYER = "layer"  # CPU time of the database layer
    VALIDATED = "validated"  # CPU time of a validated request, the other's over ours
    STARTUP = "startup"
    IDLE_MEMORY = "idle-memory"
    CPU = "cpu"
    MEMORY = "memory"
    # Amounts.
    ADDED = "added"  # µs of CPU time per request above another target
    WHOLE = "whole"  # µs of CPU time per request
    IMPORT = "import"  # ms


@dataclass(frozen=True, slots=True)
class Cost:
    """
    CPU time per request of a target, or what it spends more than another one.

    A difference is formed within each round; its estimate is the mean over the
    rounds, and may be negative.
    """

    target: str
    less: str | None  # the target whose cost is taken away; None: the whole cost
    part: CostPart | None  # what the difference is; None: a whole cost
    workload: str
    experiment: str  # in whose windows; "": those of the headline comparison
    estimate: Estimate | None  # None: fewer than two rounds hold both, or void
    rounds: Series
    void: str | None = None  # why it may decide nothing

    @property
    def known(self) -> int:
        """In how many rounds it was measured."""
        return sum(value is not None for value in self.rounds)


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a request's cost."""

    part: CostPart
    label: str  # what it is here: "database layer: SQLAlchemy above psycopg alone"
    estimate: Estimate

    @property
    def clamped(self) -> bool:
        """Whether it came out below zero, which noise can do: it is drawn as nothing."""
        return self.estimate.point < 0


@dataclass(frozen=True, slots=True)
class Breakdown:
    """
    What a request of one target on one workload is made of.

    All estimates are means over the same rounds, those that hold every part;
    so the points of the shares add up to that of the total.
    """

    target: str
    workload: str
    total: Estimate
    shares: tuple[Share, ...]  # in the order of CostPart, the rest last


MODEL = ExperimentModel(
    {"costs": tuple[Cost, ...], "breakdowns": tuple[Breakdown, ...]},
    (OWN_SHARE, WEIGHT, LAYERS, VALIDATORS),
    CostsEvidence,
)
