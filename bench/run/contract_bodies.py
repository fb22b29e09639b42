"""Right and wrong bodies: the verdict, and where it says that the fault is."""

import json
from collections.abc import Iterator

from bench.model.exchange import Reply, Request
from bench.run.contract_result import ContractResult, Subject
from bench.workloads import workload
from bench.workloads.answers import shown, wrong_json, wrong_status
from bench.workloads.vectors import PROBES, VECTORS, Path, Vector


SHOWN_PLACES = 6


def bodies(subject: Subject) -> Iterator[ContractResult]:
    """Send every vector; the status and the set of paths must be the expected ones."""
    for vector in VECTORS:
        if subject.serves(vector.workload):
            yield _judged(subject, vector)


def _judged(subject: Subject, vector: Vector) -> ContractResult:
    reply = _send(subject, vector)
    name = f"{vector.workload}: {vector.name}"
    partly = _in_part(vector, subject.target.names_all_faults)
    wrong = fault(vector, reply, names_all=subject.target.names_all_faults)
    # A part of the faults is not held beside what others name.
    verdict = None if partly else _verdict(reply, with_paths=vector.wrong is not None)
    return ContractResult(name, wrong is None, wrong or f"{reply.status}", verdict)


def strictness(subject: Subject) -> Iterator[ContractResult]:
    """Record what the validator says to inputs on which validators differ by design."""
    if not subject.serves("validate"):
        return
    for probe in PROBES:
        reply = _send(subject, probe)
        verdict = _verdict(reply, with_paths=False)
        ok = False if reply.status >= 500 else None
        yield ContractResult(
            f"strictness: {probe.name}", ok, verdict, verdict, binding=False
        )


def _send(subject: Subject, vector: Vector) -> Reply:
    return subject.ask(request_of(vector))


def request_of(vector: Vector) -> Request:
    """What sends the body of a vector."""
    return Request("POST", vector.route, vector.body, vector.content_type)


def _in_part(vector: Vector, names_all: bool) -> bool:
    return not names_all and len(vector.wrong or ()) > 1


def fault(vector: Vector, reply: Reply, *, names_all: bool) -> str | None:
    """What is wrong with the answer to a vector, or None; `names_all` is False of a validator that stops at the first fault."""
    if vector.status == 200:
        if vector.answer is not None:
            return wrong_json(reply, vector.answer)
        return workload(vector.workload).check(request_of(vector), reply)
    if wrong := wrong_status(reply, vector.status):
        return wrong
    return (
        _wrong_paths(vector, reply, _in_part(vector, names_all))
        if vector.status == 422
        else None
    )


def _wrong_paths(vector: Vector, reply: Reply, partly: bool) -> str | None:
    named = paths(reply)
    if named is None:
        return f"expected a list of errors with loc and msg, got {shown(reply.body)}"
    if vector.wrong is None or (partly and named < vector.wrong):
        return None
    if named != vector.wrong:
        return f"expected errors at {_listed(vector.wrong)}, got {_listed(named)}"
    return None


def paths(reply: Reply) -> frozenset[Path] | None:
    """The set of paths that a 422 names; None if it is not of the agreed form."""
    try:
        errors = json.loads(reply.body)["errors"]
        if not errors or not all(isinstance(error["msg"], str) for error in errors):
            return None
        return frozenset(tuple(error["loc"]) for error in errors)
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def _verdict(reply: Reply, with_paths: bool) -> str:
    named = paths(reply) if with_paths and reply.status == 422 else None
    return f"{reply.status} at {_listed(named)}" if named else f"{reply.status}"


def _listed(places: frozenset[Path]) -> str:
    texts = sorted(".".join(map(str, place)) or "the body" for place in places)
    more = len(texts) - SHOWN_PLACES
    cut = [*texts[:SHOWN_PLACES], f"{more} more"] if more > 0 else texts
    return ", ".join(cut)
