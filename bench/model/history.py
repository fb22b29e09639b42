"""What the history keeps of a run: ratios to the floor and instructions, and what they hold for."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.model.verdict import Withheld


INSTRUCTIONS = "instructions"
"""The metric that is a count, and no ratio to the floor."""


@dataclass(frozen=True, slots=True)
class Point:
    """One figure of one target in one run."""

    # What goes on from run to run: framework/deployment for the version that
    # speaks for its framework, the whole target id for the others.
    line: str
    target: str
    workload: str
    metric: str
    reference: str | None  # the floor's target id; None: a count, no ratio
    conditions: str  # digest of all that must be equal: the machine first
    value: float | None  # advantage over the floor, or instructions per request
    low: float | None = None  # a count has no interval
    high: float | None = None
    level: float | None = None
    n: int | None = None  # rounds
    void: str | None = None  # why it decides nothing


@dataclass(frozen=True, slots=True)
class MadeOf:
    """What a target ran on."""

    target: str
    version: str
    packages: Mapping[str, str]
    app_sha256: str


@dataclass(frozen=True, slots=True)
class KeptRun:
    """One run as the history holds it."""

    id: str
    created_at: str  # UTC, ISO 8601
    machine: str  # fingerprint
    profile: str
    rounds: int
    measuring: str | None  # hash of the code that measured; None: not recorded
    decides_nothing: Withheld | None  # the twin differs from itself ...; None: it may
    made_from: str  # hash of the stored files that this was read from
    conditions: Mapping[str, Mapping[str, str]]  # what must be equal, by its digest
    targets: tuple[MadeOf, ...]
    points: tuple[Point, ...]

    def rows(self) -> tuple["HistoryRow", ...]:
        """One for each target and workload, in the order in which they were kept."""
        by_row: dict[tuple[str, str], dict[str, Point]] = {}
        for point in self.points:
            key = (point.target, point.workload)
            by_row.setdefault(key, {})[point.metric] = point
        return tuple(HistoryRow(self, *key, own) for key, own in by_row.items())

    def version(self, target: str) -> str | None:
        """The release that this target was; None for one that did not take part."""
        return next((t.version for t in self.targets if t.target == target), None)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """What one version showed in one run on one workload."""

    run: KeptRun
    target: str
    workload: str
    points: Mapping[str, Point]  # by metric
