"""What the harness and the generator process say to each other: one JSON object per line."""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.errors import AskedWrongly, BenchError, MachineRefused
from bench.load.generator import Share, Visit
from bench.model.exchange import Request
from bench.model.load import Arrivals, Basis, Beside, Load, Surge
from bench.model.trial import Quantiles, Sketch, Slot, Tally, WorkerPart


SKETCH = ("buckets", "counts")

type Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Order:
    """One visit; with `request` that one is sent again and again, and any 2xx is right."""

    visit: Visit
    request: Request | None = None


def line(message: Message) -> bytes:
    """The message as it goes over the channel."""
    return json.dumps(message).encode() + b"\n"


def order_message(order: Order) -> Message:
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


def order_of(message: Message) -> Order:
    """The visit that was asked for."""
    visit = dict(message["visit"])
    load = dict(visit.pop("load"))
    load["arrivals"] = Arrivals(load["arrivals"])
    load["basis"] = None if load["basis"] is None else Basis(load["basis"])
    load["surge"] = None if load["surge"] is None else Surge(**load["surge"])
    if load["beside"] is not None:
        load["beside"] = Beside(**load["beside"])
    samples = visit.pop("samples")
    share = Share(**visit.pop("share"))
    return Order(
        Visit(
            **visit,
            load=Load(**load),
            share=share,
            samples=None if samples is None else Path(samples),
        ),
        _request_of(message["request"]),
    )


def tally_message(tally: Tally) -> Message:
    """The answer to a visit."""
    return {"tally": asdict(tally)}


def tally_of(message: Message) -> Tally:
    """The tally in the answer to a visit; raises what the generator refused."""
    if "refused" in message:
        raise refusal_of(message)
    return tally_from(message["tally"])


def tally_from(given: Message) -> Tally:
    """The tally that one object of JSON holds."""
    fields = dict(given)
    for name in ("latency_us", "service_us"):
        if fields[name] is not None:
            fields[name] = Quantiles(**fields[name])
    fields["per_second"] = tuple(fields["per_second"])
    if (sketch := fields["latency_sketch"]) is not None:
        fields["latency_sketch"] = Sketch(*(tuple(sketch[name]) for name in SKETCH))
    if (slots := fields["slots"]) is not None:
        fields["slots"] = tuple(Slot(**slot) for slot in slots)
    fields["workers"] = tuple(WorkerPart(**part) for part in fields["workers"])
    if fields["beside"] is not None:
        fields["beside"] = tally_from(fields["beside"])
    return Tally(**fields)


def refusal_message(error: BenchError) -> Message:
    """Say no, for a reason that the user can understand."""
    asked_wrongly = isinstance(error, AskedWrongly)
    return {
        "refused": error.message,
        "hint": error.hint,
        "asked_wrongly": asked_wrongly,
    }


def refusal_of(message: Message) -> BenchError:
    """The error that the other side met."""
    kind = AskedWrongly if message["asked_wrongly"] else MachineRefused
    return kind(message["refused"], message["hint"])
