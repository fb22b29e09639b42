"""The lines of trials.jsonl and the head run.json, to and from the nouns."""

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bench.errors import place, told
from bench.model.run import RunRecord
from bench.model.trial import (
    Boot,
    Burst,
    Event,
    Failure,
    Overlap,
    RoundEnd,
    Stop,
    Window,
)
from bench.store.untrusted_input import loads
from bench.store.validate import refuse_record


_NOUNS: dict[str, type[Event]] = {
    "boot": Boot,
    "window": Window,
    "failure": Failure,
    "volley": Burst,
    "meeting": Overlap,
    "round_end": RoundEnd,
    "stop": Stop,
}
_NAMES = {noun: name for name, noun in _NOUNS.items()}
_KINDS: dict[str, TypeAdapter[Any]] = {n: TypeAdapter(k) for n, k in _NOUNS.items()}
_HEAD = TypeAdapter(RunRecord)


def to_line(event: Event) -> str:
    """One event as one line of JSON, without its line end."""
    kind = _NAMES[type(event)]
    value = _KINDS[kind].dump_python(event, mode="json")
    return json.dumps({"kind": kind, **value}, separators=(",", ":"), allow_nan=False)


def from_line(line: str) -> Event:
    """The event that a line holds; ValueError says what is wrong with it."""
    value = loads(line)
    if not isinstance(value, dict) or "kind" not in value:
        raise ValueError("it has no 'kind'")
    kind = value.pop("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        kinds = ", ".join(_KINDS)
        raise ValueError(f"its kind {told(kind)} is unknown; known are {kinds}")
    event: Event = validated(_KINDS[kind], value)
    return event


def head_to_text(record: RunRecord) -> str:
    """The text of run.json."""
    return json.dumps(_HEAD.dump_python(record, mode="json"), indent=1, allow_nan=False)


def head_from_text(text: str) -> RunRecord:
    """The head that a run.json holds; ValueError says what is wrong with it."""
    record: RunRecord = validated(_HEAD, loads(text))
    refuse_record(record)
    return record


def validated(adapter: TypeAdapter[Any], value: object) -> Any:
    """The noun that plain values stand for; ValueError names the first wrong place and what is wrong with it."""
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = f"{place(fault['loc'])}: " if fault["loc"] else ""
        raise ValueError(f"{where}{fault['msg']}") from error


def schema_of(value: object) -> object:
    """The number of the format that a file names; ValueError where it is no object at all."""
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")
    return value.get("schema")
