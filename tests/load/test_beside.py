"""A second workload in the same visit: both in full, counted and timed apart."""

import pytest

from bench.errors import UsageError
from bench.load.generator import LoadRequest
from bench.load.locust_generator import LocustGenerator
from bench.model.load import Arrivals, BackgroundLoad, Load
from bench.model.trial import WindowStats
from tests.load.known import Known


pytestmark = [pytest.mark.live, pytest.mark.timed]


def visit(
    generator: LocustGenerator, known: Known, beside: BackgroundLoad | None
) -> tuple[WindowStats, WindowStats | None]:
    """The tallies of the cheap requests and of what was beside them."""
    load = Load(8, 0.2, 1.5, 200.0, Arrivals.POISSON, beside=beside)
    tally = generator.visit(
        LoadRequest("127.0.0.1", known.port, "right", 1, load, None)
    )
    return tally, tally.beside


def test_both_are_counted_apart(generator: LocustGenerator, known: Known) -> None:
    """Each agrees with its own count in Locust, and together they are what the server saw."""
    cheap, other = visit(generator, known, BackgroundLoad("slow?ms=40", 4, 0.5, 50.0))
    assert other is not None
    counts = known.count()
    for stats in (cheap, other):
        assert stats.errors == {}
        assert stats.requests_total == stats.locust_requests > stats.requests > 0
        assert stats.requests == stats.offered
    assert cheap.requests_total + other.requests_total == counts["requests"]
    assert cheap.connections_opened + other.connections_opened == counts["connections"]
    assert other.beside is None


def test_the_latencies_of_one_are_not_the_others(
    generator: LocustGenerator, known: Known
) -> None:
    """Beside requests of 40 ms, those of none stay below: no list is shared."""
    cheap, other = visit(generator, known, BackgroundLoad("slow?ms=40", 4, 0.5, 50.0))
    assert other is not None and other.latency_us and cheap.latency_us
    assert other.latency_us.p50 >= 40_000
    assert cheap.latency_us.p50 < 40_000
    assert other.latency_sketch is not None


def test_the_next_visit_has_nothing_beside_it(
    generator: LocustGenerator, known: Known
) -> None:
    """What was beside one visit is over when the visit is."""
    visit(generator, known, BackgroundLoad("right", 4, 0.5, 50.0))
    before = known.count()["requests"]
    cheap, other = visit(generator, known, None)
    assert other is None
    assert known.count()["requests"] - before == cheap.requests_total


def test_the_two_do_not_arrive_in_step(
    generator: LocustGenerator, known: Known
) -> None:
    """The same rate of the same process, and other times: the counts of a window differ."""
    cheap, other = visit(generator, known, BackgroundLoad("right", 8, 0.5, 200.0))
    assert other is not None
    assert cheap.requests_total != other.requests_total


def test_an_unknown_workload_beside_is_refused(known: Known) -> None:
    """By its name, as the first one would be."""
    load = Load(1, 0.0, 0.2, 10.0, beside=BackgroundLoad("helo", 1, 0.5, 10.0))
    with (
        LocustGenerator((), workloads="bench.workloads") as made,
        pytest.raises(UsageError, match="helo"),
    ):
        made.visit(LoadRequest("127.0.0.1", known.port, "hello", 1, load, None))
