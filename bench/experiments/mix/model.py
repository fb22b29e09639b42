"""A mix of requests by its kinds, and the parts that a request is made of."""

from dataclasses import dataclass
from enum import StrEnum

from bench.model.estimate import Estimate, RoundSeries
from bench.model.experiment import ExperimentModel


MIX = "mix"
"""The workload that is a mix; the experiment is read from the windows of the headline."""


class RequestPart(StrEnum):
    """What a request may be made of."""

    ANSWER = "answer"  # the route, and a small answer in JSON
    VALIDATION = "validation"  # of the nested order
    FIRST_QUERY = "first-query"  # one row by its key, with the session around it
    QUERY = "query"  # each further one
    TEMPLATE = "template"  # a page in the place of JSON
    WRITE = "write"  # five rows written in one transaction, beside reading them


@dataclass(frozen=True, slots=True)
class KindLatency:
    """One kind of request of the mix at one load, response times in milliseconds."""

    target: str
    load: str  # its name
    kind: str  # the workload that it is
    requests: int  # right answers of the windows that count
    errors: int  # of all windows, void or not
    p50_ms: RoundSeries
    p90_ms: RoundSeries
    p99_ms: RoundSeries  # None in rounds with too few requests for it


@dataclass(frozen=True, slots=True)
class PartCost:
    """Server CPU time of one part of a request, in microseconds by round."""

    target: str
    part: RequestPart
    cost_us: RoundSeries


@dataclass(frozen=True, slots=True)
class MixCost:
    """Server CPU time of the mix, µs per request: from its kinds by themselves, and as measured."""

    target: str
    predicted_us: RoundSeries
    measured_us: RoundSeries
    ratio: RoundSeries  # predicted over measured


@dataclass(frozen=True, slots=True)
class CommonWork:
    """CPU time that both must spend on top of a workload until the leader's lead is 10 %."""

    leader: str
    other: str
    workload: str
    extra_us: RoundSeries  # 0 or less: the lead is smaller already


@dataclass(frozen=True, slots=True)
class EndpointCost:
    """What one target would spend on an endpoint, µs of CPU time, and how many times the cheapest's that is."""

    target: str
    cost_us: Estimate
    times: Estimate | None  # None: it is the cheapest


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint made of parts: so many queries, with or without validation and a template."""

    queries: int
    validation: bool
    template: bool
    costs: tuple[EndpointCost, ...]


@dataclass(frozen=True, slots=True)
class OtherMix:
    """What the same kinds of requests would cost with other weights."""

    name: str  # of bench.workloads.mix.OTHER_SHARES
    costs: tuple[EndpointCost, ...]


@dataclass(frozen=True, slots=True)
class Mix:
    """Everything of it that a run measured; empty parts were not."""

    kinds: tuple[KindLatency, ...]
    costs: tuple[MixCost, ...]
    parts: tuple[PartCost, ...]
    common_work: tuple[CommonWork, ...]
    endpoints: tuple[Endpoint, ...]
    others: tuple[OtherMix, ...]

    def part(self, target: str, part: RequestPart) -> PartCost | None:
        """What a part costs a target, if it was measured."""
        for cost in self.parts:
            if (cost.target, cost.part) == (target, part):
                return cost
        return None


MODEL = ExperimentModel({"mix": Mix | None})
