"""What an experiment is known by on every floor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_origin

from bench.experiments import parts


@dataclass(frozen=True, slots=True)
class ExperimentModel:
    """The fields of results.json that hold what was found, by type; rules that ask for it; kinds of its evidence."""

    found: Mapping[str, Any]
    rules: tuple[str, ...] = ()
    evidence: Iterable[StrEnum] = ()


def found_types() -> dict[str, Any]:
    """The type of every field of results.json that is an experiment's."""
    return {name: kind for part in parts("model") for name, kind in part.found.items()}


def nothing_found() -> dict[str, Any]:
    """Those fields of a run that played none: an empty tuple, or None."""
    return {
        name: () if get_origin(kind) is tuple else None
        for name, kind in found_types().items()
    }


def rule_names() -> tuple[str, ...]:
    """Every rule that a claim may be judged by."""
    return tuple(rule for part in parts("model") for rule in part.rules)


def evidence_kinds() -> tuple[str, ...]:
    """Everything that a finding may be of."""
    return tuple(kind.value for part in parts("model") for kind in part.evidence)
