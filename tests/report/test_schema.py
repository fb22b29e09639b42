"""The published schema of results.json: current, strict, and true of what is written."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import (  # type: ignore[import-untyped]
    Draft202012Validator,
    ValidationError,
)

from bench.report.json_file import results_json, results_schema
from tests.report.pages import written
from tests.report.states import STATES, normal


ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "reports" / "results.schema.json"


def validator() -> Draft202012Validator:
    """The schema as it is published."""
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_published_schema_is_that_of_the_model() -> None:
    """Write it again with: python -m bench report --schema > reports/results.schema.json."""
    assert PUBLISHED.read_text(encoding="utf-8") == results_schema()


@pytest.mark.parametrize("state", STATES)
def test_what_is_written_is_valid(state: str) -> None:
    """Whatever a run came to, infinite bounds included."""
    text = (written(state) / "results.json").read_text(encoding="utf-8")
    validator().validate(json.loads(text))


@pytest.mark.parametrize(
    "path", sorted((ROOT / "reports" / "published").glob("*/results.json")), ids=str
)
def test_published_results_are_valid(path: Path) -> None:
    """The real thing, not only what tests invent."""
    validator().validate(json.loads(path.read_text(encoding="utf-8")))


def broken(change: str) -> dict[str, Any]:
    """Results with one fault."""
    document: dict[str, Any] = json.loads(results_json(normal()))
    match change:
        case "missing":
            del document["verdicts"]
        case "unknown":
            document["winner"] = "everybody"
        case "deep":
            document["quantities"][0]["estimate"]["low"] = "low"
        case "schema":
            document["schema"] = 2
    return document


@pytest.mark.parametrize("change", ["missing", "unknown", "deep", "schema"])
def test_what_is_not_results_is_refused(change: str) -> None:
    """A schema that accepts everything says nothing."""
    with pytest.raises(ValidationError):
        validator().validate(broken(change))
