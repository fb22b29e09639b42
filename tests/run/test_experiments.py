"""Experiments in a run: rates from their own closed loops, failures that stay their own."""

from dataclasses import replace
from pathlib import Path

from bench.analyse.analysis import analyse
from bench.analyse.windows import lay_out
from bench.load.generator import LoadRequest
from bench.model.load import Arrivals, Basis, Load
from bench.model.plan import Plan
from bench.model.trial import Failure, Window, WindowStats
from bench.run.instruments import Now
from bench.run.rounds import Event, measure
from bench.workloads import WORKLOADS
from tests.experiments import experiment, small
from tests.fakes.engine import FakeEngine
from tests.fakes.generator import Script as Sends
from tests.fakes.instruments import instruments
from tests.run.test_rounds import Together, as_run, visited
from tests.run.test_rounds import collect as play


RATES = {4: 1000.0, 1: 100.0, 8: 400.0}


class ByClients(Together):
    """A fake generator whose rate goes by the number of clients."""

    def visit(self, order: LoadRequest) -> WindowStats:
        """Answer at the rate of that many clients; the pool of an open loop has 64."""
        rate = RATES.get(order.load.clients, 5000.0)
        self.scripts[order.port] = Sends(rate_rps=rate)
        return super().visit(order)


def open_plan() -> Plan:
    """An experiment with two closed loops and two open ones on the headline's workload."""
    closed = [Load(n, 0.0, 1.0, experiment="stress") for n in (1, 8)]
    pool = Load(64, 0.0, 1.0, arrivals=Arrivals.POISSON, experiment="stress")
    opened = [replace(pool, basis=basis, share=1.2) for basis in Basis]
    stress = experiment("stress", loads=(*closed, *opened), workloads=("hello",))
    return small(stress, "alpha", "beta", looks=(2,))


def collect(this: Plan, folder: Path) -> list[Event]:
    """All events with rates by clients."""
    engine = FakeEngine()
    with engine, ByClients(engine) as generator:
        tools = instruments(engine, generator, folder)
        measured = measure(this, tools, dict(WORKLOADS), None, lambda n: False)
        return [event for event in measured if not isinstance(event, Now)]


def test_open_rates_are_set_against_the_best_closed_loop_of_the_experiment(
    tmp_path: Path,
) -> None:
    """400 per second at eight clients, 100 at one, and the headline's 1000 do not matter: 480."""
    windows = [e for e in collect(open_plan(), tmp_path) if isinstance(e, Window)]
    rates = {w.rate_rps for w in windows if w.load.startswith("stress.open")}
    assert rates == {480.0}


def test_windows_of_an_experiment_are_measured_once_beside_the_headline(
    tmp_path: Path,
) -> None:
    """The same workload twice: once for each, and their samples in files of their own."""
    windows = [e for e in collect(open_plan(), tmp_path) if isinstance(e, Window)]
    places = [(w.round, w.target, w.workload, w.load, w.cycle) for w in windows]
    assert len(places) == len(set(places)) == 2 * 2 * (2 + 4)
    assert len({w.samples for w in windows}) == len(windows)


def test_an_interrupted_experiment_goes_on_without_measuring_twice(
    tmp_path: Path,
) -> None:
    """Cut after each event in turn, every window comes once."""
    this = small(looks=(2,))
    whole = visited(play(this, tmp_path)[0])
    total = len(play(this, tmp_path)[0])
    for cut in range(1, total):
        first, _ = play(this, tmp_path, stop_after=cut)
        rest, _ = play(this, tmp_path, before=as_run(this, first))
        assert visited(first + rest) == whole, cut


def test_a_closed_loop_is_measured_around_each_open_one_and_goes_on_after_a_break(
    tmp_path: Path,
) -> None:
    """Each window once, in the planned order, wherever it was interrupted; rates are those of the first closed loops."""
    this = open_plan()
    (stress,) = this.profile.experiments
    loads = tuple(load for load in stress.loads if load.clients != 1)
    stress = replace(stress, loads=loads, capacity_around=True, rounds=1)
    this = small(stress, "alpha", "beta", looks=(1,))
    events = collect(this, tmp_path)
    windows = [e for e in events if isinstance(e, Window) and "." in e.load]
    places = [(w.target, w.load, w.cycle) for w in windows]
    assert len(set(places)) == len(places) == windows_in_round(this)
    first, *rest = (w for w in windows if w.target == windows[0].target)
    assert [w.rate_rps is None for w in (first, *rest)] == [
        True, *(True, False, True, False, True),
    ]  # fmt: skip
    assert {w.rate_rps for w in windows} == {None, 480.0}
    whole = visited(play(this, tmp_path)[0])
    for cut in range(1, len(play(this, tmp_path)[0])):
        before, _ = play(this, tmp_path, stop_after=cut)
        after, _ = play(this, tmp_path, before=as_run(this, before))
        assert visited(before + after) == whole, cut


def windows_in_round(this: Plan) -> int:
    """Of the experiment."""
    return sum(this.windows(cell) for cell in this.cells if cell.load.experiment)


def test_headline_numbers_do_not_know_of_an_experiment(tmp_path: Path) -> None:
    """The same run with and without its experiment's windows gives the same comparisons."""
    this = open_plan()
    this = replace(this, profile=replace(this.profile, looks=(2,)))
    run = as_run(this, collect(this, tmp_path))
    plain = replace(run, windows=tuple(w for w in run.windows if "." not in w.load))
    assert analyse(run).comparisons == analyse(plain).comparisons
    assert analyse(run).quantities == analyse(plain).quantities


def test_a_failure_of_an_experiment_is_not_the_headlines(tmp_path: Path) -> None:
    """The target keeps its headline trial of that round, and loses the experiment's."""
    this = open_plan()
    run = as_run(this, collect(this, tmp_path))
    alpha = "alpha@1.0/server"
    failed = replace(
        run, failures=(Failure(1, alpha, "hello", "no", experiment="stress"),)
    )
    assert analyse(failed).comparisons == analyse(run).comparisons
    played = lay_out(failed).played("stress")
    assert played is not None
    own = next(c for c in played.cells if c.target == alpha)
    assert played.usable(own, 1) == [] and len(played.usable(own, 2)) == 1


def test_a_failure_of_the_headline_is_not_the_experiments(tmp_path: Path) -> None:
    """And the other way round; a target lost as a whole is lost to both."""
    this = open_plan()
    run = as_run(this, collect(this, tmp_path))
    alpha = "alpha@1.0/server"
    for failure, left in (
        (Failure(1, alpha, "hello", "no"), 1),
        (Failure(1, alpha, None, "gone"), 0),
    ):
        played = lay_out(replace(run, failures=(failure,))).played("stress")
        assert played is not None
        own = next(c for c in played.cells if c.target == alpha)
        assert len(played.usable(own, 1)) == left


def test_an_experiment_that_was_not_planned_is_none(tmp_path: Path) -> None:
    """Nothing to read is None, not an empty one."""
    this = open_plan()
    run = as_run(this, collect(this, tmp_path))
    assert lay_out(run).played("turns") is None


def test_servers_with_workers_of_their_own_are_started_with_them(
    tmp_path: Path,
) -> None:
    """On cores of their own: the server's, then those kept for it, never load's or database's."""
    this = small(experiment("workers"), looks=(1,))
    pinning = replace(this.pinning, server=(0,), load=(1,), database=(2,), more=(3,))
    two = replace(this.targets[1], workers=2)
    this = replace(this, pinning=pinning, targets=(this.targets[0], two))
    _, engine = play(this, tmp_path)
    placements = {
        server.target.id: placement
        for server, (placement, _) in zip(engine.servers, engine.placings, strict=True)
    }
    assert placements[two.id].workers == 2 and placements[two.id].pinning.server == (
        0,
        3,
    )
    assert placements[this.targets[0].id].workers == this.workers
    assert placements[this.targets[0].id].pinning.server == (0,)
