"""Right and wrong bodies: the verdict, and where it says that the fault is."""

import json
from collections.abc import Iterator

from bench.model.exchange import Reply, Request
from bench.run.asking import ask
from bench.run.finding import Finding, Subject
from bench.workloads.answers import shown, wrong_json, wrong_status
from bench.workloads.orders import receipt
from bench.workloads.vectors import PROBES, VECTORS, Path, Vector


def bodies(subject: Subject) -> Iterator[Finding]:
    """Send every vector; the status and the set of paths must be the expected ones."""
    if not subject.serves("validate"):
        return
    for vector in VECTORS:
        reply = _send(subject, vector)
        wrong = _wrong(vector, reply)
        yield Finding(
            f"validate: {vector.name}",
            wrong is None,
            wrong or f"{reply.status}",
            _verdict(reply, with_paths=vector.wrong is not None),
        )


def strictness(subject: Subject) -> Iterator[Finding]:
    """Record what the validator says to inputs on which validators differ by design."""
    if not subject.serves("validate"):
        return
    for probe in PROBES:
        reply = _send(subject, probe)
        verdict = _verdict(reply, with_paths=False)
        ok = False if reply.status >= 500 else None
        yield Finding(f"strictness: {probe.name}", ok, verdict, verdict, binding=False)


def _send(subject: Subject, vector: Vector) -> Reply:
    request = Request("POST", "/validate", vector.body, vector.content_type)
    return ask(subject.host, subject.port, request)


def _wrong(vector: Vector, reply: Reply) -> str | None:
    if vector.status == 200:
        return wrong_json(reply, receipt(json.loads(vector.body)))
    if wrong := wrong_status(reply, vector.status):
        return wrong
    found = paths(reply)
    if found is None:
        return f"expected a list of errors with loc and msg, got {shown(reply.body)}"
    if vector.wrong is not None and found != vector.wrong:
        return f"expected errors at {_listed(vector.wrong)}, got {_listed(found)}"
    return None


def paths(reply: Reply) -> frozenset[Path] | None:
    """The set of paths that a 422 names; None if it is not of the agreed form."""
    try:
        errors = json.loads(reply.body)["errors"]
        if not errors or not all(isinstance(one["msg"], str) for one in errors):
            return None
        return frozenset(tuple(one["loc"]) for one in errors)
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def _verdict(reply: Reply, with_paths: bool) -> str:
    found = paths(reply) if with_paths and reply.status == 422 else None
    return f"{reply.status} at {_listed(found)}" if found else f"{reply.status}"


def _listed(places: frozenset[Path]) -> str:
    texts = sorted(".".join(map(str, place)) or "the body" for place in places)
    return ", ".join(texts)
