"""Warnings, gathered by reason: what it is, where, what it takes away, the remedy."""

from dataclasses import dataclass

from bench.model.results import Check, Results
from bench.model.warning import Scope, Warning
from bench.report.words import SCOPES


@dataclass(frozen=True, slots=True)
class WarningGroup:
    """One reason with every place where it applies."""

    code: str
    title: str
    effect: str
    remedy: str
    places: tuple[str, ...]
    grave: bool  # it takes verdicts away


def grouped_warnings(results: Results) -> tuple[WarningGroup, ...]:
    """Each reason once, in the order in which they came."""
    found: dict[str, list[Warning]] = {}
    for each in results.warnings:
        found.setdefault(each.reason.code, []).append(each)
    spared = {
        check.id: check
        for check in results.checks
        if check.passed is False and not check.takes_verdicts
    }
    return tuple(_doubt(code, group, spared.get(code)) for code, group in found.items())


def _doubt(code: str, group: list[Warning], spared: Check | None) -> WarningGroup:
    """What a reason takes, or that in this run it took nothing."""
    reason = group[0].reason
    takes = reason.scope in (Scope.RUN, Scope.THROUGHPUT, Scope.SPEED)
    return WarningGroup(
        code=code,
        title=reason.title,
        effect=spared.effect if spared and takes else SCOPES[reason.scope],
        remedy=reason.remedy,
        places=tuple(
            f"{each.where}: {each.detail}" if each.where else each.detail
            for each in group
        ),
        grave=takes and spared is None,
    )
