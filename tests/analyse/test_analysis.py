"""From a run with a known truth to numbers."""

from dataclasses import replace
from math import isclose, log

import pytest

from bench.analyse.analysis import Analysis, analyse
from bench.analyse.progress import ratios_so_far
from bench.model.framework import Role
from bench.model.run import Run
from bench.model.trial import Failure, RoundEnd, Window
from tests.analyse.builders import (
    AGAIN,
    ASGI,
    DJANGO,
    FASTAPI,
    FLASK,
    SPEEDS,
    TARGETS,
    WORKLOADS,
    WSGI,
    Truth,
    make_run,
    only,
    tally,
    target,
)


def ratio(
    analysis: Analysis, subject: str, baseline: str, metric: str = "throughput"
) -> float:
    """The point of a comparison on hello."""
    found = analysis.comparison(subject, baseline, "hello", metric)
    assert found is not None and found.advantage is not None
    return found.advantage.point


def test_without_noise_the_ratios_are_exact() -> None:
    """1.44 over 1.2 is 1.2, for requests per second and for CPU per request alike."""
    run = make_run(Truth(restart=0, window=0))
    analysis = analyse(run)
    for metric in ("throughput", "cpu", "memory"):
        assert ratio(analysis, FASTAPI, FLASK, metric) == pytest.approx(1.2, rel=1e-4)
        assert ratio(analysis, FLASK, FASTAPI, metric) == pytest.approx(
            1 / 1.2, rel=1e-4
        )


def test_a_machine_that_swings_by_thirty_percent_is_paired_away() -> None:
    """Absolute rates scatter by tens of per cent, the ratio by two."""
    analysis = analyse(make_run(Truth(rounds=12, looks=(12,), machine=0.3)))
    found = analysis.comparison(FASTAPI, DJANGO, "hello", "throughput")
    assert found is not None and found.advantage is not None
    assert found.advantage.low < 1.44 < found.advantage.high
    assert found.advantage.high / found.advantage.low < 1.06
    rates = next(q for q in analysis.quantities if q.metric == "throughput")
    assert rates.estimate is not None
    assert rates.estimate.high / rates.estimate.low > 1.1


def test_every_pair_that_a_reader_may_ask_for_is_there() -> None:
    """Contestants both ways, the twin against its original, each against its own floor."""
    analysis = analyse(make_run())
    on_hello = {
        (c.subject, c.baseline)
        for c in analysis.comparisons
        if c.workload == "hello" and c.metric == "cpu"
    }
    contestants = (FASTAPI, FLASK, DJANGO)
    assert on_hello == {
        *((a, b) for a in contestants for b in contestants if a != b),
        (AGAIN, FLASK),
        (FASTAPI, ASGI),
        (FLASK, WSGI),
        (DJANGO, WSGI),
    }


def test_a_floor_that_does_not_do_the_work_is_not_compared_on_it() -> None:
    """The floors answer no database requests."""
    pairs = {(c.baseline, c.workload) for c in analyse(make_run()).comparisons}
    assert (WSGI, "hello") in pairs and (WSGI, "db-read") not in pairs


def test_an_ablation_is_compared_with_its_own_framework_only() -> None:
    """One thing changed: against the contestant that it was changed from."""
    ablation = target("flask@2.0/sync", Role.ABLATION)
    run = make_run(
        Truth(targets=(*TARGETS, ablation), speeds={**SPEEDS, ablation.id: 1.0})
    )
    found = {c.baseline for c in analyse(run).comparisons if c.subject == ablation.id}
    assert found == {FLASK}


def test_quantities_are_what_the_windows_say() -> None:
    """Requests over seconds; CPU over all requests of the visit, in microseconds; MiB; ms."""
    run = make_run(Truth(restart=0, window=0, machine=0))
    values = {
        q.metric: q
        for q in analyse(run).quantities
        if q.target == DJANGO and q.workload in {"hello", None}
    }
    expected = {
        "throughput": 1e6,
        "cpu": 1000.0,
        "memory": 50.0,
        "p50": 16e6 / 1.5e6 * 1.5 / 1e3,
        "p99": 2 * 16e6 / 1.5e6 * 1.5 / 1e3,
        "database_cpu": 1.0,
        "generator": 40.0,
        "idle_memory": 40.0,
    }
    for metric, value in expected.items():
        estimate = values[metric].estimate
        assert estimate is not None and isclose(estimate.point, value, rel_tol=1e-6)
    assert values["startup"].rounds == pytest.approx(
        (0.41, 0.42, 0.43, 0.44, 0.45, 0.46)
    )


def test_latencies_say_that_the_loop_was_closed() -> None:
    """Nobody may take them for what a user waits at a given load."""
    titles = {m.name: m.title for m in analyse(make_run()).metrics}
    assert "Closed-loop latency at saturation" in titles["p50"]
    assert "Closed-loop latency at saturation" in titles["p99"]


def test_a_percentile_needs_requests_beyond_it() -> None:
    """No 99th percentile from fewer than 1000 requests in a round, and a reason instead."""
    run = make_run(Truth(fault=only(lambda w: tally(w, requests=200), target=FLASK)))
    found = next(
        q for q in analyse(run).quantities if (q.target, q.metric) == (FLASK, "p99")
    )
    assert found.estimate is None and found.rounds == (None,) * 6
    assert found.reason is not None and "1000 requests" in found.reason


def test_what_was_not_measured_is_none_and_never_zero() -> None:
    """No memory, no database counter, no steal: no numbers, and no complaint."""
    run = make_run(
        Truth(
            fault=lambda w: replace(
                w, server_memory_bytes=None, database_cpu_ns=None, steal_s=None
            )
        )
    )
    analysis = analyse(run)
    for quantity in analysis.quantities:
        if quantity.metric in {"memory", "database_cpu"}:
            assert quantity.estimate is None and set(quantity.rounds) == {None}
            assert quantity.reason == "not measured"
    memory = analysis.comparison(FASTAPI, FLASK, "hello", "memory")
    assert memory is not None and memory.advantage is None
    assert {c.id: c.passed for c in analysis.checks}["steal"] is None


def test_a_failed_target_has_no_trial_in_that_round() -> None:
    """Its pairs lose a round each; the other pairs keep all six."""
    run = make_run(
        Truth(fault=lambda w: None if (w.target, w.round) == (FLASK, 2) else w)
    )
    run = replace(run, failures=(Failure(2, FLASK, None, "it died"),))
    analysis = analyse(run)
    hurt = analysis.comparison(FASTAPI, FLASK, "hello", "throughput")
    whole = analysis.comparison(FASTAPI, DJANGO, "hello", "throughput")
    assert hurt is not None and hurt.advantage is not None
    assert whole is not None and whole.advantage is not None
    assert (hurt.advantage.n, whole.advantage.n) == (5, 6)
    assert hurt.rounds[1] is None
    assert "failed" in hurt.doubts and "failed" not in whole.doubts


@pytest.mark.parametrize("failures", [(Failure(3, FLASK, "hello", "it died"),), ()])
@pytest.mark.parametrize("kept", [2, 4])
def test_a_trial_that_broke_off_counts_for_nothing(
    failures: tuple[Failure, ...], kept: int
) -> None:
    """Windows missing or a failure named: no trial, not half of one; other workloads stand."""

    def dies(window: Window) -> Window | None:
        place = (window.target, window.workload, window.round)
        return None if place == (FLASK, "hello", 3) and window.cycle > kept else window

    run = replace(make_run(Truth(fault=dies)), failures=failures)
    found = analyse(run).comparison(FLASK, DJANGO, "hello", "cpu")
    other = analyse(run).comparison(FLASK, DJANGO, "validate", "cpu")
    assert found is not None and found.advantage is not None
    assert other is not None and other.advantage is not None
    whole = kept == 4 and not failures
    assert (found.advantage.n, other.advantage.n) == (6 if whole else 5, 6)


def test_a_round_without_its_end_is_not_analysed() -> None:
    """A run that was killed in its seventh round has six."""
    run = make_run(Truth(rounds=7, looks=(12,)))
    run = replace(run, ends=run.ends[:-1])
    assert analyse(run).rounds == (1, 2, 3, 4, 5, 6)


def test_rounds_between_two_looks_wait_for_the_next_look() -> None:
    """Eight complete rounds of 6, 9, 12: the first six are analysed, and the reader told."""
    analysis = analyse(make_run(Truth(rounds=8, looks=(6, 9, 12))))
    assert analysis.rounds == (1, 2, 3, 4, 5, 6)
    assert [w.reason.code for w in analysis.warnings] == ["looks"]


def test_looking_several_times_costs_width() -> None:
    """The same six rounds have wider intervals when they are the first of five looks."""
    once = analyse(make_run(Truth(looks=(6,))))
    five = analyse(make_run(Truth(looks=(6, 9, 12, 16, 20))))
    assert once.level == 0.95 and five.level == pytest.approx(0.9842)
    one = once.comparison(FASTAPI, FLASK, "hello", "cpu")
    other = five.comparison(FASTAPI, FLASK, "hello", "cpu")
    assert one is not None and one.advantage is not None
    assert other is not None and other.advantage is not None
    assert other.advantage.point == one.advantage.point
    widths = [log(e.high / e.low) for e in (other.advantage, one.advantage)]
    assert widths[0] / widths[1] == pytest.approx(1.463 / 1.0494, rel=1e-3)


def test_one_round_has_numbers_but_no_intervals() -> None:
    """A smoke run shows its single values and says why there is no interval."""
    analysis = analyse(make_run(Truth(rounds=1, cycles=1, looks=(1,))))
    rate = next(q for q in analysis.quantities if q.metric == "throughput")
    assert rate.estimate is None and rate.rounds[0] is not None
    assert rate.reason == "one round has no interval"
    assert all(c.advantage is None and len(c.rounds) == 1 for c in analysis.comparisons)
    assert {c.id: c.passed for c in analysis.checks}["noise"] is None


def test_a_run_without_any_round_is_analysed_to_nothing() -> None:
    """A run stopped in its first round has no numbers, and no crash."""
    run = replace(make_run(), ends=())
    analysis = analyse(run)
    assert analysis.rounds == ()
    assert all(c.advantage is None for c in analysis.comparisons)
    assert "rounds" in {w.reason.code for w in analysis.warnings}


def test_analysing_twice_gives_the_same() -> None:
    """It is a function of the run alone."""
    assert analyse(make_run()) == analyse(make_run())


def test_progress_shows_each_pair_once_and_agrees_with_the_analysis() -> None:
    """Three pairs and the twin, on three workloads, for two metrics."""
    run = make_run()
    shown = ratios_so_far(run)
    assert len(shown) == 4 * len(WORKLOADS) * 2
    analysis = analyse(run)
    for one in shown:
        found = analysis.comparison(one.subject, one.baseline, one.workload, one.metric)
        assert found is not None and found.advantage == one.advantage


def test_progress_after_one_round_knows_nothing_yet() -> None:
    """One pair of rounds has no interval."""
    run: Run = replace(make_run(), ends=(RoundEnd(1),))
    assert {one.advantage for one in ratios_so_far(run)} == {None}
