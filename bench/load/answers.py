"""What is sent, and whether what came back is right; each distinct answer is checked once."""

from collections.abc import Callable, Sequence

from bench.errors import UsageError
from bench.load.parser import ParsedResponse
from bench.load.wire import render
from bench.model.exchange import Reply, Request
from bench.model.workload import Workload


RAW_LIMIT_BYTES = 64 * 1024  # of one whole answer that is remembered as it came
RAW_TOTAL_BYTES = 64 * 1024 * 1024
VERDICT_TOTAL_BYTES = 64 * 1024 * 1024


class Variant:
    """One distinct request, ready to send, and the last right answer to it."""

    __slots__ = ("index", "payload", "request", "right", "size")

    def __init__(self, index: int, request: Request, payload: bytes) -> None:
        self.index = index
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
    found = tuple(
        Variant(index, request, render(request, host, port))
        for index, request in enumerate(workload.requests(seed))
    )
    if not found:
        raise UsageError(f"workload {workload.name!r} has no request to send")
    return found
