"""A surge: arrivals that follow it, and a server of known speed that meets it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.calibrate.calibration_bench import CalibrationBench
from bench.experiments.stress.analyse import recovery_s
from bench.load.arrivals import due_times
from bench.load.generator import LoadRequest
from bench.load.locust_generator import LocustGenerator
from bench.load.messages import LoadCommand, order_message, order_of
from bench.model.load import Arrivals, Basis, Load, Surge
from bench.model.plan import Cell
from tests.builders import window


SURGE = Surge(times=5.0, from_s=1.0, lasts_s=2.0)
LOAD = Load(64, 0.5, 7.0, 300.0, Arrivals.POISSON, surge=SURGE)


def parts(load: Load, seed: int) -> list[int]:
    """How many requests are due before, in and after the surge."""
    times_s = np.array(due_times(load, seed)) / 1e9
    edges = [0.0, load.warm_s + SURGE.from_s, load.warm_s + SURGE.until_s, 1e9]
    return list(np.histogram(times_s, edges)[0])


@pytest.mark.parametrize("arrivals", Arrivals)
def test_the_rate_is_multiplied_while_the_surge_lasts(arrivals: Arrivals) -> None:
    """1.5 s and 4 s at 300 requests/s, 2 s at five times as many."""
    counts = parts(replace(LOAD, arrivals=arrivals), 3)
    for count, expected in zip(counts, (450, 3000, 1200), strict=True):
        slack = 2 if arrivals is Arrivals.CONSTANT else 5 * expected**0.5
        assert abs(count - expected) <= slack


def test_arrivals_in_a_surge_are_poisson() -> None:
    """Intervals within it have the mean and the spread of its own rate."""
    long = replace(LOAD, measure_s=40.0, surge=Surge(4.0, 5.0, 30.0))
    times_s = np.array(due_times(long, 4)) / 1e9
    gaps = np.diff(times_s[(times_s > 5.5) & (times_s < 35.5)])
    assert gaps.mean() == pytest.approx(1 / 1200, rel=5 / len(gaps) ** 0.5)
    assert gaps.std() == pytest.approx(gaps.mean(), rel=0.04)


def test_until_it_begins_nothing_is_different() -> None:
    """The same seed gives the same first arrivals with and without a surge; all lie inside."""
    with_it = due_times(LOAD, 9)
    plain = due_times(replace(LOAD, surge=None), 9)
    first = [t for t in plain if t < 1.5e9]
    # To the float's last bit: the clock is mapped there and back.
    assert np.allclose(with_it[: len(first)], first, atol=2)
    assert list(with_it) == sorted(with_it) and with_it[-1] < 7.5e9


def test_a_surge_goes_to_the_generator_whole() -> None:
    """What the harness asks for is what the process reads."""
    load = replace(LOAD, basis=Basis.OWN, share=0.3, experiment="stress")
    order = LoadCommand(LoadRequest("127.0.0.1", 1, "hello", 1, load, None))
    assert order_of(order_message(order)) == order
    assert load.name == "stress.open-own-30-surge-150"


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[CalibrationBench]:
    """The real generator, and a place for servers of known speed."""
    with LocustGenerator((), log=tmp_path / "log") as generator:
        yield CalibrationBench(generator, (), (), tmp_path)


@pytest.mark.live
@pytest.mark.timed
def test_a_server_of_known_speed_is_back_when_theory_says(
    stand: CalibrationBench,
) -> None:
    """
    One request at a time, 5 ms each: 200 a second, and offered 60, 300, 60.

    In two seconds 200 requests too many come, and 140 a second can be worked off
    afterwards: response times cannot be back before 1.43 s have passed. A shared
    machine may make it later, so the end is held against the backlog itself.
    """
    base, peak = 60.0, 300.0
    surge = Surge(peak / base, 1.0, 2.0)
    load = Load(128, 0.25, 6.0, base, Arrivals.CONSTANT, surge=surge)
    with stand.server() as server:
        tally = stand.visit(server, "/spin?us=5000", load)
    slots = tally.slots
    assert slots is not None and len(slots) == 24
    assert tally.errors == {} and tally.requests == tally.offered
    assert sum(s.due for s in slots) == sum(s.right for s in slots) == tally.offered
    busy = slots[5:12]
    rate = sum(s.answered for s in busy) / (len(busy) * 0.25)
    assert rate <= 201, "nobody is faster than the work itself"
    waiting = sum(s.due for s in slots[:12]) - sum(s.answered for s in slots[:12])
    assert waiting == pytest.approx(2.0 * (peak - rate), rel=0.2)
    back = recovery_s(window(tally=tally), Cell("alpha", "hello", load))
    assert back is not None and back >= (waiting - 15) / (200 - base) - 0.25

    def left(after_s: float) -> int:
        until = slots[: round((surge.until_s + after_s) / 0.25)]
        return sum(s.due for s in until) - sum(s.answered for s in until)

    # It takes no turns where many wait, and new requests may be quick meanwhile:
    # over it is when no more wait than come in a quarter second, or not at all.
    assert left(back) <= 15 or back == load.measure_s - surge.until_s
    assert tally.starved_sends > 0, "more were due than there are connections"
