"""The parts of the generator that need no connection."""

from pathlib import Path

import numpy as np
import pytest

from bench.errors import EnvironmentFailure, UsageError
from bench.load.answers import VERDICT_TOTAL_BYTES, Answers, Variant, render, variants
from bench.load.arrivals import due_times
from bench.load.generator import LoadRequest
from bench.load.latency_recorder import LatencyRecorder
from bench.load.messages import (
    LoadCommand,
    line,
    order_message,
    order_of,
    refusal_message,
    refusal_of,
    tally_message,
    tally_of,
)
from bench.load.parser import ParsedResponse
from bench.load.samples import Kinds, Samples, quantiles, read_samples, write_samples
from bench.model.exchange import Reply, Request
from bench.model.load import Arrivals, Load
from bench.model.trial import Quantiles
from bench.model.workload import Workload


def test_a_request_is_rendered_as_it_is_sent() -> None:
    """Host and length are there, nothing else is added, an IPv6 host has brackets."""
    got = render(Request("GET", "/a?b=c"), "127.0.0.1", 80)
    assert got == b"GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n"
    posted = render(Request("POST", "/a", b"{}", "application/json"), "::1", 8000)
    assert posted == (
        b"POST /a HTTP/1.1\r\nHost: [::1]:8000\r\n"
        b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    )


@pytest.mark.parametrize("path", ["/a b", "/a\r\nX: y", "/ä", "/\x00"])
def test_a_path_that_would_break_the_request_is_refused(path: str) -> None:
    """No request may smuggle a second line."""
    with pytest.raises(UsageError):
        render(Request("GET", path), "127.0.0.1", 80)


def test_a_workload_without_requests_is_refused() -> None:
    """It would send nothing for ever."""
    empty = Workload("empty", "", "", lambda seed: (), lambda request, reply: None)
    with pytest.raises(UsageError, match="empty"):
        variants(empty, 1, "127.0.0.1", 80)


def answer(
    status: int = 200, kind: str = "text/plain", body: bytes = b""
) -> ParsedResponse:
    """An answer with nothing remarkable about it."""
    return ParsedResponse(status, {"content-type": kind}, kind, body, True, False)


def test_each_distinct_answer_is_checked_once() -> None:
    """Request, status, content type and body: a difference in any of them is a new check."""
    asked = []

    def check(request: Request, reply: Reply) -> str | None:
        asked.append((request.path, reply.status, reply.media_type, reply.body))
        return None if reply.body == b"good" else "not good"

    answers = Answers(check)
    first, two = (Variant(n, Request("GET", f"/{n}"), b"") for n in range(2))
    distinct = [
        (first, answer(body=b"good")),
        (two, answer(body=b"good")),
        (first, answer(body=b"bad")),
        (first, answer(status=500, body=b"good")),
        (first, answer(kind="text/html", body=b"good")),
    ]
    for _ in range(3):
        verdicts = [answers.judge(*case) for case in distinct]
        assert verdicts == [None, None, "not good", None, None]
    assert len(asked) == len(set(asked)) == 5


def test_a_check_that_stumbles_over_an_answer_has_refused_it() -> None:
    """An unexpected body is a wrong answer, not the end of the run."""

    def check(request: Request, reply: Reply) -> str | None:
        raise KeyError("n")

    variant = Variant(0, Request("GET", "/"), b"")
    assert Answers(check).judge(variant, answer()) == "the check failed: KeyError('n')"


def test_what_is_remembered_is_bounded() -> None:
    """Answers that never repeat do not fill the memory."""
    checks = []
    answers = Answers(lambda request, reply: checks.append(reply.body))
    variant = Variant(0, Request("GET", "/"), b"")
    large = VERDICT_TOTAL_BYTES // 4
    for n in range(9):
        answers.judge(variant, answer(body=bytes([n]) * large))
    held = sum(len(key[3]) for key in answers._verdicts)
    assert len(checks) == 9 and 0 < held <= VERDICT_TOTAL_BYTES
    answers.remember(variant, b"x" * large)
    assert variant.right is None, "too large to be kept as it came"
    answers.remember(variant, b"small")
    assert variant.right == b"small"


@pytest.mark.parametrize("arrivals", Arrivals)
def test_due_times_follow_from_the_seed(arrivals: Arrivals) -> None:
    """The same seed gives the same times, another seed others; rising, inside the window."""
    load = Load(1, 0.5, 1.5, 1000.0, arrivals)
    times = due_times(load, 7)
    assert times == due_times(load, 7) != due_times(load, 8)
    assert list(times) == sorted(times)
    assert times[0] >= 0 and times[-1] < 2e9


def test_constant_arrivals_are_evenly_spaced() -> None:
    """Every interval is the same to the nanosecond, and none is missing."""
    times = due_times(Load(1, 0.0, 2.0, 500.0), 3)
    assert len(times) in {1000, 1001}
    assert set(np.diff(np.array(times))) <= {1_999_999, 2_000_000, 2_000_001}


def test_poisson_arrivals_are_poisson() -> None:
    """Mean and spread of the intervals are alike, and so are those of counts."""
    times = np.array(due_times(Load(1, 0.0, 40.0, 1000.0, Arrivals.POISSON), 5))
    gaps = np.diff(times)
    # Five standard errors of 40 000 exponential intervals.
    assert gaps.mean() == pytest.approx(1e6, rel=5 / 200)
    assert gaps.std() == pytest.approx(1e6, rel=0.04)
    counts = np.bincount(times // 100_000_000)
    assert counts.var() / counts.mean() == pytest.approx(1.0, abs=0.4)


def test_quantiles_are_samples_by_nearest_rank() -> None:
    """Of 1000 samples of 1 to 1000 microseconds the p99 is the 990th, no mean of two."""
    latency_us = quantiles(np.random.default_rng(1).permutation(1000) * 1000 + 1000)
    assert latency_us == Quantiles(500.0, 900.0, 990.0, 999.0, 1000.0)
    assert quantiles(np.array([], np.int64)) is None


@pytest.mark.parametrize("kind", [None, np.array([1, 0], np.uint8)])
def test_samples_come_back_as_they_went(kind: Kinds | None, tmp_path: Path) -> None:
    """Every nanosecond and every kind, with the file complete under its name alone."""
    path = tmp_path / "deep" / "window.npz"
    stored = Samples(
        np.array([0, 5], np.int64),
        np.array([2**40, 7], np.int64),
        np.array([1, 2], np.int64),
        kind,
    )
    write_samples(path, stored)
    read = read_samples(path)
    for name in Samples.__slots__:
        assert np.array_equal(getattr(read, name), getattr(stored, name)), name
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x05\x06" + b"\0" * 18])
def test_a_file_without_samples_is_refused(tmp_path: Path, content: bytes) -> None:
    """Missing, cut off or foreign: one sentence with the path."""
    path = tmp_path / "window.npz"
    with pytest.raises(UsageError, match=r"window\.npz"):
        read_samples(path)
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"window\.npz"):
        read_samples(path)


def recorder(open_loop: bool) -> LatencyRecorder:
    """
    A measured part from 1000 to 2000 seconds, and three requests of 10 s.

    The first was sent before it, the second inside, the third ended after it.
    """
    book = LatencyRecorder(open_loop)
    book.start_ns, book.end_ns = 1_000_000_000_000, 2_000_000_000_000
    for answered_s in (1005, 1500, 2005):
        book.answered_ns.append(answered_s * 1_000_000_000)
        book.latency_ns.append(10_000_000_000)
        if open_loop:
            book.service_ns.append(1_000_000_000)
    return book


def test_a_closed_loop_counts_what_is_answered_inside() -> None:
    """Whenever it was sent; what is answered after the measured part is in the total only."""
    book = recorder(open_loop=False)
    samples = book.samples()
    tally = book.tally(samples, 3)
    assert list(samples.sent_ns) == [-5_000_000_000, 490_000_000_000]
    assert (tally.requests, tally.requests_total) == (2, 3)
    assert tally.per_second[5] == tally.per_second[500] == 1
    assert sum(tally.per_second) == 2
    assert tally.service_us == tally.latency_us


def test_an_open_loop_counts_what_was_due_inside() -> None:
    """An answer after the end belongs to the request that was due before it."""
    book = recorder(open_loop=True)
    tally = book.tally(book.samples(), 3)
    assert (tally.requests, tally.requests_total) == (2, 3)
    assert tally.latency_us is not None and tally.latency_us.max == 10e6
    assert tally.service_us is not None and tally.service_us.max == 1e6


def test_batches_add_up() -> None:
    """Every answer and every fault is in exactly one batch, and the lists still grow."""
    book = recorder(open_loop=False)
    first = book.batch()
    book.answered_ns.append(1)
    book.latency_ns.append(2)
    book.wrong += 1
    second, third = book.batch(), book.batch()
    assert list(first.latency_ns) == [10_000_000_000] * 3
    assert (second.latency_ns.tolist(), second.wrong) == ([2], 1)
    assert (third.latency_ns.tolist(), third.wrong, third.faults) == ([], 0, 0)


ASKED = Request(
    "POST", "/p?q=1", b"\xff\n{}", "application/json", (("X-A", "1"), ("X-A", "2"))
)


def test_a_visit_crosses_the_channel_unchanged() -> None:
    """Order, tally and refusal are the same on the other side."""
    load = Load(3, 0.1, 0.2, 50.0, Arrivals.POISSON)
    order = LoadCommand(LoadRequest("h", 1, "w", 2, load, Path("a/b.npz"), 5), ASKED)
    message = order_message(order)
    assert line(message).count(b"\n") == 1
    assert order_of(message) == order
    tally = recorder(open_loop=True)
    sent = tally.tally(tally.samples(), 3)
    assert tally_of(tally_message(sent)) == sent
    for refused in (UsageError("a", "b"), EnvironmentFailure("c")):
        again = refusal_of(refusal_message(refused))
        assert (type(again), again.message, again.hint) == (
            type(refused),
            refused.message,
            refused.hint,
        )


@pytest.mark.parametrize("period_ms", [5, 70, 200])
def test_throughput_is_not_biased_by_the_edges_of_the_window(period_ms: int) -> None:
    """
    Sixteen clients of a fixed service time, at every phase: the mean count is the true one.

    A rule that drops what straddles an edge would lose up to a whole answer
    of every client.
    """
    period_ns, clients, start_ns, end_ns = period_ms * 1_000_000, 16, 10**9, 25 * 10**8
    counts = []
    for phase in range(50):
        recorder = LatencyRecorder(open_loop=False)
        recorder.start_ns, recorder.end_ns = start_ns, end_ns
        first = period_ns * (phase + 1) // 50
        for moment in range(first, 3 * 10**9, period_ns):
            recorder.answered_ns.extend([moment] * clients)
            recorder.latency_ns.extend([min(moment, period_ns)] * clients)
        counts.append(len(recorder.samples().latency_ns))

    expected = clients * (end_ns - start_ns) / period_ns
    assert abs(sum(counts) / len(counts) / expected - 1) < 0.005
