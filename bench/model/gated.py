"""One commit of a package against another: what `bench gate` found."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class GateOutcome(StrEnum):
    """What became of it, for one framework or for all."""

    PASSED = "no slower"
    SLOWER = "slower"
    BROKEN = "broken"  # the newer commit, and not the older one
    UNRELIABLE = "cannot tell"


@dataclass(frozen=True, slots=True)
class CountedChange:
    """One workload: instructions of the newer commit, the older one's = 1."""

    workload: str
    times: float
    margin: float  # the share of more instructions that is let pass
    exact: bool  # both were equal to their second counts
    too_much: bool  # more than the margin lets pass, by counts that are exact


@dataclass(frozen=True, slots=True)
class GatedFramework:
    """What one framework that uses the package showed."""

    framework: str
    title: str
    outcome: GateOutcome
    because: str | None = None  # why it is broken, or cannot be told
    counted: tuple[CountedChange, ...] = ()
    timed: Mapping[str, str] | None = None  # the runs, and the comparison in Markdown


@dataclass(frozen=True, slots=True)
class Gated:
    """All of it."""

    package: str
    base: str  # commits
    head: str
    frameworks: tuple[GatedFramework, ...]

    @property
    def outcome(self) -> GateOutcome:
        """The gravest one."""
        outcomes = {framework.outcome for framework in self.frameworks}
        order = (
            GateOutcome.BROKEN,
            GateOutcome.SLOWER,
            GateOutcome.UNRELIABLE,
            GateOutcome.PASSED,
        )
        return next(outcome for outcome in order if outcome in outcomes)
