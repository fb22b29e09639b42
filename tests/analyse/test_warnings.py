"""Every reason to doubt fires on its fault, names its number, and takes what it must."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.analyse import reasons
from bench.analyse.analysis import Analysis, analyse
from bench.model.framework import Role
from bench.model.trial import Window
from bench.model.warning import Reason, Scope, Warning
from tests.analyse.builders import (
    DJANGO,
    FASTAPI,
    FLASK,
    SPEEDS,
    TARGETS,
    Truth,
    make_run,
    only,
    tally,
    target,
)


def found(analysis: Analysis, reason: Reason) -> list[Warning]:
    """The warnings of one reason."""
    return [w for w in analysis.warnings if w.reason is reason]


def passed(analysis: Analysis) -> dict[str, bool | None]:
    """Every check's answer by its id."""
    return {check.id: check.passed for check in analysis.checks}


def test_a_sound_run_warns_of_nothing_and_passes_every_check() -> None:
    """No fault, no warning."""
    analysis = analyse(make_run(Truth(seed=2)))
    assert analysis.warnings == ()
    open_questions = {check for check, answer in passed(analysis).items() if not answer}
    # These made windows have no mean latency, and no quota that could stop them.
    assert open_questions == {"little", "restarted", "throttled"}


WINDOW_FAULTS: dict[str, tuple[Reason, Callable[[Window], Window], str]] = {
    "a wrong answer": (
        reasons.ERRORS,
        lambda w: tally(w, errors={"wrong body": 3}),
        "worst 3 of ",
    ),
    "several kinds of faults": (
        reasons.ERRORS,
        lambda w: tally(
            w,
            errors={"wrong answer": 1, "unfinished": 12},
            first_error="wrong answer: GET /hello:\nstatus 500",
        ),
        ": unfinished (12), wrong answer (1); the first was: wrong answer: GET /hello: status 500",
    ),
    "two counts": (
        reasons.COUNT,
        lambda w: tally(w, locust_requests=w.tally.requests_total - 1),
        "counted by Locust",
    ),
    "a rate not reached": (
        reasons.OFFERED,
        lambda w: tally(w, offered=round(w.tally.requests / 0.98)),
        "worst 98.0 %",
    ),
    "late sends": (
        reasons.LATE,
        lambda w: tally(w, offered=w.tally.requests, late_sends=w.tally.requests // 50),
        "worst 2.0 % of the sends",
    ),
    "idle servers at work": (
        reasons.IDLE,
        lambda w: replace(w, others_cpu_ns=40_000_000),
        "worst 2.0 % of a core",
    ),
    "a throttled server": (
        reasons.THROTTLED,
        lambda w: replace(w, throttled_s=0.12),
        "worst 0.12 s",
    ),
}


@pytest.mark.parametrize("fault", WINDOW_FAULTS)
def test_a_void_window_is_left_out_counted_and_named(fault: str) -> None:
    """One window of one cell: a warning with its number, and its value plays no part."""
    reason, change, text = WINDOW_FAULTS[fault]
    place = {"target": FLASK, "workload": "hello", "round": 3, "cycle": 2}

    def strike(window: Window) -> Window:
        # A value that would be seen in every ratio, were it not left out.
        return change(replace(window, server_cpu_ns=(window.server_cpu_ns or 0) * 1000))

    analysis = analyse(
        make_run(Truth(restart=0, window=0, fault=only(strike, **place)))
    )
    (warning,) = found(analysis, reason)
    assert warning.where == f"{FLASK} hello closed-16"
    assert warning.detail.startswith("1 of 24 windows") and text in warning.detail
    assert reason.scope is Scope.WINDOW and reason.remedy
    cpu = next(
        q
        for q in analysis.quantities
        if (q.target, q.workload, q.metric) == (FLASK, "hello", "cpu")
    )
    assert cpu.rounds[2] is not None and cpu.rounds[2] < 2000
    hurt = analysis.comparison(FASTAPI, FLASK, "hello", "cpu")
    assert hurt is not None and hurt.advantage is not None
    assert hurt.advantage.point == pytest.approx(1.2, rel=1e-4)
    assert hurt.advantage.n == 6
    assert reason.code in hurt.doubts


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda w: tally(w, offered=w.tally.requests), reasons.OFFERED),
        (lambda w: tally(w, late_sends=10**6), reasons.LATE),
        (lambda w: replace(w, others_cpu_ns=19_000_000), reasons.IDLE),
        (lambda w: replace(w, throttled_s=0.0), reasons.THROTTLED),
        (lambda w: tally(w, generator_cpu_s=0.84 * 1.5), reasons.GENERATOR),
    ],
)
def test_just_inside_the_limit_is_fine(
    change: Callable[[Window], Window], reason: Reason
) -> None:
    """Limits are limits: what stays within them is not reported (late sends need a schedule)."""
    assert not found(analyse(make_run(Truth(fault=change))), reason)


def test_a_trial_with_most_of_its_windows_void_is_missing() -> None:
    """Four of six void leave no trial; three of six leave one."""
    for void, n in ((4, 5), (3, 6)):
        fault = only(
            lambda w: tally(w, errors={"refused": 1}),
            target=FLASK,
            workload="hello",
            round=1,
            cycle=tuple(range(1, void + 1)),
        )
        run = make_run(Truth(cycles=6, fault=fault))
        pair = analyse(run).comparison(FLASK, DJANGO, "hello", "cpu")
        assert pair is not None and pair.advantage is not None
        assert pair.advantage.n == n


def test_a_slow_window_is_never_void() -> None:
    """Ten times slower than the others, and it counts."""
    fault = only(
        lambda w: tally(w, requests=w.tally.requests // 10), target=FLASK, round=1
    )
    analysis = analyse(make_run(Truth(fault=fault)))
    pair = analysis.comparison(FASTAPI, FLASK, "hello", "throughput")
    assert pair is not None and pair.rounds[0] is not None and pair.rounds[0] > 10
    assert all(w.reason.scope is not Scope.WINDOW for w in analysis.warnings)


def test_a_generator_at_its_limit_takes_throughput_and_leaves_cpu() -> None:
    """FastAPI was too fast for it: its throughput ratios are lower bounds, others stand."""
    fault = only(lambda w: tally(w, generator_cpu_s=1.4), target=FASTAPI)
    analysis = analyse(make_run(Truth(fault=fault)))
    assert passed(analysis)["generator"] is False
    assert found(analysis, reasons.GENERATOR)[0].detail == (
        "24 of 24 windows, worst 93 % of its core"
    )
    limited = analysis.comparison(FASTAPI, FLASK, "hello", "throughput")
    other = analysis.comparison(FLASK, DJANGO, "hello", "throughput")
    cpu = analysis.comparison(FASTAPI, FLASK, "hello", "cpu")
    assert limited is not None and "lower bound" in (limited.void or "")
    assert limited.advantage is not None
    assert other is not None and other.void is None
    assert cpu is not None and cpu.void is None


def test_few_windows_at_the_generators_limit_are_only_left_out() -> None:
    """One of 24 windows: the throughput ratio stands on the others."""
    fault = only(
        lambda w: tally(w, generator_cpu_s=1.4, requests=1),
        target=FASTAPI,
        workload="hello",
        round=1,
        cycle=1,
    )
    analysis = analyse(make_run(Truth(fault=fault)))
    pair = analysis.comparison(FASTAPI, FLASK, "hello", "throughput")
    assert pair is not None and pair.void is None and "generator" in pair.doubts
    rate = next(q for q in analysis.quantities if q.metric == "throughput")
    assert rate.target == FASTAPI and rate.rounds[0] is not None
    assert rate.rounds[0] > 500_000


def test_a_floor_that_is_hardly_faster_makes_throughput_a_lower_bound() -> None:
    """FastAPI within 1.3 of the best floor: its rate may be the set-up's, not its own."""
    speeds = {**SPEEDS, "floor@1/uvicorn": 1.7, "floor@1/gthread": 1.5}
    analysis = analyse(make_run(Truth(speeds=speeds)))
    assert passed(analysis)["floor"] is False
    touched = {w.where for w in found(analysis, reasons.FLOOR)}
    assert touched == {f"{FASTAPI} hello closed-16", f"{FASTAPI} validate closed-16"}
    voids = {
        (c.subject, c.baseline, c.workload)
        for c in analysis.comparisons
        if c.metric == "throughput"
        and c.void
        and {c.subject, c.baseline} <= {FASTAPI, FLASK, DJANGO}
    }
    assert (FASTAPI, DJANGO, "hello") in voids
    assert (FLASK, DJANGO, "hello") not in voids
    assert (FASTAPI, DJANGO, "db-read") not in voids


def test_without_a_floor_its_question_stays_open() -> None:
    """Not measured is neither yes nor no."""
    run = make_run(Truth(targets=TARGETS[:4]))
    assert passed(analyse(run))["floor"] is None


def test_reconnecting_contestants_are_not_compared() -> None:
    """One opens a connection for each request, the other keeps its own: no verdict."""
    fault = only(
        lambda w: tally(w, connections_opened=w.tally.requests_total), target=FLASK
    )
    analysis = analyse(make_run(Truth(fault=fault)))
    pair = analysis.comparison(FASTAPI, FLASK, "hello", "cpu")
    assert pair is not None and pair.void is not None
    assert "connections per request differ: 0.00 for FastAPI, 1.00 for Flask" in (
        pair.void
    )
    assert passed(analysis)["connections"] is False


def test_a_server_that_closes_by_design_is_compared_as_it_is() -> None:
    """An ablation may reconnect: the comparison carries the doubt but is not void."""
    sync = replace(target("flask@2.0/sync", Role.ABLATION), keeps_alive=False)
    fault = only(
        lambda w: tally(w, connections_opened=w.tally.requests_total), target=sync.id
    )
    analysis = analyse(
        make_run(
            Truth(
                targets=(*TARGETS, sync), speeds={**SPEEDS, sync.id: 1.0}, fault=fault
            )
        )
    )
    pair = analysis.comparison(sync.id, FLASK, "hello", "cpu")
    assert pair is not None and pair.void is None and "connections" in pair.doubts
    assert passed(analysis)["connections"] is True
