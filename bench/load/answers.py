"""What is sent, and whether what came back is right; each distinct answer is checked once."""

from collections.abc import Callable, Sequence

from bench.errors import UsageError
from bench.load.parser import ParsedResponse
from bench.model.exchange import Reply, Request
from bench.model.workload import Workload


RAW_LIMIT_BYTES = 64 * 1024  # of one whole answer that is remembered as it came
RAW_TOTAL_BYTES = 64 * 1024 * 1024
VERDICT_TOTAL_BYTES = 64 * 1024 * 1024


class Variant:
    """One distinct request, ready to send, and the last right answer to it."""

    __slots__ = ("index", "kind", "payload", "request", "right", "size")

    def __init__(
        self, index: int, request: Request, payload: bytes, kind: int = 0
    ) -> None:
        self.index = index
        self.kind = kind  # its place among those of a mixed workload
        self.request = request
        self.payload = payload
        self.size = len(payload)
        # Head and body exactly as they came; the same bytes again are right
        # without parsing. A new date makes them differ once a second.
        self.right: bytes | None = None


class Answers:
    """Judges answers; remembers verdicts, within bounds."""

    __slots__ = ("_check", "_raw_bytes", "_verdict_bytes", "_verdicts")

    def __init__(self, check: Callable[[Request, Reply], str | None]) -> None:
        self._check = check
        self._verdicts: dict[tuple[int, int, str, bytes], str | None] = {}
        self._verdict_bytes = 0
        self._raw_bytes = 0

    def judge(self, variant: Variant, answer: ParsedResponse) -> str | None:
        """What is wrong with the answer, in one sentence, or None."""
        key = (variant.index, answer.status, answer.content_type, answer.body)
        try:
            return self._verdicts[key]
        except KeyError:
            pass
        reply = Reply(answer.status, answer.body, answer.headers)
        try:
            verdict = self._check(variant.request, reply)
        except Exception as error:  # an answer that even its check did not expect
            verdict = f"the check failed: {error!r}"
        self._verdict_bytes += len(answer.body) + 256
        if self._verdict_bytes > VERDICT_TOTAL_BYTES:
            self._verdicts.clear()
            self._verdict_bytes = len(answer.body) + 256
        self._verdicts[key] = verdict
        return verdict

    def remember(self, variant: Variant, data: bytes) -> None:
        """These bytes are one whole right answer that leaves the connection open."""
        before = 0 if variant.right is None else len(variant.right)
        after = self._raw_bytes - before + len(data)
        if len(data) <= RAW_LIMIT_BYTES and after <= RAW_TOTAL_BYTES:
            variant.right = data
            self._raw_bytes = after


def variants(workload: Workload, seed: int, host: str, port: int) -> Sequence[Variant]:
    """Every distinct request of the workload, rendered for one server; UsageError if there is none."""
    rendered = tuple(
        Variant(
            index,
            request,
            render(request, host, port),
            workload.kinds.index(workload.kind(request)) if workload.kind else 0,
        )
        for index, request in enumerate(workload.requests(seed))
    )
    if not rendered:
        raise UsageError(f"workload {workload.name!r} has no request to send")
    return rendered


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
