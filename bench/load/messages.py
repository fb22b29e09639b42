"""What the harness and the generator process say to each other: one JSON object per line."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from bench.errors import BenchError, EnvironmentFailure, UsageError
from bench.load.generator import LoadRequest, WorkerShare
from bench.model.exchange import Request
from bench.model.load import Arrivals, BackgroundLoad, Basis, Load, Surge
from bench.model.trial import (
    KindStats,
    Quantiles,
    Sketch,
    Slot,
    WindowStats,
    WorkerPart,
)


SKETCH = ("buckets", "counts")

type Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LoadCommand:
    """One visit; with `request` that one is sent again and again, and any 2xx is right."""

    visit: LoadRequest
    request: Request | None = None


def line(message: Message) -> bytes:
    """The message as it goes over the channel."""
    return json.dumps(message).encode() + b"\n"


def received(lines: IO[bytes]) -> Message | None:
    """The next message; None where the other side has ended, TimeoutError where it is silent too long."""
    try:
        text = lines.readline()
    except TimeoutError:
        raise
    except OSError:
        return None
    message: Message | None = json.loads(text) if text.endswith(b"\n") else None
    return message


def order_message(order: LoadCommand) -> Message:
    """Ask for a visit."""
    visit = asdict(order.visit)
    visit["samples"] = None if order.visit.samples is None else str(order.visit.samples)
    return {"do": "visit", "visit": visit, "request": _request_message(order.request)}


def _request_message(request: Request | None) -> Message | None:
    if request is None:
        return None
    body = None if request.body is None else b64encode(request.body).decode()
    return {**asdict(request), "body": body}


def _request_of(message: Message | None) -> Request | None:
    if message is None:
        return None
    body = None if message["body"] is None else b64decode(message["body"])
    headers = tuple((str(name), str(value)) for name, value in message["headers"])
    return Request(**{**message, "body": body, "headers": headers})


def order_of(message: Message) -> LoadCommand:
    """The visit that was asked for."""
    visit = dict(message["visit"])
    load = dict(visit.pop("load"))
    load["arrivals"] = Arrivals(load["arrivals"])
    load["basis"] = None if load["basis"] is None else Basis(load["basis"])
    load["surge"] = None if load["surge"] is None else Surge(**load["surge"])
    if load["beside"] is not None:
        load["beside"] = BackgroundLoad(**load["beside"])
    samples = visit.pop("samples")
    share = WorkerShare(**visit.pop("share"))
    return LoadCommand(
        LoadRequest(
            **visit,
            load=Load(**load),
            share=share,
            samples=None if samples is None else Path(samples),
        ),
        _request_of(message["request"]),
    )


def tally_message(tally: WindowStats) -> Message:
    """The answer to a visit."""
    return {"tally": asdict(tally)}


def tally_of(message: Message) -> WindowStats:
    """The tally in the answer to a visit; raises what the generator refused."""
    if "refused" in message:
        raise refusal_of(message)
    return tally_from(message["tally"])


def tally_from(given: Message) -> WindowStats:
    """The tally that one object of JSON holds."""
    fields = dict(given)
    for name in ("latency_us", "service_us"):
        if fields[name] is not None:
            fields[name] = Quantiles(**fields[name])
    fields["per_second"] = tuple(fields["per_second"])
    fields["latency_sketch"] = _sketch_from(fields["latency_sketch"])
    if (slots := fields["slots"]) is not None:
        fields["slots"] = tuple(Slot(**slot) for slot in slots)
    fields["kinds"] = tuple(_kind_from(kind) for kind in fields["kinds"])
    fields["workers"] = tuple(WorkerPart(**part) for part in fields["workers"])
    if fields["beside"] is not None:
        fields["beside"] = tally_from(fields["beside"])
    return WindowStats(**fields)


def _sketch_from(given: Message | None) -> Sketch | None:
    return None if given is None else Sketch(*(tuple(given[n]) for n in SKETCH))


def _kind_from(given: Message) -> KindStats:
    latency = given["latency_us"]
    return KindStats(
        given["name"],
        given["requests"],
        given["errors"],
        latency and Quantiles(**latency),
        _sketch_from(given["latency_sketch"]),
    )


def refusal_message(error: BenchError) -> Message:
    """Say no, for a reason that the user can understand."""
    asked_wrongly = isinstance(error, UsageError)
    return {
        "refused": error.message,
        "hint": error.hint,
        "asked_wrongly": asked_wrongly,
    }


def refusal_of(message: Message) -> BenchError:
    """The error that the other side met."""
    kind = UsageError if message["asked_wrongly"] else EnvironmentFailure
    return kind(message["refused"], message["hint"])


JOIN, JOINED = "bench_join", "bench_joined"
"""A worker shows who it is; the master shows the same, or says why not."""

ASK, ANSWER = "bench_ask", "bench_answer"
"""The master asks one thing of one worker; the answer has the number of the question."""
