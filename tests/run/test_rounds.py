"""Rounds: every cell as often as planned, nothing twice, failures as data."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench.analyse.analysis import analyse
from bench.errors import EnvironmentFailure
from bench.load.faults import Fault
from bench.load.generator import LoadRequest
from bench.model.plan import Plan
from bench.model.run import Run
from bench.model.trial import Boot, Failure, RoundEnd, Window, WindowStats
from bench.model.trial import Event as Stored
from bench.model.workload import Workload
from bench.run.instruments import Now
from bench.run.rounds import Event, measure
from bench.workloads import WORKLOADS
from tests.builders import plan, record
from tests.fakes.engine import FakeDatabase, FakeEngine, Script
from tests.fakes.generator import FakeGenerator
from tests.fakes.instruments import instruments


class Together(FakeGenerator):
    """A fake generator whose requests cost the fake servers their CPU time."""

    def __init__(self, engine: FakeEngine) -> None:
        super().__init__()
        self.engine = engine

    def visit(self, order: LoadRequest) -> WindowStats:
        """Answer, and let the server spend."""
        tally = super().visit(order)
        self.engine.answered(order.port, tally.requests_total)
        return tally


def collect(
    this: Plan,
    folder: Path,
    script: Script | None = None,
    before: Run | None = None,
    stop_after: int | None = None,
) -> tuple[list[Event], FakeEngine]:
    """All events of a run with fakes, as a caller would store them."""
    engine = FakeEngine(script)
    events: list[Event] = []
    with engine, Together(engine) as generator:
        tools = instruments(
            engine, generator, folder, fingerprint=lambda: f"machine-{len(events)}"
        )
        works: dict[str, Workload] = dict(WORKLOADS)
        for event in measure(this, tools, works, before, lambda number: False):
            if isinstance(event, Now):
                continue
            events.append(event)
            if stop_after is not None and len(events) == stop_after:
                break
    return events, engine


def as_run(this: Plan, events: Sequence[Stored]) -> Run:
    """Events as a run that was read back."""
    return Run(
        record(this),
        tuple(e for e in events if isinstance(e, Boot)),
        tuple(e for e in events if isinstance(e, Window)),
        tuple(e for e in events if isinstance(e, Failure)),
        tuple(e for e in events if isinstance(e, RoundEnd)),
    )


def visited(events: Sequence[Stored]) -> Counter[tuple[int, str, str, int]]:
    """How often each window was measured."""
    return Counter(
        (e.round, e.target, e.workload, e.cycle)
        for e in events
        if isinstance(e, Window)
    )


def test_every_window_of_the_plan_is_measured_once(tmp_path: Path) -> None:
    """Rounds x cells x cycles, no more and no less."""
    this = plan("alpha", "beta", workloads=("hello", "json"), looks=(3,))
    windows = visited(collect(this, tmp_path)[0])

    assert len(windows) == 3 * 4 * 2
    assert set(windows.values()) == {1}


def test_servers_are_fresh_in_each_round_and_none_is_left(tmp_path: Path) -> None:
    """Each round starts each target once, with a hash seed of its own that is stored, and stops it."""
    events, engine = collect(plan(looks=(3,)), tmp_path)
    boots = Counter((e.round, e.target) for e in events if isinstance(e, Boot))

    assert len(boots) == 6
    assert set(boots.values()) == {1}
    assert engine.running == []
    seeds = [seed for _, seed in engine.placings]
    assert len(set(seeds)) == 6
    assert [e.hash_seed for e in events if isinstance(e, Boot)] == seeds


def test_known_cpu_times_come_out_as_their_ratio(tmp_path: Path) -> None:
    """A target that costs twice the CPU is measured as exactly twice."""
    this = plan(looks=(6,))
    script = Script(cpu_us={"alpha@1.0/server": 100.0, "beta@1.0/server": 200.0})
    analysis = analyse(as_run(this, collect(this, tmp_path, script)[0]))
    comparison = analysis.comparison(
        "alpha@1.0/server", "beta@1.0/server", "hello", "cpu"
    )

    assert comparison is not None
    assert comparison.advantage is not None
    assert round(comparison.advantage.point, 6) == 2.0
    assert comparison.advantage.n == 6


def test_a_target_that_does_not_start_is_a_failure_and_the_others_go_on(
    tmp_path: Path,
) -> None:
    """It misses that round, with its reason and the end of its log."""
    script = Script(fails_to_start={"alpha@1.0/server": (2,)})
    events, _ = collect(plan(looks=(3,)), tmp_path, script)
    failures = [e for e in events if isinstance(e, Failure)]
    by_target = Counter(e.target for e in events if isinstance(e, Window))

    assert [(f.round, f.target, f.workload) for f in failures] == [
        (2, "alpha@1.0/server", None)
    ]
    assert failures[0].log_tail
    assert by_target == {"alpha@1.0/server": 4, "beta@1.0/server": 6}


def test_a_target_that_dies_in_the_middle_loses_the_rest_of_its_round_only(
    tmp_path: Path,
) -> None:
    """Its death is recorded, the others are measured on, the next round starts it again."""
    script = Script(dies={"beta@1.0/server": (1,)})
    events, engine = collect(
        plan(workloads=("hello", "json"), looks=(2,)), tmp_path, script
    )
    windows = visited(events)
    failures = [e for e in events if isinstance(e, Failure)]

    assert not [key for key in windows if key[:2] == (1, "beta@1.0/server")]
    assert len([key for key in windows if key[:2] == (2, "beta@1.0/server")]) == 4
    assert len([key for key in windows if key[1] == "alpha@1.0/server"]) == 8
    assert {f.workload is None for f in failures} == {True, False}
    assert engine.running == []


def test_wherever_a_run_is_interrupted_it_goes_on_without_measuring_twice(
    tmp_path: Path,
) -> None:
    """Cut after each event in turn: both parts together hold every window once."""
    this = plan(workloads=("hello", "json"), looks=(2,))
    whole = visited(collect(this, tmp_path)[0])
    total = len(collect(this, tmp_path)[0])
    for cut in range(1, total):
        first, engine = collect(this, tmp_path, stop_after=cut)
        assert engine.running == []
        rest, _ = collect(this, tmp_path, before=as_run(this, first))
        assert visited(first + rest) == whole, cut
        assert {e.round for e in first + rest if isinstance(e, RoundEnd)} == {1, 2}


def test_wrong_answers_are_not_measured(tmp_path: Path) -> None:
    """A target whose answers fail the check before a trial has no windows, but a reason."""
    this = plan(looks=(1,))
    engine = FakeEngine()
    with engine, Together(engine) as generator:
        tools = instruments(engine, generator, tmp_path, "expected 13 bytes, got 12")
        events = list(measure(this, tools, dict(WORKLOADS), None, lambda number: False))

    assert not [e for e in events if isinstance(e, Window)]
    failures = [e for e in events if isinstance(e, Failure)]
    assert len(failures) == 2
    assert all("expected 13 bytes" in f.message for f in failures)


class DatabaseGone(FakeDatabase):
    """A database that has died when it is asked for the first time."""

    def connections(self) -> Mapping[str, int]:
        """What a real one says then."""
        raise EnvironmentFailure("the database cannot be used: server closed")


@pytest.mark.parametrize("fails", ["to start", "to answer", "to stay alive"])
def test_no_target_is_blamed_for_a_database_that_is_gone(
    tmp_path: Path, fails: str
) -> None:
    """
    The run stops, and no failure is on record.

    It would take the target out of its round for good: a continued run does
    not start again what has failed.
    """
    first = "alpha@1.0/server"
    script = {
        "to start": Script(fails_to_start={first: (1,)}),
        "to answer": Script(),
        "to stay alive": Script(dies={first: (1,)}),
    }[fails]
    wrong = "status 500" if fails == "to answer" else None
    engine = FakeEngine(script)
    engine.database = DatabaseGone()
    events: list[Event | Now] = []
    with engine, Together(engine) as generator:
        tools = instruments(engine, generator, tmp_path, wrong)
        run = measure(plan("alpha"), tools, dict(WORKLOADS), None, lambda number: False)
        with pytest.raises(EnvironmentFailure, match="database"):
            events.extend(run)

    assert engine.running == []
    assert not [e for e in events if isinstance(e, Failure | Window)]


class Mute(Together):
    """A generator that is answered half of its warm-up, and then no more."""

    def visit(self, order: LoadRequest) -> WindowStats:
        """Given up, as the real one does it."""
        tally = super().visit(order)
        if order.requests_limit is None:
            return tally
        half = order.requests_limit // 2
        return replace(tally, requests_total=half, errors={Fault.UNFINISHED: 4})


def test_a_server_that_stops_answering_in_its_warm_up_is_not_measured(
    tmp_path: Path,
) -> None:
    """Its windows would each wait for answers that never come."""
    engine = FakeEngine()
    with engine, Mute(engine) as generator:
        tools = instruments(engine, generator, tmp_path)
        alone = plan("alpha", looks=(1,))
        events = list(
            measure(alone, tools, dict(WORKLOADS), None, lambda number: False)
        )

    assert not [e for e in events if isinstance(e, Window)]
    (lost,) = [e for e in events if isinstance(e, Failure)]
    assert "stopped answering" in lost.message
    assert "after 5 of 10 requests" in lost.message


def test_it_stops_at_a_look_when_that_is_enough(tmp_path: Path) -> None:
    """`enough` is asked only at planned looks before the last, and is obeyed."""
    this = plan(looks=(2, 4, 6))
    asked: list[int] = []

    def enough(number: int) -> bool:
        asked.append(number)
        return number == 4

    engine = FakeEngine()
    with engine, Together(engine) as generator:
        tools = instruments(engine, generator, tmp_path)
        events = list(measure(this, tools, dict(WORKLOADS), None, enough))

    assert asked == [2, 4]
    assert {e.round for e in events if isinstance(e, RoundEnd)} == {1, 2, 3, 4}


def test_the_machine_is_looked_at_again_after_every_round(tmp_path: Path) -> None:
    """Each end has the fingerprint of its own moment."""
    events, _ = collect(plan("alpha", "beta", looks=(3,)), tmp_path)
    ends = [(at, e) for at, e in enumerate(events) if isinstance(e, RoundEnd)]

    assert [e.fingerprint for _, e in ends] == [f"machine-{at}" for at, _ in ends]
