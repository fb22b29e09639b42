"""What one round knows while it goes on."""

from dataclasses import dataclass, field

from bench.deploy.engine import Server
from bench.model.plan import Plan
from bench.model.workload import Workload
from bench.plan.order import request_seed
from bench.run.instruments import Instruments


@dataclass(slots=True)
class Round:
    """The state of one round while it goes on."""

    number: int
    plan: Plan
    tools: Instruments
    workloads: dict[str, Workload]
    done: frozenset[tuple[str, str, int]]  # (target, workload, cycle) measured before
    servers: dict[str, Server] = field(default_factory=dict)
    most_connections: dict[str, int] = field(default_factory=dict)

    @property
    def seed(self) -> int:
        """The seed of the request bodies."""
        return request_seed(self.plan, self.number)
