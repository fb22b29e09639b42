"""What the machine did beside the measuring, and what each of it takes away."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bench.analyse import reasons
from bench.analyse.analysis import Analysis, analyse
from bench.model.load import Load
from bench.model.plan import Cell
from bench.model.trial import MachineTrace, Sketch, Window
from bench.model.verdict import Outcome
from bench.model.warning import Reason, Scope
from bench.store.records import from_line, to_line
from tests.analyse.builders import (
    DJANGO,
    FASTAPI,
    FLASK,
    QUIET,
    Truth,
    claim,
    make_run,
    only,
    tally,
)
from tests.analyse.cost_runs import cost_run
from tests.judge.judged import said_of, verdict_on


type Change = Callable[[Window], Window]


def traced(**changes: object) -> Change:
    """A window whose machine did something else."""
    trace = replace(QUIET, **changes)  # type: ignore[arg-type]
    return lambda window: replace(window, trace=trace)


def latency(factor: float) -> Change:
    """A window whose mean latency is what 16 clients must see, times a factor."""

    def change(window: Window) -> Window:
        each_us = 16 * window.tally.measure_s / window.tally.requests * 1e6
        return tally(window, latency_mean_us=each_us * factor)

    return change


def codes(analysis: Analysis) -> set[str]:
    """The codes of all warnings."""
    return {warning.reason.code for warning in analysis.warnings}


FAULTS: dict[str, tuple[Reason, Change, str]] = {
    "heat": (reasons.HOT, traced(throttles=3), "worst 3 times"),
    "swap": (reasons.SWAP, traced(swapped_pages=257), "worst 257 pages"),
    "Little's law": (
        reasons.LITTLE_LAW,
        latency(0.9),
        "worst 14.4 requests under way, of 16 clients",
    ),
    "a stranger": (reasons.FOREIGN, traced(foreign_s=0.63), "worst 30 % of a core"),
    "a waiting generator": (
        reasons.WAITED,
        traced(generator_wait_s=0.42),
        "worst 20 % of the window",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fires_with_its_number_and_its_place(fault: str) -> None:
    """One window of one cell is enough to be named; nothing else is."""
    reason, change, text = FAULTS[fault]
    struck = only(change, target=FLASK, workload="hello", round=2, cycle=1)
    analysis = analyse(make_run(Truth(fault=struck)))

    assert codes(analysis) == {reason.code}
    (warning,) = analysis.warnings
    assert warning.where == f"{FLASK} hello closed-16"
    assert warning.detail.startswith("1 of 24 windows") and text in warning.detail
    (check,) = [c for c in analysis.checks if c.id == reason.code]
    assert check.passed is False


@pytest.mark.parametrize(
    "change",
    [
        traced(foreign_s=0.2),
        traced(generator_wait_s=0.2),
        traced(swapped_pages=256),
        traced(pressure_s=2.1, server_wait_s=16.0),
        latency(0.96),
        latency(1.04),
    ],
)
def test_within_the_limits_nothing_is_said(change: Change) -> None:
    """Threads of one server that wait for each other are no stranger, nor is pressure alone."""
    assert codes(analyse(make_run(Truth(fault=change)))) == set()


def test_a_stranger_on_the_servers_core_takes_throughput_and_cpu() -> None:
    """In every window of one target: neither its throughput nor its CPU time decides anything, its memory does."""
    analysis = analyse(
        make_run(Truth(fault=only(traced(foreign_s=1.0), target=FASTAPI)))
    )
    hurt = analysis.comparison(FASTAPI, FLASK, "hello", "throughput")
    other = analysis.comparison(FLASK, DJANGO, "hello", "throughput")
    cpu = analysis.comparison(FASTAPI, FLASK, "hello", "cpu")

    assert hurt is not None and "somebody else used" in (hurt.void or "")
    assert other is not None and other.void is None
    assert cpu is not None and cpu.void == hurt.void
    memory = analysis.comparison(FASTAPI, FLASK, "hello", "memory")
    assert memory is not None and memory.void is None
    assert reasons.FOREIGN.scope is Scope.SPEED


def test_few_windows_beside_another_program_are_left_out_of_throughput_only() -> None:
    """One of 24: the rate of its round is that of the other three windows; its CPU time counts."""

    def struck(window: Window) -> Window:
        slow = tally(window, requests=1)
        return traced(foreign_s=1.0)(replace(slow, server_cpu_ns=10**13))

    place = {"target": FLASK, "workload": "hello", "round": 1, "cycle": 1}
    truth = Truth(restart=0, window=0, machine=0, fault=only(struck, **place))
    found = {
        q.metric: q.rounds
        for q in analyse(make_run(truth)).quantities
        if (q.target, q.workload) == (FLASK, "hello")
    }
    rates, costs = found["throughput"], found["cpu"]

    assert rates[0] == pytest.approx(rates[1], rel=1e-3)
    assert costs[0] is not None and costs[1] is not None
    assert costs[0] > 1.5 * costs[1]


@pytest.mark.parametrize(
    ("place", "takes"),
    [
        ({"round": 1, "cycle": 1}, False),  # one of 24
        ({"cycle": 1}, True),  # six of 24
        ({"round": 1}, True),  # all four of a round
        ({}, True),
    ],
)
@pytest.mark.parametrize("fault", ["a stranger", "swap"])
def test_a_check_says_whether_what_was_left_out_was_missed(
    fault: str, place: dict[str, int], takes: bool
) -> None:
    """So few windows that every cell keeps its rounds: noted; more, or a whole round: it fails with its effect."""
    reason, change, _ = FAULTS[fault]
    struck = only(change, target=FLASK, workload="hello", **place)
    checks = analyse(make_run(Truth(fault=struck))).checks
    (check,) = [each for each in checks if each.id == reason.code]

    assert check.passed is False
    assert (check.severity is not Scope.NOTE) is takes


def test_reasons_that_together_are_too_many_spare_nothing() -> None:
    """Two of 24 windows with a stranger and two with a busy generator: neither is a tenth, both are."""

    def struck(window: Window) -> Window:
        if window.cycle == 1:
            return traced(foreign_s=1.0)(window)
        return tally(window, generator_cpu_s=1.45)

    def twice(window: Window) -> Window:
        here = (window.target, window.workload) == (FLASK, "hello")
        return struck(window) if here and window.round < 3 > window.cycle else window

    analysis = analyse(make_run(Truth(fault=twice)))
    (check,) = [each for each in analysis.checks if each.id == reasons.FOREIGN.code]
    hurt = analysis.comparison(FASTAPI, FLASK, "hello", "throughput")

    assert hurt is not None and hurt.void
    assert check.takes_verdicts


@pytest.mark.parametrize("metric", ["throughput", "cpu"])
def test_a_stranger_makes_a_verdict_inconclusive(metric: str) -> None:
    """A clear lead, but on a disturbed core: inconclusive, and the verdict says why."""
    run = make_run(Truth(fault=traced(foreign_s=1.0)))
    one = claim(
        ["fastapi"], ["flask"], workloads=("hello",), margin=0.05, metric=metric
    )
    verdict = said_of(run, one)

    assert verdict_on(make_run(), one).outcome is Outcome.SUPPORTED
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "somebody else used the server's core" in (
        verdict.withheld_because.detail if verdict.withheld_because else ""
    )


def test_what_a_thing_costs_decides_nothing_on_a_disturbed_core() -> None:
    """A difference in CPU time is void where either side was disturbed, in the headline and in an experiment."""
    fault = only(traced(foreign_s=1.0), target=FLASK)
    run = cost_run()
    struck = replace(run, windows=tuple(fault(w) for w in run.windows))
    found = analyse(struck).found["costs"]
    assert {"", "layers", "validators"} <= {cost.experiment for cost in found}
    for cost in found:
        assert (cost.void is not None) is (FLASK in (cost.target, cost.less))


def test_a_processor_that_changes_its_speed_is_noted() -> None:
    """One window at 2000 MHz among windows at 2600."""
    fault = only(traced(frequency_mhz=2000.0), target=FLASK, round=1, cycle=1)
    analysis = analyse(make_run(Truth(fault=fault)))

    assert codes(analysis) == {"frequency"}
    assert analysis.warnings[0].detail == "between 2000 and 2600 MHz"


def test_an_old_run_without_traces_says_not_measured() -> None:
    """Neither a warning nor a passed check comes from what was never recorded."""
    analysis = analyse(make_run(Truth(fault=lambda w: replace(w, trace=None))))
    answers = {check.id: check.passed for check in analysis.checks}

    assert codes(analysis) == set()
    for reason in (reasons.FOREIGN, reasons.WAITED, reasons.HOT, reasons.SWAP):
        assert answers[reason.code] is None


def test_old_and_new_windows_are_both_read() -> None:
    """A line with a trace comes back as it was; one without the new keys is read as not traced."""
    (window, *_) = make_run().windows
    assert from_line(to_line(window)) == window
    old = to_line(replace(window, trace=None)).replace(',"trace":null', "")
    old = old.replace(',"latency_mean_us":null', "")
    assert "trace" not in old and "latency_mean_us" not in old
    assert from_line(old) == replace(window, trace=None)
    assert isinstance(window.trace, MachineTrace)


def test_the_trace_of_the_run_names_the_typical_and_the_worst_window() -> None:
    """One window among 24 quiet ones of its cell; what no window tells is not zero."""

    def struck(window: Window) -> Window:
        changed = traced(foreign_s=1.05, frequency_mhz=2000.0, pressure_s=None)(window)
        return replace(changed, steal_s=2.1)

    quiet = traced(pressure_s=None)
    one = only(struck, target=FLASK, workload="hello", round=1, cycle=1)
    found = analyse(make_run(Truth(fault=lambda w: one(quiet(w))))).machine_trace
    rows = {row.id: row for row in found}

    assert rows["foreign"].typical == pytest.approx(100 * 0.01 / 2.1)
    assert rows["foreign"].worst == pytest.approx(50.0)
    assert (rows["frequency"].typical, rows["frequency"].worst) == (2600.0, 2000.0)
    assert rows["steal"].worst == pytest.approx(25.0)  # of four processors
    assert rows["pressure"].typical is None and rows["pressure"].told == 0
    assert rows["throttles"].typical == 0.0
    assert rows["foreign"].told == rows["foreign"].windows == 24 * 16


def test_cpu_time_at_an_open_load_decides_nothing_on_a_disturbed_core() -> None:
    """There as in the closed loop; response times, which it hardly moves, still do."""
    load = Load(64, 0.5, 1.5, rate_rps=400.0)
    run = make_run(Truth(fault=only(traced(foreign_s=1.0), target=FASTAPI)))
    plan = run.record.plan
    cells = tuple(Cell(name, "hello", load) for name in (FASTAPI, FLASK, DJANGO))
    offered = tuple(
        tally(
            replace(window, load=load.name, rate_rps=load.rate_rps),
            offered=window.tally.requests,
            latency_sketch=Sketch((1200,), (window.tally.requests,)),
        )
        for window in run.windows
        if window.workload == "hello"
    )
    plan = replace(plan, cells=(*plan.cells, *cells))
    analysis = analyse(
        replace(
            run,
            record=replace(run.record, plan=plan),
            windows=(*run.windows, *offered),
        )
    )
    hurt, median, other = (
        analysis.comparison(*pair, "hello", metric)
        for pair, metric in (
            ((FASTAPI, FLASK), "open_cpu@400"),
            ((FASTAPI, FLASK), "open_p50@400"),
            ((FLASK, DJANGO), "open_cpu@400"),
        )
    )
    assert hurt is not None and "somebody else used" in (hurt.void or "")
    assert median is not None and median.advantage and median.void is None
    assert other is not None and other.advantage and other.void is None
