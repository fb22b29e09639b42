"""Several runs pooled: which take part, which are of one machine, and what comes out."""

from dataclasses import replace
from math import log
from typing import Any

import pytest

from bench.analyse.analysis import analyse
from bench.judge.pooled import pool
from bench.model.pooled import Differs, Omission, Pool, PooledRatio
from bench.model.run import Run
from bench.model.trial import Window
from bench.wording.reasons import left_out_because
from tests.analyse.builders import DJANGO, FASTAPI, FLASK, QUIET, Truth, make_run, only


def run(number: int, truth: Truth | None = None, **machine: Any) -> Run:
    """A run of the fifth of that month's `number`-th hour, with noise of its own."""
    made = make_run(truth or Truth(seed=number))
    record = made.record
    return replace(
        made,
        record=replace(
            record,
            id=f"20260105T{number:02}0000Z-made-{number:04}",
            created_at=f"2026-01-05T{number:02}:00:00Z",
            machine=replace(record.machine, **machine),
        ),
        ends=tuple(
            replace(end, fingerprint=machine.get("fingerprint", end.fingerprint))
            for end in made.ends
        ),
    )


def ratio(
    found: Pool, subject: str = FASTAPI, baseline: str = FLASK, metric: str = "cpu"
) -> PooledRatio:
    """One on hello."""
    key = (subject, baseline, "hello", metric)
    return next(
        r for r in found.ratios if (r.subject, r.baseline, r.workload, r.metric) == key
    )


def test_a_pooled_ratio_lies_among_its_runs_and_is_named_with_them() -> None:
    """Three runs of one machine, one row each as on their own pages, and the truth of 1.2 in the interval."""
    runs = [run(n) for n in (1, 2, 3)]
    found = ratio(pool(runs))
    (machine,) = found.machines
    assert [each.run for each in machine.runs] == [each.record.id for each in runs]
    own = analyse(runs[0]).comparison(FASTAPI, FLASK, "hello", "cpu")
    assert own is not None and own.advantage is not None
    assert machine.runs[0].estimate.point == pytest.approx(own.advantage.point)
    assert machine.estimate is not None and machine.between is not None
    assert machine.estimate.n == 3
    assert machine.estimate.low < 1.2 < machine.estimate.high
    assert found.estimate is None, "of one machine nothing is said over machines"


def test_runs_that_differ_as_a_whole_widen_the_interval_by_it() -> None:
    """One program 5 % faster in every other run: the variance between runs is seen, and is in no run's own interval."""
    speeds = Truth().speeds
    other = {**speeds, FASTAPI: speeds[FASTAPI] * 1.05}
    runs = [
        run(n, Truth(seed=n, speeds=other if n % 2 else speeds)) for n in range(1, 7)
    ]
    (machine,) = ratio(pool(runs)).machines
    assert machine.between == pytest.approx(log(1.05) * 0.5 * (6 / 5) ** 0.5, rel=0.35)
    assert machine.estimate is not None
    assert all(abs(log(each.estimate.point) - log(1.2)) < 0.08 for each in machine.runs)


def test_the_order_of_the_runs_does_not_matter() -> None:
    """Nor does the direction: the one that leads on the whole stands first."""
    runs = [run(n) for n in (1, 2, 3)]
    found = pool(runs)
    assert pool(runs[::-1]) == found
    pairs = {(r.subject, r.baseline) for r in found.ratios}
    assert {(FASTAPI, FLASK), (FLASK, DJANGO), (FASTAPI, DJANGO)} <= pairs
    assert not {(FLASK, FASTAPI), (DJANGO, FLASK)} & pairs


@pytest.mark.parametrize("apart", ["fingerprint", "engine", "speed"])
def test_machines_stay_apart(apart: str) -> None:
    """By fingerprint, engine or speed; over them the machines are the units."""

    def slower(window: Window) -> Window:
        return replace(window, server_cpu_ns=2 * (window.server_cpu_ns or 0))

    other = {"fingerprint": "g"} if apart == "fingerprint" else {}
    truths = [Truth(seed=n, fault=slower) if apart == "speed" else None for n in (3, 4)]
    runs = [
        run(1),
        run(2),
        *(run(n, t, **other) for n, t in zip((3, 4), truths, strict=True)),
    ]
    if apart == "engine":
        runs[2:] = [
            replace(
                r, record=replace(r.record, plan=replace(r.record.plan, engine="other"))
            )
            for r in runs[2:]
        ]
    found = pool(runs)
    assert [each.machine for each in found.runs] == [0, 0, 1, 1]
    over = ratio(found)
    assert [len(each.runs) for each in over.machines] == [2, 2]
    assert over.estimate is not None and over.estimate.n == 2


def test_a_run_that_cannot_be_pooled_is_named_with_its_reason() -> None:
    """No verdicts, too few rounds, another load; the others are pooled without them."""
    three = run(5, Truth(rounds=3, looks=(3,), seed=5))
    record = run(6).record
    profile = replace(record.plan.profile, clients=64)
    busier = replace(
        run(6), record=replace(record, plan=replace(record.plan, profile=profile))
    )
    found = pool([run(1), run(2), run(4, Truth(verdicts=False, seed=4)), three, busier])
    assert [each.id[-1] for each in found.runs] == ["1", "2"]
    whole = {each.run[-1]: each for each in found.left_out if each.workload is None}
    assert {name: each.why for name, each in whole.items()} == {
        "4": Omission.NO_VERDICTS,
        "5": Omission.CANNOT_DECIDE,
        "6": Omission.CONDITIONS,
    }
    assert whole["6"].conditions == (Differs("clients", 64, 16),)
    assert {name[-1]: left_out_because(each) for name, each in whole.items()} == {
        "4": "its profile gives no verdicts: made",
        "5": "it may decide nothing: too few rounds: 3 complete rounds, 6 are needed",
        "6": "it was measured under other conditions: 64 clients, not 16",
    }


def test_runs_that_take_no_part_do_not_say_what_is_usual() -> None:
    """However many of them were measured under other conditions."""
    trials = [run(number, Truth(verdicts=False, seed=number)) for number in (3, 4, 5)]
    record = trials[0].record
    profile = replace(record.plan.profile, clients=64)
    plan = replace(record.plan, profile=profile)
    busy = [replace(t, record=replace(t.record, plan=plan)) for t in trials]
    assert [each.id[-1] for each in pool([run(1), run(2), *busy]).runs] == ["1", "2"]


def test_a_void_ratio_takes_no_part() -> None:
    """A stranger in one of three runs: that run's ratios of that target are counted by reason."""
    noticed = replace(QUIET, foreign_s=1.0)
    struck = only(lambda w: replace(w, trace=noticed), target=FASTAPI, workload="hello")
    found = pool([run(1), run(2), run(3, Truth(seed=3, fault=struck))])
    assert [len(each.runs) for each in ratio(found).machines] == [2]
    assert [len(each.runs) for each in ratio(found, FLASK, DJANGO).machines] == [3]
    # Two pairs of contestants and one with the bare server, by two metrics.
    (void,) = (each for each in found.left_out if each.why is Omission.VOID)
    assert (void.run[-1], void.workload, void.ratios) == ("3", "hello", 6)


def test_what_only_one_run_has_is_told_and_a_run_that_shares_nothing_is_left_out() -> (
    None
):
    """Other workloads are nothing to pool."""
    mixed = [
        run(1),
        run(2, Truth(workloads=("hello",), seed=2)),
        run(3, Truth(workloads=("json",), seed=3)),
    ]
    found = pool(mixed)
    told = {(each.run[-1], each.workload): each.why for each in found.left_out}
    assert told == {
        ("3", None): Omission.NOTHING_SHARED,
        ("1", "validate"): Omission.ONE_RUN,
        ("1", "db-read"): Omission.ONE_RUN,
    }
