"""What one round knows while it goes on."""

from dataclasses import dataclass, field

from bench.deploy.engine import Server
from bench.model.plan import Cell, Plan
from bench.model.trial import Window
from bench.model.workload import Workload
from bench.plan.schedule import request_seed
from bench.run.instruments import Instruments


@dataclass(slots=True)
class Round:
    """The state of one round while it goes on."""

    number: int
    plan: Plan
    tools: Instruments
    workloads: dict[str, Workload]
    # Of this round, in the order in which they were measured; an interrupted
    # round begins with what it had.
    windows: list[Window] = field(default_factory=list)
    servers: dict[str, Server] = field(default_factory=dict)
    most_connections: dict[str, int] = field(default_factory=dict)
    # Target, workload and experiment of the volleys that this round has had.
    volleys: set[tuple[str, str, str]] = field(default_factory=set)
    # Target and experiment of the meetings that the run has had.
    meetings: set[tuple[str, str]] = field(default_factory=set)

    def has(self, cell: Cell, cycle: int) -> bool:
        """Whether that window was measured before the round was interrupted."""
        wanted = (cell.target, cell.workload, cell.load.name, cycle)
        return any(
            wanted == (w.target, w.workload, w.load, w.cycle) for w in self.windows
        )

    @property
    def seed(self) -> int:
        """The seed of the request bodies."""
        return request_seed(self.plan, self.number)
