"""The lines of trials.jsonl and the head run.json, to and from the nouns."""

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bench.model.run import RunRecord
from bench.model.trial import Boot, Failure, Meeting, RoundEnd, Stop, Volley, Window


type Event = Boot | Window | Failure | Volley | Meeting | RoundEnd | Stop

_KINDS: dict[str, TypeAdapter[Any]] = {
    "boot": TypeAdapter(Boot),
    "window": TypeAdapter(Window),
    "failure": TypeAdapter(Failure),
    "volley": TypeAdapter(Volley),
    "meeting": TypeAdapter(Meeting),
    "round_end": TypeAdapter(RoundEnd),
    "stop": TypeAdapter(Stop),
}
_NAMES = {
    Boot: "boot",
    Window: "window",
    Failure: "failure",
    Volley: "volley",
    Meeting: "meeting",
    RoundEnd: "round_end",
    Stop: "stop",
}
_HEAD = TypeAdapter(RunRecord)


def to_line(event: Event) -> str:
    """One event as one line of JSON, without its line end."""
    kind = _NAMES[type(event)]
    value = _KINDS[kind].dump_python(event, mode="json")
    return json.dumps({"kind": kind, **value}, separators=(",", ":"), allow_nan=False)


def from_line(line: str) -> Event:
    """The event that a line holds; ValueError says what is wrong with it."""
    value = json.loads(line)
    if not isinstance(value, dict) or "kind" not in value:
        raise ValueError("it has no 'kind'")
    kind = value.pop("kind")
    if kind not in _KINDS:
        raise ValueError(f"its kind {kind!r} is unknown; known are {', '.join(_KINDS)}")
    event: Event = _KINDS[kind].validate_python(value)
    return event


def head_to_text(record: RunRecord) -> str:
    """The text of run.json."""
    return json.dumps(_HEAD.dump_python(record, mode="json"), indent=1, allow_nan=False)


def head_from_text(text: str) -> RunRecord:
    """The head that a run.json holds; ValueError says what is wrong with it."""
    try:
        return _HEAD.validate_json(text)
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(step) for step in fault["loc"])
        raise ValueError(f"{place}: {fault['msg']}") from error
