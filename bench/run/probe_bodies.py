"""Wrong types, one for each depth and pair of types, and where the error says they are."""

import json
from collections import Counter
from typing import Any

from bench.model.exchange import Reply, Request
from bench.run.contract_bodies import bodies
from bench.run.contract_result import Subject
from bench.run.http_client import ask
from bench.run.probe_session import ObservedRequests, ProbeSession
from bench.workloads.wrong_types import DEPTH, Path, WrongBody, right_body, wrong_bodies


REFUSALS = (400, 422)
_SHOWN = 4


def wrong_types(stand: ProbeSession) -> ObservedRequests:
    """Every unmistakably wrong body must be refused with its path, the right one taken."""
    faults: list[str] = []
    sent: Counter[int] = Counter()
    read: Counter[str] = Counter()
    readable = 0
    right = _post(stand, right_body())
    if right.status != 200:
        faults.append(f"the right body was answered with {right.status}")
    for one in wrong_bodies():
        reply = _post(stand, one.body)
        if one.readable:
            readable += 1
            read[f"{one.given} as {one.declared}"] += reply.status == 200
            continue
        sent[one.depth] += 1
        faults += [fault] if (fault := misjudged(one, reply)) else []
    total = sent.total()
    taken = [f"{what} {count} times" for what, count in read.items() if count]
    evidence = [
        f"depths 1 to {DEPTH}: " + ", ".join(str(sent[d]) for d in sorted(sent)),
        f"of {readable} bodies that can be read as right, it took "
        + (", ".join(taken) if taken else "none"),
        *faults[:_SHOWN],
    ]
    return ObservedRequests(
        not faults,
        f"the right body, and {total} with one wrong type each, at depths 1 to {DEPTH}",
        f"{total - len(faults)} of {total} refused with the path of the fault"
        if faults
        else f"all {total} refused, each with the path of its fault",
        tuple(evidence),
    )


def misjudged(one: WrongBody, reply: Reply) -> str | None:
    """Why a reply to a wrong body is not what was asked for; None if it is."""
    where = ".".join(map(str, one.path))
    what = f"{one.given} for {one.declared} at {where}"
    if reply.status not in REFUSALS:
        return f"{what}: status {reply.status}"
    if not names(reply, one.path):
        return f"{what}: the error names no such path"
    return None


def names(reply: Reply, path: Path) -> bool:
    """Whether an error names that path: in a list with `loc`, or as a tree of the body's shape."""
    try:
        found = json.loads(reply.body)
    except ValueError:
        return False
    return _in_list(found, path) or _in_tree(found, path)


def _in_list(found: Any, path: Path) -> bool:
    if not isinstance(found, dict):
        return False
    for errors in found.values():
        for error in errors if isinstance(errors, list) else []:
            loc = error.get("loc") if isinstance(error, dict) else None
            # Some begin with the part of the request: "body".
            if isinstance(loc, list) and tuple(loc) in {path, ("body", *path)}:
                return True
    return False


def _in_tree(found: Any, path: Path) -> bool:
    for step in path:
        if isinstance(found, dict) and str(step) in found:
            found = found[str(step)]
        elif isinstance(found, list) and isinstance(step, int) and step < len(found):
            found = found[step]
        else:
            return False
    return bool(found)


def contract(stand: ProbeSession) -> ObservedRequests:
    """The part of the contract that is about bodies, on a measured target."""
    subject = Subject(stand.host, stand.port, stand.target, stand.reset, None, 1)
    found = list(bodies(subject))
    failed = [f"{one.name}: {one.detail}" for one in found if one.ok is not True]
    return ObservedRequests(
        bool(found) and not failed,
        f"{len(found)} bodies of the contract, right and wrong ones",
        f"{len(found) - len(failed)} of {len(found)} answered as the contract asks",
        tuple(failed[:_SHOWN]),
    )


def _post(stand: ProbeSession, body: bytes) -> Reply:
    request = Request("POST", "/nested", body, "application/json")
    return ask(stand.host, stand.port, request)
