"""Workers divide a visit: their shares together are the whole, and each is what it should be."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.load.answers import variants
from bench.load.arrivals import due_times, own_due_times
from bench.load.engine import _rotated
from bench.load.generator import LoadRequest, WorkerShare
from bench.load.worker_pool import LEAD_S, WorkerAssignment
from bench.model.load import Arrivals, BackgroundLoad, Load, Surge
from tests.load.known_workloads import VARIANTS, workload


def shares(of: int) -> list[WorkerShare]:
    """Every worker's."""
    return [WorkerShare(index, of) for index in range(of)]


@settings(deadline=None)
@given(st.integers(0, 5000), st.integers(1, 64))
def test_what_is_counted_is_dealt_out_whole_and_evenly(whole: int, of: int) -> None:
    """Connections and fixed numbers of requests: none lost, none twice, at most one apart."""
    counts = [share.count(whole) for share in shares(of)]
    assert sum(counts) == whole
    assert max(counts) - min(counts) <= 1


@settings(deadline=None)
@given(
    st.sampled_from(Arrivals),
    st.integers(0, 2**40),
    st.integers(1, 8),
    st.integers(8, 40),
    st.booleans(),
)
def test_the_arrivals_of_all_workers_are_those_of_one(
    arrivals: Arrivals, seed: int, of: int, clients: int, surges: bool
) -> None:
    """To the nanosecond, whatever the number of workers, with and without a surge."""
    surge = Surge(1.5, 0.2, 0.3) if surges else None
    load = Load(clients, 0.1, 0.9, 300.0, arrivals, surge=surge)
    parts = [own_due_times(load, seed, share) for share in shares(of)]
    together = sorted(time for part in parts for time in part)
    assert together == list(due_times(load, seed))
    for part in parts:
        assert list(part) == sorted(part)


def test_constant_arrivals_go_round_the_connections() -> None:
    """Five connections on two workers: three fifths of the sends and two fifths, exactly."""
    load = Load(5, 0.0, 1.0, 1000.0)
    sizes = [len(own_due_times(load, 7, share)) for share in shares(2)]
    assert sizes == [600, 400]


def test_a_share_of_a_poisson_process_is_one() -> None:
    """
    Its counts vary as much as their mean, and tell nothing of the other worker's.

    6000 stretches of 10 ms. Sends dealt out in turn would vary half as much.
    Limits: five standard deviations.
    """
    load = Load(16, 0.0, 60.0, 2000.0, Arrivals.POISSON)
    counts = [
        np.bincount(np.array(own_due_times(load, 3, share)) // 10_000_000)[:6000]
        for share in shares(2)
    ]
    for own in counts:
        assert abs(own.mean() - 10) < 5 * (10 / 6000) ** 0.5
        assert abs(own.var() / own.mean() - 1) < 5 * (2 / 6000) ** 0.5
    correlation = np.corrcoef(np.stack(counts).astype(np.float64))
    assert abs(float(np.asarray(correlation)[0, 1])) < 5 / 6000**0.5


def test_every_worker_sends_every_distinct_request_in_another_order() -> None:
    """In step they would all ask for the same row at the same moment."""
    whole = variants(workload("right"), 1, "127.0.0.1", 80)
    orders = [[v.index for v in _rotated(whole, share)] for share in shares(4)]
    assert orders[0] == list(range(VARIANTS))
    for order in orders:
        assert sorted(order) == orders[0]
    assert len({order[0] for order in orders}) == 4


def test_a_visit_has_as_many_workers_as_connections() -> None:
    """Of every workload in it: who has none of one of them takes no part."""
    load = Load(6, 0.0, 1.0, 10.0, beside=BackgroundLoad("x", 2, 0.5, 5.0))
    visit = LoadRequest("127.0.0.1", 1, "x", 1, load, None, requests_limit=7)
    assert visit.most_workers == 2
    assert (
        LoadRequest("127.0.0.1", 1, "x", 1, Load(6, 0.0, 1.0), None).most_workers == 6
    )
    assert (visit.connections, visit.own_limit) == (6, 7)


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.floats(0, 2), min_size=1))
def test_all_begin_together_over_ways_of_different_length(
    trips: dict[str, float],
) -> None:
    """Half of its way after the word was given, and then what it was told to wait: the same for all."""
    assignment = WorkerAssignment({name: name for name in trips}, trips)
    starts = [trip / 2 + assignment.after_s(name) for name, trip in trips.items()]
    assert starts == pytest.approx([starts[0]] * len(starts))
    assert min(assignment.after_s(name) for name in trips) >= LEAD_S
