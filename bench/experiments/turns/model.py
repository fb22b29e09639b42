"""What came of requests that came together."""

from dataclasses import dataclass
from enum import StrEnum

from bench.model.estimate import Estimate, Series
from bench.model.experiment import ExperimentModel
from bench.model.trial import OneOfMany


class TurnsEvidence(StrEnum):
    """What a finding is of."""

    MET = "met"  # two requests inside one process at the same time
    UNDER_WAY = "under-way"  # requests at once in each process
    BURST = "burst"  # ms until the last answer to requests that were sent at once


@dataclass(frozen=True, slots=True)
class SetUp:
    """One target, asked whether it handles requests in turns."""

    target: str
    processes: int  # that answer requests
    met: bool | None  # two requests in one process at once; None: not asked
    met_because: str
    # Throughput of all clients times response time of one, for each process:
    # requests under way at once. 1 is in turns.
    effective: Estimate | None
    effective_rounds: Series
    reason: str | None  # why there is no estimate
    # Most answers of a volley within half a wait: so many waited together.
    together: int | None  # the median of the rounds
    volley: tuple[OneOfMany, ...]  # of the round whose last answer is the median
    volley_round: int | None
    last_ms: Series  # the last answer of each round's volley


@dataclass(frozen=True, slots=True)
class Turns:
    """The experiment as a whole."""

    workload: str
    wait_ms: float  # that each request spends waiting in the application
    clients: int  # of the loop with several
    at_once: int  # requests of a volley
    set_ups: tuple[SetUp, ...]
    # The targets that handle requests in turns by the line of the claim, and those
    # that do not; the rest is open. None: not judged, as in results of before.
    in_turns: tuple[str, ...] | None = None
    together: tuple[str, ...] | None = None


MODEL = ExperimentModel({"turns": Turns | None}, ("turns",), TurnsEvidence)
