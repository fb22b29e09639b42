"""What a verdict is given from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.analyse.analysis import Analysis
from bench.analyse.comparisons import paired
from bench.model.estimate import Comparison
from bench.model.framework import Target
from bench.model.plan import Plan
from bench.model.probe import ProbeResults
from bench.model.verdict import Withheld
from bench.model.warning import Scope


@dataclass(frozen=True, slots=True)
class RunEvidence:
    """What was probed and counted, and the version of each framework that was measured."""

    exhibits: ProbeResults | None = None
    measured: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgeContext:
    """An analysed run, and the targets that stand for its frameworks."""

    analysis: Analysis
    plan: Plan
    contestants: dict[str, Target]
    evidence: RunEvidence

    def comparison(
        self, subject: str, baseline: str, workload: str, metric: str
    ) -> Comparison:
        """That of the two targets; without a number where the run holds none."""
        comparison = self.analysis.comparison(subject, baseline, workload, metric)
        level = self.analysis.level
        return comparison or paired(subject, baseline, workload, metric, (), level)

    def id_of(self, framework: str) -> str:
        """Its target's id, or its own name where the run holds none."""
        target = self.contestants.get(framework)
        return target.id if target else framework


def withheld_because(analysis: Analysis) -> Withheld | None:
    """Why this run may decide nothing at all, if so."""
    for warning in analysis.warnings:
        if warning.reason.scope is Scope.RUN:
            reason = warning.reason
            return Withheld(reason.code, reason.title, warning.detail)
    return None
