"""Parts of a request and a mix whose costs are known to the microsecond."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from bench.analyse.analysis import analyse
from bench.experiments.mix.model import Mix, RequestPart
from bench.model.run import Run
from bench.model.trial import KindStats, Window
from bench.stats.sketch import sketch
from bench.workloads.mix import OTHER_SHARES, SHARES
from tests.analyse.builders import (
    DJANGO,
    FASTAPI,
    FLASK,
    QUIET,
    SPEEDS,
    Truth,
    make_run,
    tally,
)


PARTS_US: Mapping[str, Mapping[RequestPart, float]] = {
    target: dict(zip(RequestPart, costs, strict=True))
    for target, costs in {
        FASTAPI: (100.0, 80.0, 600.0, 300.0, 150.0, 700.0),
        FLASK: (180.0, 140.0, 560.0, 280.0, 120.0, 650.0),
        DJANGO: (250.0, 1200.0, 500.0, 320.0, 400.0, 500.0),
    }.items()
}
LIST_US = 1500.0
ANSWER, VALIDATION, FIRST, QUERY, TEMPLATE, WRITE = RequestPart
WORKLOADS = ("json", "validate", "db-read", "db-many", "db-list", "html", "db-write")


def cost_us(target: str, workload: str) -> float:
    """What a request of the workload costs, made of its parts."""
    part = PARTS_US.get(target, PARTS_US[FLASK])
    row = part[ANSWER] + part[FIRST]
    costs = {
        "json": part[ANSWER],
        "validate": part[ANSWER] + part[VALIDATION],
        "db-read": row,
        "db-many": row + 19 * part[QUERY],
        "db-list": LIST_US,
        "html": row + part[TEMPLATE],
        "db-write": row + 4 * part[QUERY] + part[WRITE],
    }
    if workload == "mix":
        return 1.05 * sum(SHARES[kind] * costs[kind] for kind in SHARES)
    return costs[workload]


def kinds(
    random: np.random.Generator, slow_ms: Mapping[str, float]
) -> tuple[KindStats, ...]:
    """Each kind around its own median; one of them fails now and then."""
    made: list[KindStats] = []
    for name, ms in slow_ms.items():
        samples = (ms * 1e6 * random.lognormal(0, 0.05, 60)).astype(np.int64)
        made.append(KindStats(name, 60, int(name == "html"), None, sketch(samples)))
    return tuple(made)


def mix_run(workloads: Sequence[str] = (*WORKLOADS, "mix")) -> Run:
    """Six rounds in which every cost scatters by half a per cent."""
    random = np.random.default_rng(5)
    slow_ms = {name: 4.0 + place for place, name in enumerate(SHARES)}

    def known(window: Window) -> Window:
        cost_ns = 1000 * cost_us(window.target, window.workload)
        scatter = 1 + 0.005 * random.standard_normal()
        used = round(window.tally.requests_total * cost_ns * scatter)
        window = replace(window, server_cpu_ns=used)
        if window.workload != "mix":
            return window
        return tally(window, kinds=kinds(random, slow_ms))

    return make_run(Truth(workloads=workloads, fault=known))


@pytest.fixture(scope="module")
def found() -> Mix:
    """Everything measured."""
    mix = analyse(mix_run()).found["mix"]
    assert isinstance(mix, Mix)
    return mix


def test_parts_are_the_differences_of_workloads(found: Mix) -> None:
    """Every part of every framework lies where it was put, its interval around it."""
    assert len(found.parts) == 3 * len(RequestPart)
    inside = 0
    for one in found.parts:
        truth, estimate = PARTS_US[one.target][one.part], one.cost_us.estimate
        assert estimate is not None and estimate.n == 6
        assert estimate.point == pytest.approx(truth, rel=0.05)
        inside += estimate.low <= truth <= estimate.high
    assert inside >= 0.8 * len(found.parts)


def test_the_mix_is_reckoned_from_its_kinds(found: Mix) -> None:
    """Weighted by their shares; it was made five per cent dearer, and that is seen."""
    assert [one.target for one in found.costs] == [FASTAPI, FLASK, DJANGO]
    for one in found.costs:
        assert one.ratio.estimate is not None
        assert one.ratio.estimate.point == pytest.approx(1 / 1.05, rel=0.005)


def test_common_work_dilutes_a_lead_to_ten_per_cent(found: Mix) -> None:
    """With so much on both sides the other costs 1.1 times the leader; each pair is named once, the cheaper first."""
    on_json = {
        (w.leader, w.other): w for w in found.common_work if w.workload == "json"
    }
    assert set(on_json) == {(FASTAPI, FLASK), (FASTAPI, DJANGO), (FLASK, DJANGO)}
    for (leader, other), work in on_json.items():
        estimate = work.extra_us.estimate
        assert estimate is not None
        less, more = (PARTS_US[each][ANSWER] for each in (leader, other))
        extra = estimate.point
        assert (more + extra) / (less + extra) == pytest.approx(1.1, abs=0.004)


def test_endpoints_are_sums_of_parts(found: Mix) -> None:
    """Sixteen of them; the cheapest has no ratio, each other one has its own."""
    assert len(found.endpoints) == 16
    whole = found.endpoints[-1]
    assert (whole.queries, whole.validation, whole.template) == (20, True, True)
    for cost in whole.costs:
        part = PARTS_US[cost.target]
        truth = sum(part.values()) - part[WRITE] + 18 * part[QUERY]
        assert cost.cost_us.point == pytest.approx(truth, rel=0.01)
    plain = {cost.target: cost for cost in found.endpoints[0].costs}
    assert plain[FASTAPI].times is None
    times = plain[DJANGO].times
    assert times is not None
    assert times.point == pytest.approx(2.5, rel=0.01)


def test_other_weights_are_reckoned_from_the_same_kinds(found: Mix) -> None:
    """TPC-W's two others and one without pages; the shares of each are whole."""
    assert [other.name for other in found.others] == list(OTHER_SHARES)
    for other in found.others:
        shares = OTHER_SHARES[other.name]
        assert sum(shares.values()) == pytest.approx(1)
        for cost in other.costs:
            truth = sum(shares[kind] * cost_us(cost.target, kind) for kind in shares)
            assert cost.cost_us.point == pytest.approx(truth, rel=0.01)


def test_each_kind_has_times_and_errors_of_its_own(found: Mix) -> None:
    """Its median where it was put; a percentile that needs more requests than a round has is not told."""
    assert len(found.kinds) == 3 * len(SHARES)
    for place, one in enumerate(found.kinds[: len(SHARES)]):
        assert one.p50_ms.estimate is not None
        assert one.p50_ms.estimate.point == pytest.approx(4.0 + place, rel=0.02)
        assert one.p90_ms.estimate is not None
        assert one.p99_ms.estimate is None
        assert one.requests == 6 * 4 * 60
        assert one.errors == (24 if one.kind == "html" else 0)


@pytest.mark.parametrize(
    ("workloads", "parts"),
    [
        (("hello", "json"), None),
        (("json", "validate"), {ANSWER, VALIDATION}),
        (("json", "db-read", "html"), {ANSWER, FIRST, TEMPLATE}),
    ],
)
def test_what_was_not_measured_is_missing(
    workloads: Sequence[str], parts: set[RequestPart] | None
) -> None:
    """A part needs all of its workloads; without any there is nothing."""
    mix = analyse(make_run(Truth(workloads=workloads))).found["mix"]
    assert (mix and {one.part for one in mix.parts}) == parts
    assert not mix or not (mix.kinds or mix.costs or mix.endpoints)


def test_a_kind_that_fails_is_counted_where_its_window_is_void() -> None:
    """A wrong answer voids the window for every figure, and is still an error of its kind."""
    wrong = KindStats("html", 0, 5, None, None)

    def failing(window: Window) -> Window:
        if window.workload != "mix" or window.cycle > 1:
            return window
        return tally(window, errors={"status 500": 5}, kinds=(wrong,))

    run = mix_run()
    run = replace(run, windows=tuple(map(failing, run.windows)))
    kind = next(one for one in analyse(run).found["mix"].kinds if one.kind == "html")
    assert kind.requests == 6 * 3 * 60
    assert kind.errors == 6 * (3 + 5)


def test_what_another_program_moved_has_no_cost() -> None:
    """Every part that needs a disturbed workload is without an estimate; the others stand."""
    moved = replace(QUIET, foreign_s=1.0)

    def disturb(window: Window) -> Window:
        return replace(window, trace=moved) if window.workload == "json" else window

    run = mix_run()
    mix = analyse(replace(run, windows=tuple(map(disturb, run.windows)))).found["mix"]
    costed = {part.part for part in mix.parts if part.cost_us.estimate is not None}
    assert costed == {QUERY, TEMPLATE, WRITE}
    assert {work.workload for work in mix.common_work} == {"mix"}
    assert mix.endpoints == ()


def test_where_no_lead_is_shown_nothing_dilutes_it() -> None:
    """Three set-ups of one cost within their scatter: no pair is named."""
    equal = Truth(workloads=("json", "validate"), speeds=dict.fromkeys(SPEEDS, 1.0))
    assert analyse(make_run(equal)).found["mix"].common_work == ()
