"""Status line and header fields of an answer, parsed once for each distinct head."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bench.load.faults import BadAnswer, Fault


# The version, three digits, and a reason that may be missing with its space.
STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\x00\r\n]*)?")
# A name is a token (RFC 9110 5.6.2): no space may stand before the colon.
FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\x00\r\n]*?)[ \t]*")
LENGTH_DIGITS = 15  # more than any body has


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of an answer says about the answer; field names are lower case."""

    status: int
    headers: Mapping[str, str]
    content_type: str
    length: int | None  # None: not told
    chunked: bool
    keep_alive: bool


class Heads:
    """Head bytes to their meaning; bounded, since dates make a new head each second."""

    __slots__ = ("_known", "_limit")

    def __init__(self, limit: int = 1024) -> None:
        self._known: dict[bytes, Head] = {}
        self._limit = limit

    def __len__(self) -> int:
        """How many heads are remembered."""
        return len(self._known)

    def parse(self, data: bytes) -> Head:
        """The head without its closing empty line; BadAnswer (malformed) if it is none."""
        head = self._known.get(data)
        if head is None:
            head = parse_head(data)
            if len(self._known) >= self._limit:
                self._known.clear()
            self._known[data] = head
        return head


def parse_head(data: bytes) -> Head:
    """Parse a head without its closing empty line; BadAnswer (malformed) if it is none."""
    first, *lines = data.split(b"\r\n")
    match = STATUS_LINE.fullmatch(first)
    if match is None:
        raise BadAnswer(Fault.MALFORMED, f"no status line: {first[:60]!r}")
    status = int(match[2])
    headers = _fields(lines)
    length, chunked = _framing(headers)
    return Head(
        status,
        headers,
        headers.get("content-type", ""),
        length,
        chunked,
        _keeps_alive(match[1] == b"1", headers),
    )


def _fields(lines: list[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        match = FIELD.fullmatch(line)
        if match is None:
            raise BadAnswer(Fault.MALFORMED, f"no header field: {line[:60]!r}")
        name = match[1].decode("ascii").lower()
        value = match[2].decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _framing(headers: Mapping[str, str]) -> tuple[int | None, bool]:
    coding = headers.get("transfer-encoding")
    told = headers.get("content-length")
    if coding is not None:
        if told is not None:
            raise BadAnswer(Fault.MALFORMED, "both a length and a transfer coding")
        if coding.strip().lower() != "chunked":
            raise BadAnswer(Fault.MALFORMED, f"transfer coding {coding[:60]!r}")
        return None, True
    if told is None:
        return None, False
    # Repeated, but always the same, is one length (RFC 9110 8.6).
    lengths = {part.strip() for part in told.split(",")}
    if len(lengths) > 1:
        raise BadAnswer(Fault.MALFORMED, f"lengths {told[:60]!r}")
    digits = lengths.pop()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > LENGTH_DIGITS:
        raise BadAnswer(Fault.MALFORMED, f"length {digits[:60]!r}")
    return int(digits), False


def _keeps_alive(at_least_1_1: bool, headers: Mapping[str, str]) -> bool:
    options = {
        option.strip().lower() for option in headers.get("connection", "").split(",")
    }
    if "close" in options:
        return False
    return at_least_1_1 or "keep-alive" in options
