"""Requests as bytes, rendered once, before the load starts."""

from bench.errors import UsageError
from bench.model.exchange import Request


def render(request: Request, host: str, port: int) -> bytes:
    """The request as it goes over the connection (RFC 9112 3); UsageError if a part of it cannot."""
    name = f"[{host}]" if ":" in host else host
    lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {name}:{port}"]
    if request.content_type is not None:
        lines.append(f"Content-Type: {request.content_type}")
    lines += [f"{name}: {value}" for name, value in request.headers]
    if request.body is not None:
        lines.append(f"Content-Length: {len(request.body)}")
    for line in lines:
        if not (line.isascii() and line.isprintable()):
            raise UsageError(
                f"a request cannot be sent: {line[:80]!r} is not printable ASCII",
                hint="percent-encode the path",
            )
    if lines[0].count(" ") != 2:
        raise UsageError(
            f"a request cannot be sent: {lines[0][:80]!r} has a space in its path",
            hint="write %20",
        )
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode("ascii") + (request.body or b"")
