"""One HTTP request and the reply to it, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """A request without host or connection: those belong to who sends it."""

    method: str
    path: str  # with the query string
    body: bytes | None = None
    content_type: str | None = None
    headers: tuple[tuple[str, str], ...] = ()  # beside those that a body needs

    @property
    def idempotent(self) -> bool:
        """Whether it may be sent again when a kept-alive connection was closed on it (RFC 9110 9.2.2)."""
        return self.method in {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; header names are lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def media_type(self) -> str:
        """The content type without its parameters, lower case, or ''."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()
