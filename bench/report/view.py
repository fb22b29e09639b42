"""Look-ups over Results; nothing here computes a number that was not measured."""

from collections.abc import Iterable

from bench.judge.ranking import margin_of
from bench.model.estimate import Comparison, Estimate, Metric, Quantity
from bench.model.framework import Framework, Role, Style, Target, contestants
from bench.model.ranking import Ranking
from bench.model.results import Check, Results
from bench.model.warning import Warning
from bench.report.clean import one_line, unmarked
from bench.workloads import WORKLOADS


GREY = Style("#525d6b", "#a7b1bf", "#525d6b", "#a7b1bf", "D", "dashdot")
"""How a target is drawn whose framework has no table."""

LONGEST_LABEL = 100
"""Characters of a name in a chart or a sentence; the tables of set-ups have all of it."""


class View:
    """Results with names instead of positions."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self._targets = {target.id: target for target in results.targets}
        self._frameworks = {
            framework.name: framework for framework in results.frameworks
        }
        self._metrics = {metric.name: metric for metric in results.metrics}
        self._workloads = {
            note.name: unmarked(note.title) for note in results.workloads
        }
        self._quantities = {
            (quantity.target, quantity.workload, quantity.metric): quantity
            for quantity in results.quantities
        }
        self._comparisons = {
            (
                comparison.subject,
                comparison.baseline,
                comparison.workload,
                comparison.metric,
            ): comparison
            for comparison in results.comparisons
        }
        self._rankings = {
            (ranking.workload, ranking.metric): ranking for ranking in results.rankings
        }
        self._labels = _labels(results.targets)

    @property
    def contestants(self) -> tuple[Target, ...]:
        """The targets that the claims are about, by label."""
        chosen = contestants(self.results.targets, self.results.frameworks)
        return self._by_label(chosen.values())

    def of_role(self, role: Role) -> tuple[Target, ...]:
        """The targets of a role, by label."""
        return self._by_label(t for t in self.results.targets if t.role is role)

    def _by_label(self, chosen: Iterable[Target]) -> tuple[Target, ...]:
        return tuple(sorted(chosen, key=lambda target: self.label(target.id).lower()))

    def target(self, target_id: str) -> Target | None:
        """The target of that id, or None."""
        return self._targets.get(target_id)

    def framework_of(self, target_id: str) -> Framework | None:
        """The framework of a target, or None if it has no table."""
        target = self._targets.get(target_id)
        return None if target is None else self._frameworks.get(target.framework)

    def look(self, target_id: str) -> Style:
        """How a target is drawn."""
        framework = self.framework_of(target_id)
        return GREY if framework is None else framework.look

    def label(self, name: str) -> str:
        """The name that readers see for a target id or a framework."""
        if name in self._labels:
            return self._labels[name]
        framework = self._frameworks.get(name)
        return unmarked(name) if framework is None else _label(framework.title)

    def workload(self, name: str | None) -> str:
        """The title of a workload; of the target as a whole if None."""
        if name is None:
            return "as a whole"
        return self._workloads.get(name) or _label(name)

    def metric(self, name: str) -> Metric:
        """The metric of that name; a bare one if the results do not explain it."""
        return self._metrics.get(name) or Metric(name, name, "", True)

    def quantity(
        self, target: str, workload: str | None, metric: str
    ) -> Quantity | None:
        """What was measured, or None if there was no such trial."""
        return self._quantities.get((target, workload, metric))

    def advantage(
        self, subject: str, baseline: str, workload: str, metric: str
    ) -> Estimate | None:
        """How many times better the subject is, whichever way it was compared."""
        comparison = self._comparisons.get((subject, baseline, workload, metric))
        if comparison is not None:
            return None if comparison.void else comparison.advantage
        comparison = self._comparisons.get((baseline, subject, workload, metric))
        if comparison is None or comparison.void or comparison.advantage is None:
            return None
        return comparison.advantage.inverse

    def workloads_with(self, metric: str) -> tuple[str, ...]:
        """The workloads in which the metric of some contestant was measured."""
        ids = [target.id for target in self.contestants]
        return tuple(
            note.name
            for note in self.results.workloads
            if any(self.measured(target, note.name, metric) for target in ids)
        )

    def measured(self, target: str, workload: str | None, metric: str) -> bool:
        """Whether there is an estimate, or at least one round without an interval."""
        quantity = self.quantity(target, workload, metric)
        return quantity is not None and (
            quantity.estimate is not None
            or any(value is not None for value in quantity.rounds)
        )

    def why_missing(self, metrics: tuple[str, ...]) -> str:
        """The reason for which no contestant has an estimate of these metrics."""
        for quantity in self.results.quantities:
            if quantity.metric in metrics and quantity.reason:
                return quantity.reason
        return "this run holds no trials of it"

    def ranking(self, workload: str, metric: str) -> Ranking | None:
        """Who is ahead of whom there; None where nothing was compared."""
        return self._rankings.get((workload, metric))

    def check(self, check_id: str) -> Check | None:
        """The check of that id, or None."""
        return next(
            (check for check in self.results.checks if check.id == check_id), None
        )

    def twins(self) -> tuple[Comparison, ...]:
        """Comparisons of a target with itself, entered twice."""
        return tuple(
            comparison
            for comparison in self.results.comparisons
            if self._is_pair(comparison.subject, comparison.baseline)
            or self._is_pair(comparison.baseline, comparison.subject)
        )

    @property
    def margin(self) -> float:
        """The smallest margin of a claim that this run could test."""
        return margin_of(self.results.verdicts)

    def warning_titles(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """The titles of warnings by code, each once."""
        by_code: dict[str, Warning] = {}
        for warning in self.results.warnings:
            by_code.setdefault(warning.reason.code, warning)
        return tuple(
            by_code[code].reason.title if code in by_code else code for code in codes
        )

    def _is_pair(self, twin: str, original: str) -> bool:
        target = self._targets.get(twin)
        return target is not None and target.twin_of == original


def _labels(targets: tuple[Target, ...]) -> dict[str, str]:
    """Titles, made longer only where two targets would share one."""
    labels = {target.id: _label(target.title) for target in targets}
    for longer in ("{0.title} {0.version}", "{0.title} ({0.deployment})", "{0.id}"):
        taken = list(labels.values())
        for target in targets:
            if taken.count(labels[target.id]) > 1:
                labels[target.id] = _label(longer.format(target))
    return labels


def _label(name: str) -> str:
    """A name in one line, whoever gave it."""
    return unmarked(one_line(name, LONGEST_LABEL))


def workload_title(name: str) -> str:
    """The title of a workload on a page that is of no single run; its name where there is none of that name here."""
    return WORKLOADS[name].title if name in WORKLOADS else name


def lower_first(title: str) -> str:
    """A title inside a sentence; abbreviations stay as they are, an article does not."""
    short = title[:2].isupper() and title[1:2] != " "
    return title if short else title[:1].lower() + title[1:]


def absent(reason: str | None) -> str:
    """The words that stand where a number would: never a zero, never a gap."""
    if not reason:
        return "not measured: no such trial in this run"
    return reason if reason == "not measured" else f"not measured: {reason}"
