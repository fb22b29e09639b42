"""The parser of answers: right where it is right, and never quietly wrong."""

import pytest

from bench.load.faults import BadAnswer, Fault
from bench.load.parser import AnswerParser, Heads, Limits, ParsedResponse, parse_head


COUNTED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3;name=value\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n"
)
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
WHOLE = {
    "counted": (COUNTED, 200, b"hello"),
    "chunked": (CHUNKED, 200, b"hello"),
    "interim": (INTERIM + COUNTED, 200, b"hello"),
    "no content": (EMPTY, 204, b""),
    "not modified": (b"HTTP/1.1 304 X\r\nContent-Length: 9\r\n\r\n", 304, b""),
    "no reason": (b"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", 404, b""),
    "same length twice": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
        200,
        b"hi",
    ),
}
ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello"


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


def fault(data: bytes, limits: Limits | None = None, ended: bool = False) -> Fault:
    """How the data is refused."""
    parser = AnswerParser(limits=limits)
    with pytest.raises(BadAnswer) as refused:
        parser.feed(data)
        if ended:
            parser.end()
    return refused.value.fault


@pytest.mark.parametrize("case", WHOLE)
def test_an_answer_split_at_any_byte_is_the_same(case: str) -> None:
    """Wherever the packets end, one answer comes out, and not before its last byte."""
    data, status, body = WHOLE[case]
    for cut in range(len(data) + 1):
        answer = read([data[:cut], data[cut:]] if 0 < cut < len(data) else [data])
        assert answer is not None
        assert (answer.status, answer.body, answer.surplus) == (status, body, False)
        if cut < len(data):
            assert read([data[:cut]]) is None


@pytest.mark.parametrize("case", WHOLE)
def test_an_answer_byte_by_byte_is_the_same(case: str) -> None:
    """Even the smallest packets make the same answer."""
    data, status, body = WHOLE[case]
    answer = read([data[n : n + 1] for n in range(len(data))])
    assert answer is not None and (answer.status, answer.body) == (status, body)


@pytest.mark.parametrize("case", WHOLE)
def test_bytes_after_an_answer_are_surplus(case: str) -> None:
    """A second answer that nobody asked for is noticed, and the connection not reused."""
    answer = read([WHOLE[case][0] + COUNTED])
    assert answer is not None and answer.surplus and not answer.keep_alive


def test_one_parser_reads_answer_after_answer() -> None:
    """Nothing of an answer is left for the next."""
    parser = AnswerParser()
    for data, status, body in WHOLE.values():
        assert not parser.begun
        answer = parser.feed(data)
        assert answer is not None and (answer.status, answer.body) == (status, body)
        parser.start("GET")


def test_a_body_without_length_ends_with_the_connection() -> None:
    """It is complete only then, and leaves no connection to keep."""
    for cut in range(1, len(ENDLESS)):
        pieces = [ENDLESS[:cut], ENDLESS[cut:]]
        assert read(pieces) is None
        answer = read(pieces, ended=True)
        assert answer is not None and (answer.body, answer.keep_alive) == (
            b"hello",
            False,
        )


def test_the_answer_to_head_has_no_body() -> None:
    """Its length is that of the body which GET would have."""
    answer = read([COUNTED.removesuffix(b"hello")], method="HEAD")
    assert answer is not None and (answer.body, answer.keep_alive) == (b"", True)


@pytest.mark.parametrize("case", ["counted", "chunked", "interim", "no content"])
def test_an_answer_that_breaks_off_is_truncated(case: str) -> None:
    """The end of the connection completes no answer that tells its length."""
    data = WHOLE[case][0]
    for cut in range(1, len(data)):
        assert fault(data[:cut], ended=True) is Fault.TRUNCATED


@pytest.mark.parametrize(
    ("version", "connection", "kept"),
    [
        (b"1.1", b"", True),
        (b"1.1", b"Connection: close\r\n", False),
        (b"1.1", b"Connection: Upgrade, CLOSE\r\n", False),
        (b"1.0", b"", False),
        (b"1.0", b"Connection: Keep-Alive\r\n", True),
    ],
)
def test_whether_the_connection_stays(
    version: bytes, connection: bytes, kept: bool
) -> None:
    """As RFC 9112 9.3 has it, for both versions."""
    head = b"HTTP/%s 200 OK\r\n%sContent-Length: 0\r\n\r\n" % (version, connection)
    answer = read([head])
    assert answer is not None and answer.keep_alive is kept


@pytest.mark.parametrize(
    "data",
    [
        b"what is this?",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 99 Low\r\n\r\n",
        b"HTTP/1.1 200OK\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1_0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\r\n folded: 1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabX",
        INTERIM * 5 + COUNTED,
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(data: bytes) -> None:
    """Strange framing is malformed, never a guess."""
    assert fault(data) is Fault.MALFORMED


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300,
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 101,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 101,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"x" * 300,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
        + b"a: b\r\n" * 99,
    ],
)
def test_what_is_too_large_is_refused(data: bytes) -> None:
    """No server can fill the generator's memory, by no part of an answer."""
    assert fault(data, Limits(head_bytes=200, body_bytes=100)) is Fault.OVERSIZED


def test_heads_are_parsed_once_and_forgotten_in_time() -> None:
    """The same bytes give the very same object; the cache stays bounded."""
    heads = Heads(limit=10)
    first = heads.parse(b"HTTP/1.1 200 OK\r\nDate: 0")
    assert heads.parse(b"HTTP/1.1 200 OK\r\nDate: 0") is first
    for second in range(100):
        heads.parse(b"HTTP/1.1 200 OK\r\nDate: %d" % second)
        assert len(heads) <= 10


def test_repeated_fields_are_joined() -> None:
    """As RFC 9110 5.3 has it; names are lower case."""
    head = parse_head(b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a:  2 ")
    assert head.headers == {"x-a": "1, 2"}
