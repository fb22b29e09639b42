"""
results.json: the image of Results, without loss.

The schema number stands first. Infinite bounds are written as words, as JSON
has no way to say them; pydantic reads them back.
"""

import inspect
import json
from collections.abc import Mapping
from dataclasses import field, fields, is_dataclass, make_dataclass, replace
from enum import Enum
from functools import cache
from math import isfinite
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from bench.errors import UsageError, told
from bench.judge.ranking import ranked
from bench.judge.results import no_verdicts
from bench.model.experiment import (
    evidence_kinds,
    found_types,
    nothing_found,
    rule_names,
)
from bench.model.results import RESULTS_SCHEMA, Results
from bench.report.view import View
from bench.store.records import validated
from bench.store.untrusted_input import loads
from bench.wording.worded import worded


FOUND = "found"
"""The field of Results whose entries are fields of the file."""


def results_json(results: Results) -> str:
    """The results with their sentences as JSON text; mappings sorted, so that equal results give equal bytes."""
    image: dict[str, object] = {}
    for attribute in fields(results := worded(results)):
        value = getattr(results, attribute.name)
        image |= value if attribute.name == FOUND else {attribute.name: value}
    plain = {name: _plain(value) for name, value in image.items()}
    return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"


def read_results(text: str) -> Results:
    """
    The results that `results_json` wrote; those older than rankings are ranked as they are read.

    Raises:
        UsageError: it is not JSON, of another schema, misses something, or
            holds a look that cannot be drawn.
    """
    try:
        document = loads(text)
    except ValueError as error:
        raise UsageError(
            f"results.json: not JSON ({error})",
            hint="write it again with: bench report",
        ) from error
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != RESULTS_SCHEMA:
        raise UsageError(
            f"results.json: schema {told(schema)} is not known here",
            hint=f"this version reads schema {RESULTS_SCHEMA}; "
            "write the file again from its run with: bench report",
        )
    try:
        stored = validated(_adapter(), document)
        named = {
            attribute.name: getattr(stored, attribute.name)
            for attribute in fields(stored)
        }
        its_own = {name: named.pop(name) for name in found_types()}
        results = Results(**named, found=its_own)
        _refuse_looks(results)
    except ValueError as error:
        raise UsageError(
            f"results.json: {error}", hint="write it again with: bench report"
        ) from error
    results = _with_severities(results)
    if results.no_verdicts_because is not None and results.no_verdicts is None:
        why = no_verdicts(results.profile, results.rounds_done)  # older than that field
        results = replace(results, no_verdicts=why)
    if results.rankings or not results.comparisons:
        return results
    return ranked(results, [target.id for target in View(results).contestants])


def _with_severities(results: Results) -> Results:
    """Of results of before severities were kept, those that their warnings tell."""
    scopes = {warning.reason.code: warning.reason.scope for warning in results.warnings}
    return replace(
        results,
        checks=tuple(
            check
            if check.severity is not None or check.id not in scopes
            else replace(check, severity=scopes[check.id])
            for check in results.checks
        ),
    )


@cache  # takes half a second to make
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(stored_type())


def stored_type() -> type[Any]:
    """Results as a file holds them: each thing that an experiment found is a field of its own."""
    made: list[Any] = []
    for attribute in fields(Results):
        default = field(
            default=attribute.default, default_factory=attribute.default_factory
        )
        made.append((attribute.name, attribute.type, default))
    at = [name for name, *_ in made].index(FOUND)
    nothing = nothing_found()
    made[at : at + 1] = [
        (name, kind, field(default=nothing[name]))
        for name, kind in found_types().items()
    ]
    stored = make_dataclass("Results", made, frozen=True)
    stored.__doc__ = Results.__doc__
    return stored


def _refuse_looks(results: Results) -> None:
    for framework in results.frameworks:
        if framework.look.fault:
            raise ValueError(f"{told(framework.name)}: look: {framework.look.fault}")


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            attribute.name: _plain(getattr(value, attribute.name))
            for attribute in fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(value[key]) for key in sorted(value)}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value


DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Strict(GenerateJsonSchema):
    """What pydantic says of the model, with the words for infinity and nothing unnamed."""

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        """JSON has no infinity: an unbounded interval is written as a word."""
        return {"anyOf": [super().float_schema(schema), {"enum": ["inf", "-inf"]}]}

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """A field that the model does not know is a fault."""
        described = inspect.cleandoc(schema["cls"].__doc__ or "")
        made = super().dataclass_schema(schema)
        return {**made, "description": described, "additionalProperties": False}


def results_schema() -> str:
    """The JSON Schema of results.json as text; the same model gives the same bytes."""
    made: dict[str, Any] = TypeAdapter(stored_type()).json_schema(
        schema_generator=_Strict
    )
    made |= {"$schema": DIALECT, "title": "results.json of a run"}
    # Names that only the experiments know.
    claim, evidence = (
        made["$defs"][name]["properties"] for name in ("Claim", "Evidence")
    )
    for place in (claim["rule"], claim["shows"]):
        place["anyOf"][0]["enum"] = list(rule_names())
    evidence["asked"]["anyOf"][0]["enum"] = list(evidence_kinds())
    made["properties"]["schema"] |= {"const": RESULTS_SCHEMA}
    return json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
