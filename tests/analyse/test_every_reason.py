"""The closed list, one by one: each reason is seen to fire, with a number, a remedy and an effect."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.analyse import reasons
from bench.analyse.analysis import analyse
from bench.model.load import Load
from bench.model.plan import Cell, Pinning
from bench.model.run import Run
from bench.model.trial import Boot, Failure, RoundEnd, Stop, Window, WorkerPart
from bench.model.warning import Scope
from bench.report.words import SCOPES
from tests.analyse.builders import (
    AGAIN,
    DJANGO,
    FASTAPI,
    FLASK,
    QUIET,
    SPEEDS,
    Truth,
    make_run,
    only,
    tally,
)


OPEN = Load(64, 0.5, 1.5, rate_rps=400.0)
ONE = WorkerPart("here-1", 500, 0.3, 0.2)


def struck(change: Callable[[Window], Window], **where: object) -> Callable[[], Run]:
    """A run in which something happens to the windows of one target."""
    place = where or {"target": FLASK}
    return lambda: make_run(Truth(fault=only(change, **place)))


def traced(**changes: object) -> Callable[[Window], Window]:
    """A window during which the machine did something else."""
    return lambda w: replace(w, trace=replace(QUIET, **changes))  # type: ignore[arg-type]


def little(window: Window) -> Window:
    """A mean latency a fifth too long for 16 clients."""
    each_us = 16 * window.tally.measure_s / window.tally.requests * 1e6
    return tally(window, latency_mean_us=1.2 * each_us)


def restarted(window: Window) -> Window:
    """The same with a mean a fifth too short, and connections that were opened anew."""
    each_us = 16 * window.tally.measure_s / window.tally.requests * 1e6
    return tally(window, latency_mean_us=0.8 * each_us, connections_opened=16)


def warming(window: Window) -> Window:
    """CPU time that falls by a tenth from the first cycle to the last."""
    extra = 1 + 0.1 * (4 - window.cycle) / 3
    return replace(window, server_cpu_ns=round((window.server_cpu_ns or 0) * extra))


def leaking(window: Window) -> Window:
    """Four per cent more memory in each cycle."""
    return replace(window, server_memory_bytes=round(5e7 * 1.04**window.cycle))


def of_record(**changes: object) -> Callable[[], Run]:
    """A run whose head says something else."""

    def made() -> Run:
        run = make_run()
        return replace(run, record=replace(run.record, **changes))  # type: ignore[arg-type]

    return made


def near_the_ceiling() -> Run:
    """Calibrated to hardly more than was measured."""
    run = make_run()
    low = replace(run.record.calibration, closed_ceiling_rps=1e6)  # type: ignore[type-var]
    return replace(run, record=replace(run.record, calibration=low))


def busy_open_loop() -> Run:
    """An open window at whose end the generator had used 93 % of its core."""
    run = make_run()
    plan = run.record.plan
    plan = replace(plan, cells=(*plan.cells, Cell(FLASK, "hello", OPEN)))
    (closed,) = [
        w
        for w in run.windows
        if (w.target, w.workload, w.round, w.cycle) == (FLASK, "hello", 1, 1)
    ]
    opened = replace(closed, load=OPEN.name, rate_rps=400.0)
    opened = tally(opened, offered=closed.tally.requests, generator_cpu_s=1.4)
    return replace(
        run,
        record=replace(run.record, plan=plan),
        windows=(*run.windows, opened),
    )


def slow_python() -> Run:
    """The targets' Python tells that it was configured without optimisation."""
    run = make_run()
    plain = "3.13.0 (configured without --enable-optimizations)"
    receipts = {
        name: replace(receipt, python=plain)
        for name, receipt in run.record.receipts.items()
    }
    return replace(run, record=replace(run.record, receipts=receipts))


def shared_cores() -> Run:
    """All but one process on one core."""
    run = make_run()
    shared = Pinning((0,), (1,), (1,), (1,), "load, database and harness share core 1")
    plan = replace(run.record.plan, pinning=shared)
    return replace(run, record=replace(run.record, plan=plan))


def moved() -> Run:
    """Another machine after the last round."""
    run = make_run()
    last = replace(run.ends[-1], fingerprint="another")
    return replace(run, ends=(*run.ends[:-1], last))


def standing_already() -> Run:
    """Servers that nobody started for any round."""
    run = make_run()
    boots = (replace(boot, first_answer_s=None) for boot in run.boots)
    return replace(run, boots=tuple(boots))


FIRED: dict[str, Callable[[], Run]] = {
    "twin": lambda: make_run(Truth(speeds={**SPEEDS, AGAIN: 1.32})),
    "machine": moved,
    "afresh": standing_already,
    "rounds": lambda: make_run(Truth(rounds=5, looks=(5,))),
    "void": struck(lambda w: tally(w, errors={"refused": 1})),
    "generator": struck(lambda w: tally(w, generator_cpu_s=1.4)),
    "ceiling": near_the_ceiling,
    "foreign": struck(traced(foreign_s=1.0)),
    "floor": lambda: make_run(
        Truth(speeds={**SPEEDS, "floor@1/uvicorn": 1.7, "floor@1/gthread": 1.5})
    ),
    "errors": struck(lambda w: tally(w, errors={"refused": 1}), round=1),
    "silent": struck(lambda w: tally(w, requests=0), round=1),
    "worker": struck(
        lambda w: tally(w, workers=(ONE, WorkerPart("there-2", None, None, None)))
    ),
    "offered": struck(lambda w: tally(w, offered=round(w.tally.requests / 0.98))),
    "late": struck(
        lambda w: tally(w, offered=w.tally.requests, late_sends=w.tally.requests // 50)
    ),
    "busy": busy_open_loop,
    "count": struck(lambda w: tally(w, locust_requests=1)),
    "little": struck(little),
    "restarted": struck(restarted),
    "connections": struck(
        lambda w: tally(w, connections_opened=w.tally.requests_total)
    ),
    "idle": struck(lambda w: replace(w, others_cpu_ns=40_000_000)),
    "throttled": struck(lambda w: replace(w, throttled_s=0.12)),
    "hot": struck(traced(throttles=3)),
    "swap": struck(traced(swapped_pages=1000)),
    "failed": lambda: replace(
        make_run(), failures=(Failure(2, FLASK, "hello", "it died", "read its log"),)
    ),
    "warming": lambda: make_run(Truth(window=0.005, fault=only(warming, target=FLASK))),
    "growing": struck(leaking),
    "stopped": lambda: replace(
        make_run(), stops=(Stop(3, "2026-01-01T00:30:00.000Z", "the disk is full"),)
    ),
    "resumed": lambda: replace(
        make_run(), boots=(*make_run().boots, Boot(2, FLASK, 0.4, None, ("server",)))
    ),
    "looks": lambda: make_run(Truth(rounds=7, looks=(6, 9))),
    "database": lambda: replace(
        make_run(), ends=(*make_run().ends[:-1], RoundEnd(6, {DJANGO: 9}, "f"))
    ),
    "waited": struck(traced(generator_wait_s=0.42)),
    "frequency": struck(traced(frequency_mhz=2000.0), target=FASTAPI, round=1),
    "steal": lambda: make_run(Truth(fault=lambda w: replace(w, steal_s=0.8))),
    "python": slow_python,
    "cores": shared_cores,
    "uncalibrated": of_record(calibration=None),
}


def test_a_round_without_an_answer_is_missing_everywhere() -> None:
    """A database that stood still: the quantity of that round and its comparisons tell the same, that there is none."""
    analysis = analyse(FIRED["silent"]())

    (rate,) = [
        q.rounds
        for q in analysis.quantities
        if (q.target, q.workload, q.metric) == (FLASK, "hello", "throughput")
    ]
    assert rate[0] is None and None not in rate[1:]
    ratios = [
        c.rounds
        for c in analysis.comparisons
        if FLASK in (c.subject, c.baseline)
        and (c.workload, c.metric) == ("hello", "throughput")
    ]
    assert ratios
    assert all(one[0] is None and None not in one[1:] for one in ratios)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda w: tally(restarted(w), connections_opened=60), {"restarted"}),
        (lambda w: tally(restarted(w), errors={"timeout": 16}), {"errors"}),
    ],
)
def test_whom_the_server_kept_waiting_is_no_fault_of_the_generator(
    change: Callable[[Window], Window], found: set[str]
) -> None:
    """Workers that are replaced several times in a window, and clients whom nobody answered."""
    codes = {each.reason.code for each in analyse(struck(change)()).warnings}

    assert codes & {"restarted", "errors", "little"} == found


def test_none_of_the_list_is_left_out() -> None:
    """A new reason needs a run that fires it."""
    assert set(FIRED) == {reason.code for reason in reasons.REASONS}


@pytest.mark.parametrize("code", FIRED)
def test_it_fires_with_its_number_its_remedy_and_its_effect(code: str) -> None:
    """And what takes verdicts away comes before what is only noted."""
    analysis = analyse(FIRED[code]())
    found = [w for w in analysis.warnings if w.reason.code == code]

    assert found, [w.reason.code for w in analysis.warnings]
    first = found[0]
    bare = {"cores", "uncalibrated"}  # these have words and no number
    assert code in bare or re.search(r"\d", first.detail), first.detail
    assert first.reason.remedy.endswith(".")
    assert SCOPES[first.reason.scope]
    assert code not in {w.reason.code for w in analyse(make_run()).warnings}
    scopes = [w.reason.scope is Scope.RUN for w in analysis.warnings]
    assert scopes == sorted(scopes, reverse=True)
