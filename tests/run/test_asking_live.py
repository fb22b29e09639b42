"""What the harness itself asks a server: one that drips holds it no longer than one that is silent."""

from collections.abc import Iterator

import pytest

from bench.deploy.http_client import ask_at_once, ask_on, connected
from bench.deploy.readiness import first_answer
from bench.model.exchange import Request
from tests.load.known import Known


pytestmark = [pytest.mark.live, pytest.mark.timed]

HELLO = Request("GET", "/hello")


@pytest.fixture(scope="module")
def dripping() -> Iterator[Known]:
    """A right answer that takes about nine seconds, a byte every tenth of one."""
    made = Known("drip?ms=100")
    yield made
    made.end()


def test_an_answer_that_drips_is_given_up(dripping: Known) -> None:
    """Each byte comes long before the time-out; the whole does not."""
    with (
        connected("127.0.0.1", dripping.port, 0.5) as connection,
        pytest.raises(TimeoutError, match="whole"),
    ):
        ask_on(connection, HELLO)


def test_of_many_at_once_each_is_given_up(dripping: Known) -> None:
    """A volley ends in time, and says of each request what became of it."""
    asked = ask_at_once("127.0.0.1", dripping.port, HELLO, 3, 0.5)
    assert [exchange.reply for exchange in asked] == [None] * 3
    assert all("whole" in (exchange.fault or "") for exchange in asked)


def test_a_server_that_drips_is_not_up(dripping: Known) -> None:
    """Whoever waits for its first answer asks again, until its own time is over."""
    answer = first_answer(dripping.port)
    assert answer is not None and "whole" in answer.said and not answer.answers


def test_an_answer_without_end_is_given_up() -> None:
    """It comes as fast as it is read, so no time-out would help before the memory is full."""
    server = Known("endless")
    try:
        with (
            connected("127.0.0.1", server.port, 60) as connection,
            pytest.raises(OSError, match="more than"),
        ):
            ask_on(connection, HELLO)
    finally:
        server.end()


def test_answers_over_one_connection_have_a_time_each() -> None:
    """Several that are slow together, and each whole in time, are all right."""
    server = Known("slow?ms=200")
    try:
        with connected("127.0.0.1", server.port, 0.5) as connection:
            bodies = [ask_on(connection, HELLO).body for _ in range(4)]
    finally:
        server.end()
    assert bodies == [b"Hello, World!"] * 4
