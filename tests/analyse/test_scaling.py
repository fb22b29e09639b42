"""Throughput by clients and by workers, from runs with a known truth."""

from dataclasses import replace

import numpy as np
import pytest

from bench.analyse.analysis import analyse
from bench.analyse.windows import lay_out
from bench.experiments.scaling.analyse import scalings
from bench.experiments.scaling.model import Scaling, Scalings
from bench.model.load import Load
from bench.model.plan import Cell
from bench.model.run import Run
from bench.stats.usl import Law
from tests.analyse.builders import DJANGO, FASTAPI, Truth, make_run, target
from tests.experiments import experiment, scaling_run, window_at


LEVELS = (1, 2, 4, 8, 16, 64, 256)
FLAT = Law(700.0, 0.5, 0.0)
FALLING = Law(700.0, 0.5, 0.002)


def by_level(law: Law) -> dict[int, float]:
    """What the law says of each level."""
    return {level: law.at(level) for level in LEVELS}


def found(run: Run) -> Scalings:
    """What the run found."""
    one: Scalings | None = analyse(run).found["scalings"]
    assert one is not None
    return one


def line(run: Run, who: str = FASTAPI, workload: str = "hello") -> Scaling:
    """One target on one workload."""
    lines = found(run).clients
    return next(o for o in lines if (o.target, o.workload) == (who, workload))


def test_the_law_that_made_the_points_comes_out() -> None:
    """Each term's interval holds it; the peak is shown and lies where it should."""
    fit = line(scaling_run({FASTAPI: by_level(FALLING)}, noise=0.02)).fit
    assert fit is not None
    for estimate, true in (
        (fit.alone_rps, 700.0),
        (fit.contention, 0.5),
        (fit.retrograde, 0.002),
    ):
        assert estimate.low < true < estimate.high and estimate.n == 6
    assert fit.peak_clients is not None
    assert fit.peak_clients == pytest.approx(15.8, rel=0.15)
    assert fit.curve[0].clients == 1 and fit.curve[-1].clients == pytest.approx(256)


def test_no_peak_where_throughput_does_not_fall() -> None:
    """The interval of the retrograde term holds zero."""
    fit = line(scaling_run({FASTAPI: by_level(FLAT)})).fit
    assert fit is not None
    assert fit.retrograde.low <= 0 <= fit.retrograde.high
    assert fit.peak_clients is None


def test_a_curve_that_does_not_fit_is_not_drawn_and_its_points_are() -> None:
    """A knee: the terms stay in the table, the curve goes, the reason says how far off."""
    drops = (100.0, 200.0, 400.0, 800.0, 800.0, 80.0, 800.0)
    knee = dict(zip(LEVELS, drops, strict=True))
    one = line(scaling_run({FASTAPI: knee}))
    assert one.fit is not None and one.fit.curve == () and one.fit.peak_clients is None
    assert "misses the points by" in (one.no_fit or "")
    assert len(one.points) == 7 and all(p.rate_rps for p in one.points)


def test_with_four_levels_there_is_no_fit() -> None:
    """And the words say how many it needs."""
    few = {level: FLAT.at(level) for level in (1, 4, 16, 64)}
    one = line(scaling_run({FASTAPI: few}))
    assert one.fit is None and "a fit needs 5" in (one.no_fit or "")


def test_what_is_kept_is_the_last_over_the_best() -> None:
    """Half of the best is kept: one half, its interval around it."""
    rates = dict.fromkeys(LEVELS, 1000.0) | {16: 2000.0}
    one = line(scaling_run({FASTAPI: rates}))
    assert [k.clients for k in one.kept] == [1, 2, 4, 8, 16, 64]
    assert one.least is not None and one.least.clients == 16
    share = one.least.share
    assert share is not None and share.n == 6
    assert share.low < 0.5 < share.high


@pytest.mark.slow
def test_what_is_kept_covers_95_percent_at_every_level() -> None:
    """All levels alike, a hundred runs: each ratio's interval holds 1 as often as it says."""
    rates = dict.fromkeys((1, 8, 64), 1000.0)
    held = []
    for seed in range(100):
        # The experiment alone: the headline beside it is the same in all of them.
        scaled = scalings(lay_out(scaling_run({FASTAPI: rates}, noise=0.1, seed=seed)))
        assert scaled is not None
        kept = next(one for one in scaled.clients if one.workload == "hello").kept
        held += [k.share.low <= 1 <= k.share.high for k in kept if k.share]
    assert len(held) == 200
    assert 0.90 < np.mean(held) < 0.99


def test_points_where_the_generator_was_the_limit_shape_nothing() -> None:
    """The last level excluded: shown with its reason, nothing is said of what is kept."""
    run = scaling_run({FASTAPI: by_level(FLAT), DJANGO: by_level(FLAT)})
    windows = tuple(
        replace(w, tally=replace(w.tally, generator_cpu_s=0.99 * w.tally.measure_s))
        if w.load == "scaling.closed-256" and w.target == FASTAPI
        else w
        for w in run.windows
    )
    one = line(replace(run, windows=windows))
    assert one.points[-1].excluded == "the load generator was near its own limit"
    assert one.kept == () and one.least is None and one.fit is not None
    assert line(replace(run, windows=windows), DJANGO).least is not None


def workers_run(gain: float, levels: tuple[int, ...] = (1, 2)) -> Run:
    """A run in which doubling the workers of FastAPI gives so much of the ideal."""
    run = make_run(Truth(seed=3))
    own = tuple(
        replace(target(f"{FASTAPI}+{n}-worker{'s' if n > 1 else ''}"), workers=n)
        for n in levels
    )
    load = Load(32, 0.2, 0.8, experiment="workers")
    one = experiment("workers", loads=(load,), rounds=6, workers=(1, 2, 4))
    plan = run.record.plan
    cells = tuple(Cell(t.id, "hello", load) for t in own)
    plan = replace(
        plan,
        targets=(*plan.targets, *own),
        cells=(*plan.cells, *cells),
        profile=replace(plan.profile, experiments=(one,)),
    )
    random = np.random.default_rng(4)
    windows = [
        window_at(
            (number, 1, t.id, "hello"),
            load,
            1000 * (t.workers * gain if t.workers and t.workers > 1 else 1)
            * float(np.exp(random.normal(0, 0.02))),
        )
        for number in run.complete_rounds
        for t in own
    ]  # fmt: skip
    record = replace(run.record, plan=plan)
    return replace(run, record=record, windows=(*run.windows, *windows))


def test_what_more_workers_bring_is_a_share_of_the_ideal() -> None:
    """Two workers with 1.8 times the throughput of one: 0.9, named after the target itself."""
    (gain,) = found(workers_run(0.9)).workers
    assert (gain.target, gain.workers, gain.workload) == (FASTAPI, 2, "hello")
    assert gain.gain is not None and gain.gain.low < 0.9 < gain.gain.high


def test_too_few_processors_are_a_reason_and_no_number() -> None:
    """The experiment was planned, no target could be started: the words say what it needs."""
    run = workers_run(1.0)
    plan = replace(
        run.record.plan,
        cells=tuple(c for c in run.record.plan.cells if not c.load.experiment),
    )
    one = scalings(lay_out(replace(run, record=replace(run.record, plan=plan))))
    assert one is not None and one.workers == ()
    assert "four processors or more" in (one.no_workers or "")


def test_a_run_that_played_neither_has_none() -> None:
    """Not an empty one."""
    assert analyse(make_run()).found["scalings"] is None
