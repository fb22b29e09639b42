"""What a verdict is given from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.analyse.analysis import Analysis
from bench.model.doubt import Scope
from bench.model.framework import Target
from bench.model.plan import Plan
from bench.model.probe import Exhibits


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was probed and counted, and the version of each framework that was measured."""

    exhibits: Exhibits | None = None
    measured: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Court:
    """An analysed run, and by which targets and names its frameworks go."""

    analysis: Analysis
    plan: Plan
    titles: dict[str, str]
    contestants: dict[str, Target]
    refused: dict[str, str]  # framework -> why it could not be prepared at all
    evidence: Evidence


def forced_because(analysis: Analysis) -> str | None:
    """Why this run may decide nothing at all, if so."""
    for warning in analysis.warnings:
        if warning.reason.scope is Scope.RUN:
            return f"{warning.reason.title.lower()}: {warning.detail}"
    return None
