"""The parser of answers against the standard library's, on generated and on damaged bytes."""

import http.client
import io
import socket
from itertools import pairwise
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.load.faults import BadAnswer
from bench.load.parser import AnswerParser, ParsedResponse


def read(
    pieces: list[bytes], method: str = "GET", ended: bool = False
) -> ParsedResponse | None:
    """What a parser makes of these pieces, and of the end of the connection."""
    parser = AnswerParser()
    parser.start(method)
    answer = None
    for piece in pieces:
        answer = parser.feed(piece)
    return parser.end() if answer is None and ended else answer


class _File:
    """What http.client wants of a socket."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self.data)


def reference(data: bytes, method: str) -> tuple[int, bytes]:
    """The standard library's reading of a whole answer."""
    reply = http.client.HTTPResponse(cast(socket.socket, _File(data)), method=method)
    reply.begin()
    return reply.status, reply.read()


BODIES = st.binary(max_size=300)
TOKENS = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,12}", fullmatch=True)
VALUES = st.from_regex(r"([!-~]([ -~]{0,20}[!-~])?)?", fullmatch=True)


@st.composite
def answers(draw: st.DrawFn) -> tuple[bytes, str, bool]:
    """A right answer: its bytes, the method it answers, whether it ends with the connection."""
    status = draw(st.sampled_from([200, 201, 204, 301, 304, 404, 500]))
    method = draw(st.sampled_from(["GET", "POST", "HEAD"]))
    body = draw(BODIES)
    names = TOKENS.map(lambda name: "X-" + name)
    fields = [f"{name}: {draw(VALUES)}" for name in draw(st.lists(names, max_size=4))]
    bodiless = method == "HEAD" or status in {204, 304}
    framing = draw(st.sampled_from(["length", "chunked", "close"]))
    data = b""
    if framing == "length":
        fields.append(f"Content-Length: {len(body)}")
        data = body
    elif framing == "chunked" and not bodiless:
        # RFC 9112 6.1 forbids the field where there is no body, and the
        # reference would look for one.
        fields.append("Transfer-Encoding: Chunked")
        size = draw(st.integers(1, 40))
        for start in range(0, len(body), size):
            chunk = body[start : start + size]
            data += b"%X\r\n%s\r\n" % (len(chunk), chunk)
        data += b"0\r\n\r\n"
    else:
        data = body
    head = "\r\n".join([f"HTTP/1.1 {status} Reason", *fields]) + "\r\n\r\n"
    return (
        head.encode() + (b"" if bodiless else data),
        method,
        framing == "close" and not bodiless,
    )


@settings(max_examples=400, deadline=None)
@given(answers(), st.lists(st.integers(0, 1500), max_size=6))
def test_any_right_answer_is_read_as_the_standard_library_reads_it(
    case: tuple[bytes, str, bool], cuts: list[int]
) -> None:
    """Status and body agree with http.client, however the bytes are split."""
    data, method, ended = case
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [data[a:b] for a, b in pairwise(edges) if b > a]
    answer = read(pieces, method, ended)
    assert answer is not None and not answer.surplus
    assert (answer.status, answer.body) == reference(data, method)


@settings(max_examples=400, deadline=None)
@given(answers(), st.integers(0, 2000), BODIES, st.integers(0, 20))
def test_a_damaged_answer_is_refused_or_read_whole(
    case: tuple[bytes, str, bool], place: int, noise: bytes, removed: int
) -> None:
    """Damage raises BadAnswer and nothing else; one piece or many makes no difference."""
    data, method, ended = case
    place = min(place, len(data))
    data = data[:place] + noise[:20] + data[place + removed :]
    outcomes = []
    for pieces in ([data], [data[n : n + 1] for n in range(len(data))]):
        try:
            answer = _until_answer(pieces, method, ended)
            outcomes.append(None if answer is None else (answer.status, answer.body))
        except BadAnswer:
            outcomes.append(None)
    assert outcomes[0] == outcomes[1]


def _until_answer(
    pieces: list[bytes], method: str, ended: bool
) -> ParsedResponse | None:
    parser = AnswerParser()
    parser.start(method)
    for piece in pieces:
        answer = parser.feed(piece)
        if answer is not None:
            return answer
    return parser.end() if ended else None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_garbage_is_never_an_answer_by_accident(noise: bytes, begun: bool) -> None:
    """Random bytes, alone or after a status line, end in BadAnswer or in waiting."""
    data = b"HTTP/1.1 200 OK\r\nContent-Length: 3" + noise if begun else noise
    try:
        answer = read([data] if data else [])
    except BadAnswer:
        return
    if answer is not None:
        assert b"\r\n\r\n" in data
