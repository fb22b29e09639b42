"""What adds how much to a request, from runs whose costs are known."""

from dataclasses import replace

import pytest

from bench.analyse.analysis import Analysis, analyse
from bench.experiments.costs.model import Breakdown, Cost
from bench.model.framework import CostPart
from tests.analyse.builders import DJANGO, FASTAPI, FLASK, WSGI
from tests.analyse.cost_runs import (
    DJANGO_PYDANTIC,
    DJANGO_SQL,
    FASTAPI_DRIVER,
    FLASK_DRIVER,
    HEADLINE_US,
    LAYERS_US,
    cost_run,
)


def cost(analysis: Analysis, target: str, less: str | None, workload: str) -> Cost:
    """The one cost of that kind."""
    every: tuple[Cost, ...] = analysis.found["costs"]
    (found,) = [
        each
        for each in every
        if (each.target, each.less, each.workload) == (target, less, workload)
    ]
    return found


def breakdown(analysis: Analysis, target: str, workload: str) -> Breakdown:
    """What the requests of a target are made of."""
    every: tuple[Breakdown, ...] = analysis.found["breakdowns"]
    (found,) = [
        each for each in every if (each.target, each.workload) == (target, workload)
    ]
    return found


def test_a_difference_is_the_mean_over_rounds_of_paired_differences() -> None:
    """Without noise: exactly what was put in, and no width."""
    found = cost(analyse(cost_run(noise=0.0)), FLASK, WSGI, "hello")
    assert found.part is CostPart.FRAMEWORK and found.known == 6
    assert found.estimate is not None
    assert found.estimate.point == pytest.approx(80, abs=0.01)
    assert found.estimate.high - found.estimate.low < 0.01


def test_an_experiment_is_read_from_its_own_windows() -> None:
    """The headline may have been played on another machine speed: it is not mixed in."""
    headline = {
        name: {target: 3 * us for target, us in of.items()}
        for name, of in HEADLINE_US.items()
    }
    analysis = analyse(cost_run(headline, noise=0.0))
    layer = cost(analysis, DJANGO, DJANGO_SQL.id, "db-read")
    assert layer.experiment == "layers" and layer.estimate is not None
    assert layer.estimate.point == pytest.approx(300, abs=0.1)
    validator = cost(analysis, DJANGO, DJANGO_PYDANTIC.id, "validate")
    assert validator.estimate is not None
    assert validator.estimate.point == pytest.approx(1000, abs=0.1)


def test_without_the_experiments_only_the_own_shares_are_known() -> None:
    """What was not played is absent, not zero."""
    analysis = analyse(cost_run(validators=None, layers=None))
    assert {each.part for each in analysis.found["costs"]} == {CostPart.FRAMEWORK}
    assert {each.workload for each in analysis.found["breakdowns"]} == {
        "hello", "validate", "db-read",
    }  # fmt: skip


@pytest.mark.parametrize("workload", ["hello", "validate", "db-read"])
@pytest.mark.parametrize("target", [DJANGO, FLASK, FASTAPI])
def test_the_parts_add_up_to_the_total(target: str, workload: str) -> None:
    """Means over the same rounds: what is shown adds up, noise and all."""
    found = breakdown(analyse(cost_run(noise=0.02)), target, workload)
    parts = sum(share.estimate.point for share in found.shares)
    assert parts == pytest.approx(found.total.point)
    assert {share.estimate.n for share in found.shares} == {found.total.n}


def test_where_the_floor_answers_the_framework_is_the_remainder() -> None:
    """Two parts, no rest."""
    found = breakdown(analyse(cost_run(noise=0.0)), DJANGO, "hello")
    assert [(s.part, s.label, round(s.estimate.point)) for s in found.shares] == [
        (CostPart.SERVER, "bare server", 100),
        (CostPart.FRAMEWORK, "framework and application", 150),
    ]


def test_where_it_does_not_hello_stands_for_it_and_says_so() -> None:
    """Server and framework as on hello, the layer from its experiment, the rest by name."""
    found = breakdown(analyse(cost_run(noise=0.0)), DJANGO, "db-read")
    assert [(s.part, s.label, round(s.estimate.point)) for s in found.shares] == [
        (CostPart.SERVER, "bare server, as on hello", 100),
        (CostPart.FRAMEWORK, "framework, as on hello", 150),
        (CostPart.DATABASE, "database layer: Django's ORM above SQL by hand", 300),
        (CostPart.REST, "rest", 210),
    ]


def test_what_cannot_be_told_apart_is_one_part_with_both_names() -> None:
    """One framework has no leaner validator beside it, so its validation is in the rest."""
    found = breakdown(analyse(cost_run(noise=0.0)), FASTAPI, "validate")
    assert [(s.label, round(s.estimate.point)) for s in found.shares] == [
        ("bare server, as on hello", 20),
        ("framework, as on hello", 70),
        ("validation, rest", 80),
    ]


def test_a_part_below_zero_is_flagged_and_kept() -> None:
    """An ablation that is dearer than its contestant: the number stays, the drawing clamps."""
    layers = {**LAYERS_US, DJANGO_SQL.id: 800.0}
    found = breakdown(analyse(cost_run(layers=layers, noise=0.0)), DJANGO, "db-read")
    below = [share for share in found.shares if share.clamped]
    assert [share.part for share in below] == [CostPart.DATABASE]
    assert round(below[0].estimate.point) == -40


def test_a_long_run_breaks_down_the_rounds_that_hold_every_part() -> None:
    """Nine rounds of which six have the experiment: six for db-read, nine for hello."""
    analysis = analyse(cost_run(rounds=9))
    assert breakdown(analysis, FLASK, "db-read").total.n == 6
    assert breakdown(analysis, FLASK, "hello").total.n == 9


def test_a_floor_that_failed_leaves_one_part_less() -> None:
    """No bare server in the run: server and framework are named in the rest."""
    run = cost_run(noise=0.0)
    kept = tuple(w for w in run.windows if not w.target.startswith("floor"))
    analysis = analyse(replace(run, windows=kept))
    found = breakdown(analysis, FLASK, "db-read")
    assert [share.label for share in found.shares] == [
        "database layer: SQLAlchemy above psycopg alone",
        "server, framework, rest",
    ]
    assert not [e for e in analysis.found["breakdowns"] if e.workload == "hello"]


def test_frameworks_without_their_layers_are_compared_with_each_other() -> None:
    """In the experiment's own windows, every ordered pair, by both metrics that an order is asked in."""
    analysis = analyse(cost_run(noise=0.0))
    found = analysis.comparison(FASTAPI_DRIVER.id, FLASK_DRIVER.id, "db-read", "cpu")
    assert found is not None and found.advantage is not None and found.void is None
    assert found.advantage.point == pytest.approx(480 / 300, rel=1e-3)
    assert (found.advantage.n, found.advantage.level) == (6, 0.95)
    turned = analysis.comparison(FLASK_DRIVER.id, FASTAPI_DRIVER.id, "db-read", "cpu")
    assert turned is not None and turned.advantage is not None
    assert turned.advantage.point == pytest.approx(300 / 480, rel=1e-3)
    rate = analysis.comparison(FASTAPI_DRIVER.id, DJANGO_SQL.id, "db-read", "throughput")  # fmt: skip
    assert rate is not None and rate.advantage is not None
    without = analyse(cost_run(layers=None))
    assert without.comparison(FASTAPI_DRIVER.id, DJANGO_SQL.id, "db-read", "cpu") is None  # fmt: skip
