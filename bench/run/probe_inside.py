"""What a script of the framework's own environment sees: its replies, or its JSON."""

import json
from collections.abc import Iterator

from pydantic import TypeAdapter, ValidationError

from bench.errors import TargetFailed
from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.run.probe_session import ObservedRequests, ProbeSession
from bench.workloads import WORKLOADS
from bench.workloads.more_vectors import MORE_VECTORS
from bench.workloads.vectors import VECTORS


SEED = 7
EACH = 6
_SHOWN = 4
_SEEN = TypeAdapter(ObservedRequests)


def script(stand: ProbeSession) -> ObservedRequests:
    """The script's own outcome: one JSON object with passed, sent, came_back, evidence."""
    said = stand.script("")
    try:
        return _SEEN.validate_json(said)
    except ValidationError as error:
        raise TargetFailed(
            f"{' '.join(stand.case.script)}: its outcome cannot be read: "
            f"{error.errors()[0]['msg']}",
            log_tail=said[-400:],
        ) from error


def in_process(stand: ProbeSession) -> ObservedRequests:
    """The contract's workloads and bodies through the framework's own test client."""
    asked = list(_asked())
    vectors = (*VECTORS, *MORE_VECTORS)
    bodies = [
        Request("POST", vector.route, vector.body, vector.content_type)
        for vector in vectors
    ]
    requests = [*(request for _, request in asked), *bodies]
    stand.reset()
    try:
        replies = _replies(stand, requests)
    finally:
        stand.reset()
    faults = [
        f"{request.method} {request.path}: {fault}"
        for (work, request), reply in zip(asked, replies, strict=False)
        if (fault := work.check(request, reply))
    ]
    for vector, reply in zip(vectors, replies[len(asked) :], strict=True):
        if reply.status != vector.status:
            faults.append(
                f"{vector.workload}: {vector.name}: {reply.status}, not {vector.status}"
            )
    right = len(requests) - len(faults)
    return ObservedRequests(
        not faults,
        f"{len(asked)} requests of {len(WORKLOADS)} workloads and {len(bodies)} bodies, "
        "with no server",
        f"{right} of {len(requests)} answered as the contract asks",
        tuple(faults[:_SHOWN]),
    )


def _asked() -> Iterator[tuple[Workload, Request]]:
    for work in WORKLOADS.values():
        for request in list(work.requests(SEED))[:EACH]:
            yield work, request


def _replies(stand: ProbeSession, requests: list[Request]) -> list[Reply]:
    given = json.dumps(
        [
            {
                "method": one.method,
                "path": one.path,
                "body": one.body.decode() if one.body is not None else None,
                "content_type": one.content_type,
            }
            for one in requests
        ]
    )
    said = stand.script(given)
    try:
        replies = [
            Reply(
                one["status"],
                one["body"].encode(),
                {"content-type": one["content_type"]},
            )
            for one in json.loads(said)
        ]
    except (ValueError, LookupError, TypeError) as error:
        raise TargetFailed(
            f"{' '.join(stand.case.script)}: its replies cannot be read: {error}",
            log_tail=said[-400:],
        ) from error
    if len(replies) != len(requests):
        raise TargetFailed(f"{len(replies)} replies to {len(requests)} requests")
    return replies
