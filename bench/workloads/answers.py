"""What is sent as JSON, and what is wrong with an answer, in one sentence."""

import json
from typing import Any

from bench.model.exchange import Reply, Request


SHOWN_BYTES = 80


def shown(body: bytes) -> str:
    """The beginning of a body, for a message."""
    cut = "..." if len(body) > SHOWN_BYTES else ""
    return f"{body[:SHOWN_BYTES]!r}{cut}"


def wrong_status(reply: Reply, expected: int = 200) -> str | None:
    """Say so if the status is another one."""
    if reply.status == expected:
        return None
    return f"expected status {expected}, got {reply.status}: {shown(reply.body)}"


def wrong_type(reply: Reply, kind: str) -> str | None:
    """Say so if it is another kind of text, or not in UTF-8."""
    got = reply.headers.get("content-type", "").replace(" ", "").lower()
    if got == f"{kind};charset=utf-8":
        return None
    return f"expected {kind}; charset=utf-8, got {got!r}"


def read_json(reply: Reply) -> tuple[Any, str | None]:
    """The parsed body of a right JSON answer, or what is wrong with it."""
    if wrong := wrong_status(reply):
        return None, wrong
    if reply.media_type != "application/json":
        return None, f"expected application/json, got {reply.media_type!r}"
    try:
        return json.loads(reply.body), None
    except (ValueError, RecursionError):
        return None, f"the body is not JSON: {shown(reply.body)}"


def wrong_json(reply: Reply, expected: object) -> str | None:
    """
    Say what is wrong unless the answer is exactly this value.

    The order of keys and the white space are free; 1, 1.0 and true differ.
    """
    answer, wrong = read_json(reply)
    if wrong:
        return wrong
    if canonical(answer) != canonical(expected):
        wanted = shown(canonical(expected).encode())
        return f"expected {wanted}, got {shown(reply.body)}"
    return None


def canonical(value: object) -> str:
    """One text for one JSON value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def encoded(value: object) -> bytes:
    """A value as compact JSON, in the order of its keys."""
    return json.dumps(value, separators=(",", ":")).encode()


def posted(route: str, body: bytes) -> Request:
    """JSON, sent to a route."""
    return Request("POST", route, body, "application/json")
