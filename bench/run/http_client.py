"""One HTTP question at a time, asked slowly and carefully; never for measuring."""

import http.client
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from bench.deploy.whole_answer import WholeAnswer
from bench.model.exchange import Reply, Request


TIMEOUT_S = 15


@contextmanager
def connected(
    host: str, port: int, timeout_s: float = TIMEOUT_S
) -> Iterator[http.client.HTTPConnection]:
    """A connection that is closed in the end, whatever happens; each answer over it must be whole in time."""
    connection = WholeAnswer(host, port, timeout=timeout_s)
    try:
        yield connection
    finally:
        connection.close()


def ask(host: str, port: int, request: Request) -> Reply:
    """The answer to one request on a connection of its own; OSError if there is none."""
    with connected(host, port) as connection:
        return ask_on(connection, request)


def ask_on(
    connection: http.client.HTTPConnection,
    request: Request,
    headers: Mapping[str, str] | None = None,
    chunked: bool = False,
) -> Reply:
    """
    The answer to one request on this connection.

    Raises OSError or http.client.HTTPException when no answer can be had.
    A server may answer and close before it has read a long body; what it
    said is still there to be read, so a broken pipe is no failure yet.
    """
    sent = dict(headers or {})
    if request.content_type is not None:
        sent["Content-Type"] = request.content_type
    body: bytes | Iterable[bytes] | None = request.body
    if chunked and request.body is not None:
        body = iter([request.body])
        sent["Transfer-Encoding"] = "chunked"
    try:
        connection.request(
            request.method, request.path, body, sent, encode_chunked=chunked
        )
    except (BrokenPipeError, ConnectionResetError):
        if request.body is None:
            raise
    return _read(connection)


def _read(connection: http.client.HTTPConnection) -> Reply:
    response = connection.getresponse()
    body = response.read()
    headers = {name.lower(): value for name, value in response.getheaders()}
    return Reply(response.status, body, headers)
