"""Open loops in a run: rates from the closed loop of the round, settled once, equal where they must be."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from bench.analyse.analysis import analyse
from bench.load.generator import LoadRequest
from bench.model.load import Arrivals, Basis, Load
from bench.model.plan import Cell, OpenLoop, Plan
from bench.model.trial import Failure, Window, WindowStats
from bench.run.instruments import Now
from bench.run.rounds import Event, measure
from bench.workloads import WORKLOADS
from tests.builders import plan
from tests.fakes.engine import FakeEngine
from tests.fakes.generator import Script as Sends
from tests.fakes.instruments import instruments
from tests.run.test_rounds import Together, as_run


OPEN = OpenLoop(
    workloads=("hello",),
    equal=(0.7,),
    own=(0.5, 0.9),
    rates_rps=(40.0,),
    connections=64,
    arrivals=Arrivals.POISSON,
    cycles=2,
    warm_s=0.0,
    measure_s=2.0,
)
RATES = {"alpha": 4000.0, "beta": 1000.0}


def open_plan(**changes: object) -> Plan:
    """Two contestants of known capacity, every kind of open load."""
    this = plan(*RATES, workloads=("hello", "json"), looks=(2,))
    profile = replace(this.profile, open_loop=replace(OPEN, **changes))  # type: ignore[arg-type]
    assert profile.open_loop is not None
    cells = tuple(
        Cell(target.id, "hello", load)
        for target in this.targets
        for load in profile.open_loop.loads
    )
    return replace(this, profile=profile, cells=(*this.cells, *cells))


class Paced(Together):
    """A fake generator at servers whose rate goes by their target."""

    def visit(self, order: LoadRequest) -> WindowStats:
        """Answer at the rate of the target behind the port."""
        for server in self.engine.servers:
            rate = RATES[server.target.framework]
            # Servers of later rounds are faster: another round, another capacity.
            self.scripts[server.port] = Sends(rate_rps=rate * server.round)
        return super().visit(order)


def collect(this: Plan, folder: Path, before: list[Event] | None = None, stop_after: int | None = None) -> list[Event]:  # fmt: skip
    """All events of a run with fakes."""
    engine = FakeEngine()
    events: list[Event] = []
    with engine, Paced(engine) as generator:
        tools = instruments(engine, generator, folder)
        earlier = as_run(this, before) if before else None
        for event in measure(this, tools, dict(WORKLOADS), earlier, lambda n: False):
            if not isinstance(event, Now):
                events.append(event)
            if len(events) == stop_after:
                break
    return events


def rates_of(events: list[Event]) -> dict[tuple[int, str, str], set[float | None]]:
    """The rates of every open cell by round, target and load."""
    rates: dict[tuple[int, str, str], set[float | None]] = defaultdict(set)
    for event in events:
        if isinstance(event, Window) and event.load.startswith("open"):
            rates[event.round, event.target.partition("@")[0], event.load].add(
                event.rate_rps
            )
    return rates


def test_rates_follow_from_the_capacity_of_the_same_round(tmp_path: Path) -> None:
    """Equal: of the slowest, for all. Own: of each. Plain: as written. Anew in each round."""
    rates = rates_of(collect(open_plan(), tmp_path))

    for number in (1, 2):
        for name, capacity in RATES.items():
            own = capacity * number
            assert rates[number, name, "open-equal-70"] == {0.7 * 1000 * number}
            assert rates[number, name, "open-own-50"] == {0.5 * own}
            assert rates[number, name, "open-own-90"] == {0.9 * own}
            assert rates[number, name, "open-40"] == {40.0}


def test_open_windows_come_after_the_closed_ones_of_their_workload(
    tmp_path: Path,
) -> None:
    """Every closed window of the workload first; as many of each as the profile says."""
    windows = [e for e in collect(open_plan(), tmp_path) if isinstance(e, Window)]
    hello = [w for w in windows if (w.round, w.workload) == (1, "hello")]
    kinds = [w.rate_rps is not None for w in hello]

    assert kinds == sorted(kinds)
    assert (kinds.count(False), kinds.count(True)) == (2 * 2, 2 * 4 * 2)
    assert not [w for w in windows if w.workload == "json" and w.rate_rps is not None]
    files = [w.samples for w in windows]
    assert len(files) == len(set(files)), "no window writes over another's samples"


def test_the_arrivals_are_the_same_for_all_and_others_in_each_window(
    tmp_path: Path,
) -> None:
    """One seed for each round, load and cycle, whoever is visited."""
    seeds: dict[tuple[str, int | None], set[str]] = defaultdict(set)
    engine = FakeEngine()
    with engine, Paced(engine) as generator:
        tools = instruments(engine, generator, tmp_path)
        list(measure(open_plan(), tools, dict(WORKLOADS), None, lambda n: False))
        for visit in generator.visits:
            if visit.load.is_open:
                server = next(s for s in engine.servers if s.port == visit.port)
                seeds[visit.load.name, visit.arrival_seed].add(server.target.id)

    assert len(seeds) == 2 * 4 * 2  # rounds, loads, cycles
    assert all(len(targets) == 2 for targets in seeds.values())


def test_an_interrupted_round_keeps_the_rates_it_had_settled(tmp_path: Path) -> None:
    """Cut anywhere, every open cell has one rate in each round, and no window is lost or doubled."""
    this = open_plan(cycles=2)
    whole = collect(this, tmp_path)
    for cut in range(1, len(whole), 7):
        first = collect(this, tmp_path, stop_after=cut)
        events = first + collect(this, tmp_path, before=first)
        keys = [
            (e.round, e.target, e.workload, e.load, e.cycle)
            for e in events
            if isinstance(e, Window)
        ]
        assert len(keys) == len(set(keys)) == 2 * (2 * 2 * 2 + 2 * 4 * 2), cut
        assert all(len(rates) == 1 for rates in rates_of(events).values()), cut
        for number in (1, 2):
            equal = [rates_of(events)[number, name, "open-equal-70"] for name in RATES]
            assert equal[0] == equal[1], cut


def test_a_target_without_a_right_answer_has_a_failure_and_no_rate(
    tmp_path: Path,
) -> None:
    """Its capacity is unknown: that is said, and the others' common rate is not its."""

    class Wrong(Paced):
        def visit(self, order: LoadRequest) -> WindowStats:
            tally = super().visit(order)
            server = next(s for s in self.engine.servers if s.port == order.port)
            bad = server.target.framework == "beta"
            return replace(tally, errors={"wrong": 1}) if bad else tally

    engine = FakeEngine()
    with engine, Wrong(engine) as generator:
        tools = instruments(engine, generator, tmp_path)
        events = list(
            measure(open_plan(), tools, dict(WORKLOADS), None, lambda n: False)
        )
    failures = [e for e in events if isinstance(e, Failure)]
    rates = rates_of([e for e in events if isinstance(e, Window)])

    assert {f.target for f in failures} == {"beta@1.0/server"}
    assert "capacity is not known" in failures[0].message
    assert rates[1, "alpha", "open-equal-70"] == {0.7 * 4000}
    assert not [key for key in rates if key[1] == "beta"]


def test_open_figures_come_out_and_closed_ones_do_not_change(tmp_path: Path) -> None:
    """Quantities, ratios and curves of every open load; the headline is what it was without."""
    this = open_plan()
    events = collect(this, tmp_path)
    without = replace(this, cells=tuple(c for c in this.cells if not c.load.is_open))
    analysis, plain = analyse(as_run(this, events)), analyse(as_run(without, events))
    by_name = {(q.target[:4], q.metric): q for q in analysis.quantities}

    assert analysis.comparisons[: len(plain.comparisons)] == plain.comparisons
    rate = by_name["beta", "open_rate@equal-70"]
    assert rate.rounds == (700.0, 1400.0)
    p99 = by_name["beta", "open_p99@own-90"]
    assert p99.estimate is not None and p99.rounds[0] is not None
    # The fake's latencies run from 0.5 to 1.5 ms: the 99th of them is 1.49.
    assert p99.rounds[0] == pytest.approx(1.49, rel=0.01)
    assert by_name["beta", "open_p999@own-90"].reason == "fewer than 50,000 requests in a round"  # fmt: skip
    ratio = analysis.comparison("alpha@1.0/server", "beta@1.0/server", "hello", "open_p50@equal-70")  # fmt: skip
    assert ratio is not None and ratio.advantage is not None
    assert ratio.advantage.point == pytest.approx(1.0, rel=0.02)
    assert {c.load for c in analysis.curves} == {
        load.name for load in analysis.open_loads
    }
    levels = [p.middle_ms for p in analysis.curves[0].points]
    assert levels == sorted(levels) and len(levels) > 5


def test_a_slow_server_voids_nothing_and_a_late_generator_does(tmp_path: Path) -> None:
    """Sends that waited for a connection are the server's lateness; the others the generator's."""
    this, share = open_plan(), 0.3
    for starved, left in ((share, True), (0.0, False)):
        events = [
            replace(
                e,
                tally=replace(
                    e.tally,
                    late_sends=round(share * (e.tally.offered or 0)),
                    starved_sends=round(starved * (e.tally.offered or 0)),
                ),
            )
            if isinstance(e, Window) and e.rate_rps
            else e
            for e in collect(this, tmp_path)
        ]
        analysis = analyse(as_run(this, events))
        late = [w for w in analysis.warnings if w.reason.code == "late"]
        assert bool(analysis.curves) is left
        assert bool(late) is not left
        check = next(c for c in analysis.checks if c.id == "open")
        assert check.passed is left


def test_a_busy_generator_voids_open_windows(tmp_path: Path) -> None:
    """Over its limit a rate is a lower bound, but a response time is wrong."""
    this = open_plan()
    events = [
        replace(e, tally=replace(e.tally, generator_cpu_s=1.9))
        if isinstance(e, Window) and e.rate_rps
        else e
        for e in collect(this, tmp_path)
    ]
    analysis = analyse(as_run(this, events))
    assert {w.reason.code for w in analysis.warnings} >= {"busy"}
    assert "generator" not in {w.reason.code for w in analysis.warnings}
    assert not analysis.curves


def test_a_settled_load_keeps_its_name() -> None:
    """Windows of every round stand under one name, whatever the rate of the round."""
    load = Load(64, 0.5, 2.0, basis=Basis.OWN, share=0.9)
    assert load.is_open and load.at(123.4).is_open
    assert load.name == load.at(123.4).name == "open-own-90"
    assert not Load(16, 0.5, 1.5).is_open
