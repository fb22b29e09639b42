"""What workers saw, put together, is what one process would have seen."""

from collections.abc import Iterator
from dataclasses import replace

import msgpack  # type: ignore[import-untyped]
import numpy as np
import numpy.typing as npt
import pytest

from bench.errors import EnvironmentFailure
from bench.load.faults import Fault
from bench.load.latency_recorder import LatencyRecorder
from bench.load.merge import (
    merge_samples,
    merge_tallies,
    samples_message,
    samples_of,
)


type Rows = npt.NDArray[np.int64]

KINDS = ("list", "row", "page")
START_NS, MEASURE_NS = 5_000_000_000, 1_300_000_000


def rows(seed: int, count: int = 3000) -> Rows:
    """Answered, latency, service: some before the measured part, some after it; no two answers at one moment."""
    random = np.random.Generator(np.random.PCG64(seed))
    first, last = START_NS - 200_000_000, START_NS + MEASURE_NS + 200_000_000
    moments = np.arange(first, last, 1000)
    answered = np.sort(random.choice(moments, count, replace=False))
    service = random.integers(100_000, 90_000_000, count)
    waited = random.integers(0, 20_000_000, count)
    return np.column_stack([answered, service + waited, service])


def recorder(own: Rows, open_loop: bool, clock_ns: int = 0) -> LatencyRecorder:
    """One worker's book, on a clock that shows so much more."""
    made = LatencyRecorder(open_loop, KINDS)
    made.start_ns = START_NS + clock_ns
    made.end_ns = made.start_ns + MEASURE_NS
    made.answered_ns.extend(int(time) + clock_ns for time in own[:, 0])
    made.latency_ns.extend(map(int, own[:, 1]))
    made.kind.extend(map(int, own[:, 1] % len(KINDS)))
    if open_loop:
        made.service_ns.extend(map(int, own[:, 2]))
        due = own[:, 0] - own[:, 1] + clock_ns
        late = own[:, 1] - own[:, 2] > 5_000_000
        made.late.extend(map(int, due[late]))
        made.starved.extend(map(int, due[late & (own[:, 1] % 2 == 0)]))
        made.due_ns = due[(due >= made.start_ns) & (due < made.end_ns)]
        made.offered = len(made.due_ns)
    made.opened, made.retried, made.wrong = len(own) % 7, len(own) % 5, len(own) % 3
    for _ in range(made.wrong):
        made.fault(Fault.WRONG, "not what was asked for", kind=1)
    return made


def divided(
    whole: Rows, workers: int, open_loop: bool
) -> Iterator[tuple[Rows, LatencyRecorder]]:
    """The rows dealt out at random, each worker on a clock of its own."""
    random = np.random.Generator(np.random.PCG64(workers))
    owner = random.integers(workers, size=len(whole))
    for index in range(workers):
        own = whole[owner == index]
        yield own, recorder(own, open_loop, clock_ns=index * 86_400_000_000_000)


@pytest.mark.parametrize("open_loop", [False, True])
@pytest.mark.parametrize("workers", [1, 2, 5])
def test_the_merged_tally_is_that_of_one_process(workers: int, open_loop: bool) -> None:
    """Every figure of it, quantiles, seconds and slots too; only counts that were set by hand are added here."""
    whole = rows(workers)
    combined = recorder(whole, open_loop)
    truth = combined.tally(combined.samples(), 77)
    books = [book for _, book in divided(whole, workers, open_loop)]
    parts = [book.samples() for book in books]
    merged = merge_samples(parts)
    tally = merge_tallies([book.tally(book.samples(), 0) for book in books], merged, 77)

    wrong = sum(book.wrong for book in books)
    assert tally == replace(
        truth,
        connections_opened=sum(book.opened for book in books),
        retried=sum(book.retried for book in books),
        errors={Fault.WRONG.value: wrong} if wrong else {},
        requests_total=len(whole) + wrong,
        first_error=tally.first_error,
        kinds=tuple(
            replace(kind, errors=wrong if kind.name == KINDS[1] else 0)
            for kind in truth.kinds
        ),
    )
    assert sum(kind.requests for kind in tally.kinds) == tally.requests
    for name in ("sent_ns", "latency_ns", "service_ns", "kind"):
        of_one = getattr(combined.samples(), name)
        assert (getattr(merged, name) == of_one).all() and len(of_one) > 1000
    assert (merged.service_ns is merged.latency_ns) is not open_loop


def test_the_busiest_worker_speaks_for_the_generator() -> None:
    """One at its limit spoils what it sends, however idle the other is."""
    own = rows(1)
    tally = recorder(own, False).tally(recorder(own, False).samples(), 0)
    both = [replace(tally, generator_cpu_s=used) for used in (0.2, 1.2)]
    merged = merge_tallies(both, recorder(own, False).samples(), 0)
    assert merged.generator_cpu_s == 1.2


@pytest.mark.parametrize("open_loop", [False, True])
def test_samples_come_over_the_wire_as_they_left(open_loop: bool) -> None:
    """Through Locust's own encoding; in a closed loop the two latencies stay one list."""
    left = recorder(rows(4), open_loop).samples()
    message = msgpack.loads(msgpack.dumps(samples_message(left)), raw=False)
    came = samples_of(message, len(left.sent_ns))
    for name in ("sent_ns", "latency_ns", "service_ns", "kind"):
        assert (getattr(came, name) == getattr(left, name)).all()
    assert (came.service_ns is came.latency_ns) is not open_loop


def test_samples_that_are_not_all_there_are_refused() -> None:
    """One less than was counted is a fault that no quantile may hide."""
    left = recorder(rows(4), False).samples()
    with pytest.raises(EnvironmentFailure, match="counted"):
        samples_of(samples_message(left), len(left.sent_ns) + 1)
