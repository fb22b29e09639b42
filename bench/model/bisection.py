"""Which releases of a package changed what a request costs: what `bench bisect` found."""

from collections.abc import Mapping
from dataclasses import dataclass, field


BISECTION_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class RequestCost:
    """
    What one release takes for a request of one workload.

    Counted: instructions, and the second count where one was made. Timed: CPU
    time as a multiple of the oldest measured release's, with its interval.
    """

    value: float
    again: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class CountedRelease:
    """One release of the package in an environment of its own."""

    version: str
    packages: Mapping[str, str] = field(default_factory=dict)  # of its environment
    costs: Mapping[str, RequestCost] = field(default_factory=dict)
    """By workload; empty where it was not measured."""
    skipped: str | None = None  # why it cannot be measured


@dataclass(frozen=True, slots=True)
class PackageChange:
    """Another package that differs between two environments; None: not installed there."""

    package: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class CostStep:
    """From one measured release to the next: a change of what a request costs on one workload."""

    workload: str
    older: str
    newer: str
    times: float  # cost of the newer one, the older one's = 1
    low: float | None  # the interval's ends where it was timed; None: counted
    high: float | None
    exact: bool  # counted: both releases gave the same count twice
    changed: tuple[PackageChange, ...]  # beside the package itself


@dataclass(frozen=True, slots=True)
class Bisection:
    """All releases between two, and the steps among those that were measured."""

    schema: int
    made_at: str  # UTC, ISO 8601
    package: str
    framework: str
    timed: bool  # by paired rounds of a run; else by counted instructions
    measured_by: Mapping[str, str]  # run and rounds, or valgrind, requests, python
    workloads: tuple[str, ...]
    threshold: float  # a change beyond this share is a step
    # Oldest first; between two of one cost not all are measured.
    releases: tuple[CountedRelease, ...]
    steps: tuple[CostStep, ...]
