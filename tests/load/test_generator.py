"""The real generator, from its own process, against a server of known behaviour."""

import subprocess
import time
from pathlib import Path

import pytest

from bench.load.faults import Fault
from bench.load.generator import LoadRequest
from bench.load.locust_generator import LocustGenerator
from bench.load.samples import quantiles, read_samples
from bench.model.load import Arrivals, Load
from bench.model.trial import WindowStats
from tests.load.known import Known


pytestmark = [pytest.mark.live, pytest.mark.timed]

SHORT = Load(clients=4, warm_s=0.1, measure_s=0.4)


def visit(
    generator: LocustGenerator,
    known: Known,
    name: str,
    load: Load = SHORT,
    samples: Path | None = None,
    limit: int | None = None,
) -> WindowStats:
    """One visit to the known server."""
    return generator.visit(
        LoadRequest("127.0.0.1", known.port, name, 1, load, samples, limit)
    )


@pytest.mark.parametrize(
    "name",
    ["right", "dated", "chunked", "slow?ms=3", "big?kb=200", "post:right", "closing"],
)
def test_every_count_agrees_with_the_servers(
    generator: LocustGenerator, known: Known, name: str
) -> None:
    """What the server answered, what we counted and what Locust counted are one number."""
    tally = visit(generator, known, name)
    counts = known.count()
    assert tally.errors == {} and tally.first_error is None
    assert tally.requests > 0
    assert tally.requests_total == counts["requests"] == tally.locust_requests
    assert tally.connections_opened == counts["connections"]
    assert tally.requests < tally.requests_total
    assert sum(tally.per_second) == tally.requests


@pytest.mark.parametrize("name", ["closing", "until_closed"])
def test_a_server_that_closes_each_connection_works(
    generator: LocustGenerator, known: Known, name: str
) -> None:
    """One connection per request, all right, nothing retried."""
    tally = visit(generator, known, name)
    assert tally.errors == {} and tally.retried == 0 and tally.requests > 0
    assert tally.connections_opened == tally.requests_total


def test_connections_are_kept_between_visits_until_forgotten(
    generator: LocustGenerator, known: Known
) -> None:
    """The second window begins with open connections, also after another server's visit."""
    assert visit(generator, known, "right").connections_opened == 4
    other = Known()
    try:
        assert visit(generator, other, "right").connections_opened == 4
    finally:
        other.end()
    assert visit(generator, known, "right").connections_opened == 0
    more = Load(clients=6, warm_s=0.0, measure_s=0.2)
    assert visit(generator, known, "right", more).connections_opened == 2
    generator.forget("127.0.0.1", known.port)
    assert visit(generator, known, "right").connections_opened == 4
    generator.forget("127.0.0.1", known.port)


def test_wrong_answers_are_errors_and_never_requests(
    generator: LocustGenerator, known: Known
) -> None:
    """A fifth is wrong in body or status: counted apart, answered all the same."""
    tally = visit(generator, known, "sometimes_wrong")
    wrong = sum(tally.errors.values())
    assert set(tally.errors) == {Fault.WRONG, "status 500"}
    assert tally.requests_total == known.count()["requests"] == tally.locust_requests
    assert abs(wrong - tally.requests_total / 5) <= 2
    assert tally.requests + wrong <= tally.requests_total
    assert tally.first_error is not None and "status 500" in tally.first_error


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("half", Fault.TRUNCATED),
        ("garbage", Fault.MALFORMED),
        ("twice", Fault.SURPLUS),
        ("nothing", Fault.CLOSED),
    ],
)
def test_a_broken_answer_has_its_own_kind(
    generator: LocustGenerator, known: Known, name: str, fault: Fault
) -> None:
    """Nothing broken is counted as right, and the visit ends in time."""
    tally = visit(generator, known, name)
    assert set(tally.errors) == {fault} and tally.errors[fault] > 0
    assert tally.requests == 0 and tally.latency_us is None
    assert tally.requests_total == tally.locust_requests


def test_nobody_there_is_an_error_not_a_storm(
    generator: LocustGenerator, known: Known
) -> None:
    """A refused connection is tried again a few times a second only."""
    known.end()
    tally = visit(generator, known, "right")
    assert set(tally.errors) == {Fault.REFUSED} and tally.requests_total == 0
    # Four clients, half a second, a pause of 50 ms after each refusal.
    assert 4 <= tally.errors[Fault.REFUSED] <= 4 * 11


def test_a_request_on_a_connection_closed_meanwhile_is_sent_again_once(
    generator: LocustGenerator, known: Known
) -> None:
    """The server hangs up after each answer without a word: retried, counted, no error."""
    tally = visit(generator, known, "hangs_up")
    assert tally.errors == {} and tally.requests > 0
    assert tally.retried > 0
    assert tally.requests_total == known.count()["requests"]


def test_what_is_not_idempotent_is_not_sent_again(
    generator: LocustGenerator, known: Known
) -> None:
    """A POST that may have been done already is an error, not a second POST."""
    tally = visit(generator, known, "post:hangs_up")
    assert tally.retried == 0
    assert tally.requests_total == known.count()["requests"]


def test_a_server_that_dies_ends_in_errors(
    generator: LocustGenerator, known: Known
) -> None:
    """Killed in the middle of a window: what was answered stays, the rest is errors."""
    load = Load(clients=4, warm_s=0.0, measure_s=0.8)
    killer = subprocess.Popen(["sh", "-c", f"sleep 0.4; kill -9 {known.process.pid}"])
    tally = visit(generator, known, "slow?ms=5", load)
    killer.wait()
    assert tally.requests > 0
    assert set(tally.errors) <= {Fault.REFUSED, Fault.CLOSED, Fault.TRUNCATED}
    assert tally.errors[Fault.REFUSED] > 0


def test_a_fixed_service_time_gives_the_rate_that_arithmetic_wants(
    generator: LocustGenerator, known: Known
) -> None:
    """Little's law: clients = rate x latency; and no latency is below the service time."""
    tally = visit(generator, known, "slow?ms=20", Load(8, 0.1, 1.0))
    assert tally.latency_us is not None and tally.latency_us.p50 >= 20_000
    in_flight = tally.requests / tally.measure_s * tally.latency_us.p50 / 1e6
    assert 8 * 0.8 <= in_flight <= 8 * 1.1


def test_a_serial_queue_shows_as_latency(
    generator: LocustGenerator, known: Known
) -> None:
    """Eight clients at a server that takes one at a time wait eight turns each."""
    single = visit(generator, known, "serial?ms=4", Load(1, 0.1, 0.5))
    eight = visit(generator, known, "serial?ms=4", Load(8, 0.1, 0.5))
    assert single.latency_us is not None and eight.latency_us is not None
    assert eight.latency_us.p50 >= 5 * single.latency_us.p50
    assert eight.requests <= 1.5 * single.requests


def test_a_stall_hides_from_the_closed_loop_and_not_from_the_open(
    generator: LocustGenerator,
) -> None:
    """
    Nothing is answered for 0.3 of 1.2 seconds.

    The closed loop stops asking, so a handful of its many samples are slow
    and p99 stays small. The open loop's requests are due all the same: a fifth
    of them waited.
    """
    tallies = []
    for load in (Load(4, 0.0, 1.2), Load(4, 0.0, 1.2, rate_rps=400.0)):
        server = Known()
        try:
            tallies.append(visit(generator, server, "stall?at=400&until=700", load))
        finally:
            server.end()
    closed, opened = tallies
    assert closed.latency_us is not None and opened.latency_us is not None
    assert opened.service_us is not None
    assert closed.latency_us.max > 200_000 > 50_000 > closed.latency_us.p99
    assert opened.latency_us.p99 > 200_000 and opened.latency_us.p90 > 50_000
    # From the actual send, only those few on the wire were slow.
    assert opened.service_us.p90 < 50_000
    assert opened.late_sends > 0.1 * opened.requests


@pytest.mark.parametrize("arrivals", Arrivals)
def test_the_open_loop_offers_its_rate(
    generator: LocustGenerator, known: Known, arrivals: Arrivals
) -> None:
    """Every due request is sent and counted, and the file holds each of them."""
    load = Load(8, 0.2, 1.0, rate_rps=300.0, arrivals=arrivals)
    tally = visit(generator, known, "right", load)
    assert tally.offered is not None and tally.errors == {}
    # Five standard deviations of a Poisson count.
    slack = 1 if arrivals is Arrivals.CONSTANT else 5 * 300**0.5
    assert abs(tally.offered - 300) <= slack
    assert tally.requests == tally.offered
    assert tally.requests_total == known.count()["requests"] == tally.locust_requests


def test_the_samples_are_the_tally(
    generator: LocustGenerator, known: Known, tmp_path: Path
) -> None:
    """Count and quantiles can be had again from the file, exactly; closed and open."""
    for load in (SHORT, Load(4, 0.1, 0.4, rate_rps=200.0)):
        path = tmp_path / load.name / "window.npz"
        tally = visit(generator, known, "slow?ms=2", load, path)
        samples = read_samples(path)
        assert len(samples.sent_ns) == tally.requests
        assert quantiles(samples.latency_ns) == tally.latency_us
        assert quantiles(samples.service_ns) == tally.service_us
        # Closed loop: answered inside the measured part; open loop: due inside it.
        moments = samples.sent_ns + (0 if load.rate_rps else samples.latency_ns)
        assert moments.min() >= 0
        assert moments.max() < tally.measure_s * 1e9
        assert (samples.latency_ns >= samples.service_ns).all()
        assert list(path.parent.iterdir()) == [path]


def test_a_visit_of_so_many_requests_sends_so_many(
    generator: LocustGenerator, known: Known
) -> None:
    """Warm-up is a number of requests, whatever the time."""
    tally = visit(generator, known, "slow?ms=1", limit=101)
    assert tally.requests == tally.requests_total == known.count()["requests"] == 101
    assert tally.locust_requests == 101


def test_a_request_without_answer_is_given_up(
    generator: LocustGenerator, known: Known
) -> None:
    """The visit ends some seconds after its last send, and says what it left."""
    before = time.monotonic()
    tally = visit(generator, known, "silent", Load(3, 0.0, 0.2))
    assert time.monotonic() - before < 20
    assert tally.errors == {Fault.UNFINISHED: 3}
    assert tally.requests_total == tally.locust_requests == 0
    assert visit(generator, known, "right").errors == {}


def test_its_own_cpu_time_is_of_the_measured_part(
    generator: LocustGenerator, known: Known
) -> None:
    """More than nothing, and never more than one core's worth."""
    tally = visit(generator, known, "right")
    assert 0 < tally.generator_cpu_s <= tally.measure_s * 1.05
