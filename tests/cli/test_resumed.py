"""A run goes on only in the state of things in which it began."""

from types import SimpleNamespace
from unittest.mock import create_autospec

import pytest

from bench.cli import measuring
from bench.cli.engines import container_details
from bench.cli.record import harness_facts
from bench.deploy.compose import ComposeEngine
from bench.errors import UsageError
from bench.model.run import Run
from tests.builders import machine, record


LIMITS = {"app": 1 << 30, "database": 2 << 30}


def engine(limits: dict[str, int | None], version: str = "18.4") -> ComposeEngine:
    """Containers with these limits of memory, and a database of that version."""
    made: ComposeEngine = create_autospec(ComposeEngine, instance=True)
    made.memory_limits.return_value = limits  # type: ignore[attr-defined]
    facts = {"version": version}
    made.database = SimpleNamespace(facts=lambda: facts)  # type: ignore[misc,assignment]
    return made


def begun() -> Run:
    """A run in containers with LIMITS, that measured nothing yet."""
    details = container_details(engine({**LIMITS}))
    head = record(
        machine=machine(details=details),
        harness={"measuring_sha256": harness_facts()["measuring_sha256"]},
    )
    return Run(head, (), (), (), ())


@pytest.mark.parametrize(
    ("limits", "version", "says"),
    [
        ({**LIMITS}, "18.4", None),
        ({**LIMITS, "app": 1 << 29}, "18.4", "memory limits of the containers"),
        ({**LIMITS, "database": None}, "18.4", "memory limits of the containers"),
        ({**LIMITS}, "18.5", "PostgreSQL or its settings"),
    ],
)
def test_what_has_changed_is_named(
    limits: dict[str, int | None], version: str, says: str | None
) -> None:
    """Another limit of memory, none, or another database; the same ones are not refused."""
    run, now = begun(), engine(limits, version)
    if says is None:
        measuring._refuse_changes(run, now, run.record.receipts, {})
        return
    with pytest.raises(UsageError, match=f"changed since it began: {says}") as told:
        measuring._refuse_changes(run, now, run.record.receipts, {})
    assert "start a new run" in str(told.value.hint)
