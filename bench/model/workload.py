"""A workload: the same work for every target."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.model.exchange import Reply, Request


@dataclass(frozen=True, slots=True)
class Workload:
    """
    Requests, and the check that tells a right reply from a wrong one.

    The same object serves the contract suite, the check before a trial, the
    generator and the documentation.
    """

    name: str
    title: str  # for readers: "Hello, World!"
    why: str  # one sentence: what it measures
    # seed -> a few hundred to a few thousand distinct requests; the generator
    # cycles through them, so that a cached answer would be a wrong one.
    requests: Callable[[int], Sequence[Request]]
    # One sentence that says what is wrong, or None. It must depend on its two
    # arguments alone: the generator calls it once for each distinct
    # (request, status, content type, body) and remembers the outcome.
    check: Callable[[Request, Reply], str | None]
    uses_database: bool = False
    writes: bool = False  # rows change: the table is reset before each round
    floor: bool = False  # the bare servers answer it too
    # Of a mixed workload: its kinds of requests, by name, and the kind of each
    # request. Every kind is counted and timed on its own, too.
    kinds: tuple[str, ...] = ()
    kind: Callable[[Request], str] | None = None
