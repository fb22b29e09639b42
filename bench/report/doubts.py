"""Warnings, gathered by reason: what it is, where, what it takes away, the remedy."""

from dataclasses import dataclass

from bench.model.doubt import Scope, Warning
from bench.report.words import SCOPES


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason with every place where it applies."""

    code: str
    title: str
    effect: str
    remedy: str
    places: tuple[str, ...]
    grave: bool  # it takes verdicts away


def grouped_warnings(warnings: tuple[Warning, ...]) -> tuple[Doubt, ...]:
    """Each reason once, in the order in which they came."""
    found: dict[str, list[Warning]] = {}
    for each in warnings:
        found.setdefault(each.reason.code, []).append(each)
    return tuple(_doubt(code, group) for code, group in found.items())


def _doubt(code: str, group: list[Warning]) -> Doubt:
    reason = group[0].reason
    return Doubt(
        code=code,
        title=reason.title,
        effect=SCOPES[reason.scope],
        remedy=reason.remedy,
        places=tuple(
            f"{each.where}: {each.detail}" if each.where else each.detail
            for each in group
        ),
        grave=reason.scope in (Scope.RUN, Scope.THROUGHPUT),
    )
