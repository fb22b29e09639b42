"""Cheap requests beside predictions: what is read from the windows is what was so."""

from dataclasses import replace

import pytest

from bench.analyse.analysis import analyse
from bench.analyse.windows import lay_out
from bench.experiments.predictions.analyse import MORE, SOONER, predictions
from bench.experiments.predictions.model import Predictions
from bench.model.run import Run
from bench.model.trial import Window
from tests.analyse.builders import DJANGO, FASTAPI, FLASK, Truth, make_run
from tests.analyse.predictions import BESIDE, PITFALL, Served, served_run


def found_in(run: Run) -> Predictions:
    """What the run holds of the experiment."""
    found: Predictions | None = analyse(run).found["predictions"]
    assert found is not None
    return found


def test_numbers_without_noise_are_the_truth() -> None:
    """Predictions per second, both tails and their ratio; within the 1 % of a bucket."""
    found = found_in(served_run(Served(noise=0.0)))

    assert (found.cheap, found.heavy) == ("hello", "predict-heavy")
    assert (found.cheap_rps, found.share, found.level) == (250.0, 0.5, 0.95)
    assert found.heavy_rps == pytest.approx([120 / 2.4] * 6)
    one = found.serving(PITFALL)
    assert one is not None
    for series, truth in (
        (one.capacity_rps, 101.0),
        (one.alone_ms, 2.0),
        (one.beside_ms, 40.0),
        (one.times, 20.0),
        (one.prediction_ms, 8.0),
    ):
        assert series.estimate is not None
        assert series.estimate.point == pytest.approx(truth, rel=0.011)
        assert series.estimate.n == 6


def test_only_contestants_are_compared_and_both_ways() -> None:
    """A set-up with one thing changed stands beside them; the two directions are inverse."""
    found = found_in(served_run())

    names = {one.subject for one in found.comparisons}
    assert names == {FASTAPI, FLASK, DJANGO}
    for metric in (MORE, SOONER):
        there = found.comparison(FASTAPI, DJANGO, metric)
        back = found.comparison(DJANGO, FASTAPI, metric)
        assert there and back and there.advantage and back.advantage
        assert there.advantage.point == pytest.approx(1 / back.advantage.point)
    sooner = found.comparison(FASTAPI, DJANGO, SOONER)
    assert sooner and sooner.advantage
    assert sooner.advantage.point == pytest.approx(1.2, rel=0.1)


def test_a_run_that_did_not_play_it_has_none() -> None:
    """None is not measured, and never a row of zeros."""
    assert analyse(make_run()).found["predictions"] is None


def test_it_leaves_the_headline_as_it_is() -> None:
    """Its windows touch no ratio, no check and no warning of the comparison."""
    plain = make_run(Truth(workloads=("hello",)))
    with_it, without = analyse(served_run()), analyse(plain)
    hello = [one for one in without.comparisons if one.workload == "hello"]
    kept = {(c.subject, c.baseline, c.metric): c for c in with_it.comparisons}
    for one in hello:
        assert kept[one.subject, one.baseline, one.metric].rounds == one.rounds


def test_too_few_requests_have_no_tail() -> None:
    """Below a thousand in a round a 99th percentile would be a few unlucky requests."""
    found = found_in(served_run(Served(requests=400)))
    one = found.serving(FASTAPI)
    assert one is not None
    assert one.alone_ms.rounds == (None,) * 6
    assert one.times.estimate is None
    assert one.capacity_rps.estimate is not None


def test_a_wrong_prediction_voids_the_window_of_the_cheap_ones() -> None:
    """What stood beside them was not the work that was agreed, so neither counts."""

    def spoilt(window: Window) -> Window:
        other = window.tally.beside
        if other is None or window.target != FLASK or window.round != 2:
            return window
        wrong = replace(other, errors={"wrong": 1})
        return replace(window, tally=replace(window.tally, beside=wrong))

    found = found_in(served_run(Served(fault=spoilt)))
    one = found.serving(FLASK)
    assert one is not None
    assert one.beside_ms.rounds[1] is None
    assert one.times.rounds[1] is None
    assert one.alone_ms.rounds[1] is not None
    assert one.times.estimate is not None
    assert one.times.estimate.n == 5


def test_predictions_that_were_not_all_answered_void_the_window() -> None:
    """A server that sheds the predictions has an easy time with the rest."""

    def shed(window: Window) -> Window:
        other = window.tally.beside
        if other is None or window.target != DJANGO:
            return window
        fewer = replace(other, requests=100)
        return replace(window, tally=replace(window.tally, beside=fewer))

    one = found_in(served_run(Served(fault=shed))).serving(DJANGO)
    assert one is not None
    assert one.beside_ms.estimate is None
    assert BESIDE.name == "predictions.open-250-beside-predict-heavy"


def test_a_generator_that_was_the_limit_voids() -> None:
    """A rate in doubt leaves no figure here, neither a rate nor a tail."""

    def strained(window: Window) -> Window:
        if window.target != DJANGO:
            return window
        busy_s = 0.95 * window.tally.measure_s
        return replace(window, tally=replace(window.tally, generator_cpu_s=busy_s))

    one = found_in(served_run(Served(fault=strained))).serving(DJANGO)
    assert one is not None
    assert one.beside_ms.estimate is None and one.alone_ms.estimate is None


@pytest.mark.slow
def test_intervals_cover_the_truth() -> None:
    """Of 300 made runs 92.5 to 98 % of the intervals hold the ratio of the tails."""
    covered = 0
    for seed in range(300):
        # The experiment alone: the headline beside it is the same in all of them.
        found = predictions(lay_out(served_run(Served(seed=seed, noise=0.15))))
        one = found.serving(FASTAPI) if found else None
        assert one is not None and one.times.estimate is not None
        covered += one.times.estimate.low <= 5.0 <= one.times.estimate.high
    assert 0.925 < covered / 300 < 0.98
