"""
The answer of an HTTP/1.1 server, read piece by piece (RFC 9112).

Strict on purpose: what could be read in two ways is refused with a named kind,
so that a wrong answer becomes an error and never a wrong count.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from bench.load.faults import BadAnswer, Fault


INTERIM_LIMIT = 8  # 1xx answers before the final one
LINE_LIMIT_BYTES = 256  # of a chunk's size line, extensions included
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


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer may be at most."""

    head_bytes: int = 64 * 1024
    body_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ParsedResponse:
    """One complete answer, with what its connection may still be used for."""

    status: int
    headers: Mapping[str, str]
    content_type: str
    body: bytes
    keep_alive: bool
    surplus: bool  # bytes follow that nobody asked for


class _Part(Enum):
    HEAD = auto()
    COUNTED = auto()  # a body of known length
    UNTIL_CLOSED = auto()
    SIZE = auto()  # the size line of a chunk
    CHUNK = auto()
    CHUNK_END = auto()
    TRAILERS = auto()
    DONE = auto()


class AnswerParser:
    """Reads one answer after another; `start` before each."""

    __slots__ = ("_body", "_buffer", "_head", "_heads", "_interim", "_limits", "_method", "_part", "_size", "_trailer_bytes")  # fmt: skip

    def __init__(
        self, heads: Heads | None = None, limits: Limits | None = None
    ) -> None:
        """Parsers of many connections may share `heads`."""
        self._heads = Heads() if heads is None else heads
        self._limits = Limits() if limits is None else limits
        self.start("GET")

    @property
    def begun(self) -> bool:
        """Whether any byte of the answer has come."""
        return bool(self._buffer) or self._part is not _Part.HEAD or self._interim > 0

    def hold_at_most(self, body_bytes: int) -> None:
        """From now on no body may be larger than this."""
        self._limits = replace(self._limits, body_bytes=body_bytes)

    def start(self, method: str) -> None:
        """Forget everything and expect the answer to a request of this method."""
        self._method = method
        self._part = _Part.HEAD
        self._buffer = bytearray()
        self._body = bytearray()
        self._head: Head | None = None
        self._interim = 0
        self._size = 0
        self._trailer_bytes = 0

    def feed(self, data: bytes) -> ParsedResponse | None:
        """The answer, as soon as these bytes complete it; BadAnswer if it is none."""
        self._buffer += data
        while self._part is not _Part.DONE:
            if not _STEPS[self._part](self):
                return None
        return self._finished(still_open=True)

    def end(self) -> ParsedResponse:
        """The answer that the end of the connection completes; else BadAnswer (truncated)."""
        if self._part is not _Part.UNTIL_CLOSED:
            raise BadAnswer(
                Fault.TRUNCATED, f"the connection ended in the {self._place()}"
            )
        self._part = _Part.DONE
        return self._finished(still_open=False)

    def _place(self) -> str:
        return self._part.name.lower().replace("_", " ")

    def _finished(self, still_open: bool) -> ParsedResponse:
        head = self._head
        assert head is not None
        surplus = bool(self._buffer)
        return ParsedResponse(
            head.status,
            head.headers,
            head.content_type,
            bytes(self._body),
            still_open and head.keep_alive and not surplus,
            surplus,
        )

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end > self._limits.head_bytes or (
            end < 0 and len(self._buffer) > self._limits.head_bytes
        ):
            raise BadAnswer(
                Fault.OVERSIZED, f"a head above {self._limits.head_bytes} bytes"
            )
        if end < 0:
            self._refuse_early()
            return False
        head = self._heads.parse(bytes(self._buffer[:end]))
        del self._buffer[: end + 4]
        if head.status < 200:
            self._skip_interim(head)
            return True
        self._head = head
        self._part = self._frame(head)
        return True

    def _refuse_early(self) -> None:
        """What does not begin like HTTP is refused at once, not after the time-out."""
        start = bytes(self._buffer[:7])
        if not b"HTTP/1."[: len(start)] == start:
            raise BadAnswer(Fault.MALFORMED, f"no status line: {start!r}")

    def _skip_interim(self, head: Head) -> None:
        self._interim += 1
        if head.status == 101 or self._interim > INTERIM_LIMIT:
            raise BadAnswer(
                Fault.MALFORMED, f"status {head.status} where an answer was due"
            )

    def _frame(self, head: Head) -> _Part:
        """How the body ends (RFC 9112 6.3)."""
        if self._method == "HEAD" or head.status in {204, 304}:
            return _Part.DONE
        if head.chunked:
            return _Part.SIZE
        if head.length is None:
            return _Part.UNTIL_CLOSED
        self._grow(head.length)
        self._size = head.length
        return _Part.COUNTED

    def _grow(self, more_bytes: int) -> None:
        if len(self._body) + more_bytes > self._limits.body_bytes:
            raise BadAnswer(
                Fault.OVERSIZED, f"a body above {self._limits.body_bytes} bytes"
            )

    def _read_counted(self) -> bool:
        if len(self._buffer) < self._size:
            return False
        self._take(self._size)
        self._part = _Part.DONE
        return True

    def _take(self, size: int) -> None:
        if size == len(self._buffer) and not self._body:
            self._body, self._buffer = self._buffer, self._body
            return
        self._body += self._buffer[:size]
        del self._buffer[:size]

    def _read_until_closed(self) -> bool:
        self._grow(len(self._buffer))
        self._take(len(self._buffer))
        return False

    def _line(self, limit_bytes: int) -> bytes | None:
        end = self._buffer.find(b"\r\n")
        if end > limit_bytes or (end < 0 and len(self._buffer) > limit_bytes + 1):
            raise BadAnswer(Fault.OVERSIZED, f"a line above {limit_bytes} bytes")
        if end < 0:
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        return line

    def _read_size(self) -> bool:
        line = self._line(LINE_LIMIT_BYTES)
        if line is None:
            return False
        digits = line.split(b";", 1)[0].rstrip(b" \t")
        if not digits or digits.strip(b"0123456789abcdefABCDEF") or len(digits) > 15:
            raise BadAnswer(Fault.MALFORMED, f"a chunk of size {digits!r}")
        self._size = int(digits, 16)
        self._grow(self._size)
        self._part = _Part.CHUNK if self._size else _Part.TRAILERS
        return True

    def _read_chunk(self) -> bool:
        if len(self._buffer) < self._size:
            return False
        self._body += self._buffer[: self._size]
        del self._buffer[: self._size]
        self._part = _Part.CHUNK_END
        return True

    def _read_chunk_end(self) -> bool:
        mark = bytes(self._buffer[:2])
        if not b"\r\n".startswith(mark):
            raise BadAnswer(Fault.MALFORMED, f"{mark!r} where a chunk should end")
        if len(mark) < 2:
            return False
        del self._buffer[:2]
        self._part = _Part.SIZE
        return True

    def _read_trailers(self) -> bool:
        line = self._line(self._limits.head_bytes)
        if line is None:
            return False
        self._trailer_bytes += len(line) + 2
        if self._trailer_bytes > self._limits.head_bytes:
            raise BadAnswer(Fault.OVERSIZED, "trailers without end")
        if not line:
            self._part = _Part.DONE
        elif b":" not in line:
            raise BadAnswer(Fault.MALFORMED, f"a trailer without colon: {line[:60]!r}")
        return True


_STEPS = {
    _Part.HEAD: AnswerParser._read_head,
    _Part.COUNTED: AnswerParser._read_counted,
    _Part.UNTIL_CLOSED: AnswerParser._read_until_closed,
    _Part.SIZE: AnswerParser._read_size,
    _Part.CHUNK: AnswerParser._read_chunk,
    _Part.CHUNK_END: AnswerParser._read_chunk_end,
    _Part.TRAILERS: AnswerParser._read_trailers,
}


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
    length = headers.get("content-length")
    if coding is not None:
        if length is not None:
            raise BadAnswer(Fault.MALFORMED, "both a length and a transfer coding")
        if coding.strip().lower() != "chunked":
            raise BadAnswer(Fault.MALFORMED, f"transfer coding {coding[:60]!r}")
        return None, True
    if length is None:
        return None, False
    # Repeated, but always the same, is one length (RFC 9110 8.6).
    lengths = {part.strip() for part in length.split(",")}
    if len(lengths) > 1:
        raise BadAnswer(Fault.MALFORMED, f"lengths {length[:60]!r}")
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
