"""
Is the OpenAPI document at this address valid, and are the schemas in it?

Validators: openapi-spec-validator with the published meta-schema, jsonschema
with the dialect that OpenAPI 3.1 names.
"""

import json
import sys
from importlib.metadata import version
from urllib.request import urlopen

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from openapi_spec_validator import OpenAPIV31SpecValidator


with urlopen(sys.argv[1] + "/openapi.json", timeout=10) as reply:
    document = json.load(reply)
faults = [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]
schemas = document.get("components", {}).get("schemas", {})
for name, schema in schemas.items():
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        faults.append(f"{name}: {error.message}")
json.dump(
    {
        "passed": not faults and bool(schemas) and document["openapi"][:3] == "3.1",
        "sent": "GET /openapi.json",
        "came_back": f"OpenAPI {document['openapi']}: {len(document['paths'])} paths, "
        f"{len(schemas)} schemas, {len(faults)} faults",
        "evidence": [
            f"openapi-spec-validator {version('openapi-spec-validator')}",
            f"jsonschema {version('jsonschema')}, draft 2020-12",
            *faults[:5],
        ],
    },
    sys.stdout,
)
