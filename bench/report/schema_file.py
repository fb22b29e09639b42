"""
results.schema.json: what results.json may hold, as JSON Schema 2020-12.

Made from the model itself, so that the two cannot drift apart; published in
reports/, for programs that read results in other languages.
"""

import inspect
import json
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from bench.model.experiment import evidence_kinds, rule_names
from bench.model.results import RESULTS_SCHEMA
from bench.report.json_file import stored_type


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
    named = (
        made["$defs"]["Claim"]["properties"],
        made["$defs"]["Evidence"]["properties"],
    )
    for place, names in (
        (named[0]["rule"], rule_names()),
        (named[0]["shows"], rule_names()),
        (named[1]["asked"], evidence_kinds()),
    ):
        place["anyOf"][0]["enum"] = list(names)
    made["properties"]["schema"] |= {"const": RESULTS_SCHEMA}
    return json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
