"""The fake generator: what tests of the rounds may rely on."""

from pathlib import Path

import pytest

from bench.errors import EnvironmentFailure
from bench.load.generator import Generator, LoadRequest
from bench.load.samples import quantiles, read_samples
from bench.model.load import Load
from tests.fakes.generator import FakeGenerator, Script


CLOSED = Load(16, 0.5, 1.5)


def order(port: int, load: Load = CLOSED, samples: Path | None = None) -> LoadRequest:
    """A visit to that port."""
    return LoadRequest("127.0.0.1", port, "hello", 1, load, samples)


def test_it_shows_what_was_scripted() -> None:
    """Rate and latency come out as they went in, by port; nothing else is needed."""
    fake = FakeGenerator(
        {1: Script(rate_rps=2000, latency_us=500)}, Script(rate_rps=10)
    )
    generator: Generator = fake
    with generator:
        tally = generator.visit(order(1))
        assert tally.requests == 3000 and tally.requests_total == 4000
        assert tally.locust_requests == 4000 and sum(tally.per_second) == 3000
        assert tally.latency_us is not None
        assert tally.latency_us.p50 == pytest.approx(500, rel=0.02)
        assert generator.visit(order(2)).requests == 15
    assert [visit.port for visit in fake.visits] == [1, 2]


def test_the_same_visits_give_the_same_tallies() -> None:
    """It is a function of its script and of what it was asked."""
    runs = []
    for _ in range(2):
        with FakeGenerator(otherwise=Script(factors=(1.0, 0.5))) as fake:
            runs.append([fake.visit(order(port)) for port in (1, 2, 1, 1)])
    assert runs[0] == runs[1]
    assert [tally.requests for tally in runs[0]] == [1500, 1500, 750, 1500]


def test_connections_are_opened_once_and_again_when_forgotten() -> None:
    """As the real one keeps them; a server that closes opens one for each request."""
    with FakeGenerator({9: Script(closes_connections=True)}) as fake:
        assert [fake.visit(order(1)).connections_opened for _ in range(2)] == [16, 0]
        fake.forget("127.0.0.1", 1)
        assert fake.visit(order(1)).connections_opened == 16
        closing = fake.visit(order(9))
        assert closing.connections_opened == closing.requests_total
    assert fake.forgotten == [("127.0.0.1", 1)]


def test_an_open_loop_gives_its_rate_or_what_the_server_can() -> None:
    """Offered is what was asked; requests fall short where the script is slower."""
    with FakeGenerator({1: Script(rate_rps=100)}) as fake:
        slow = fake.visit(order(1, Load(16, 0.5, 2.0, rate_rps=400)))
        fast = fake.visit(order(2, Load(16, 0.5, 2.0, rate_rps=400)))
    assert (slow.requests, slow.offered) == (200, 800)
    assert (fast.requests, fast.offered) == (800, 800)


def test_its_samples_are_its_tally(tmp_path: Path) -> None:
    """Whoever reads the file finds the same quantiles."""
    path = tmp_path / "window.npz"
    with FakeGenerator() as fake:
        tally = fake.visit(order(1, samples=path))
    assert quantiles(read_samples(path).latency_ns) == tally.latency_us


def test_it_dies_where_the_script_says() -> None:
    """And it refuses to work outside its block, as the real one does."""
    fake = FakeGenerator({1: Script(dies_at_visit=2)})
    with pytest.raises(EnvironmentFailure):
        fake.visit(order(1))
    with fake:
        fake.visit(order(1))
        with pytest.raises(EnvironmentFailure, match="ended"):
            fake.visit(order(1))
