"""The stress experiment against arithmetic: queues of known servers, and what voids a window."""

from dataclasses import replace

import pytest

from bench.analyse.analysis import analyse
from bench.experiments.stress.model import Stress, Stressed, StressStep
from bench.model.run import Run
from bench.model.trial import Failure, Window
from bench.model.warning import Scope
from bench.store.records import from_line, head_from_text, head_to_text, to_line
from tests.analyse.builders import DJANGO, FLASK, make_run, only, tally
from tests.analyse.stressed import Nature, Stressful, stressful_run


def found(run: Run) -> Stress:
    """The analysed experiment."""
    stress: Stress | None = analyse(run).found["stress"]
    assert stress is not None
    return stress


def one(stress: Stress, target: str = FLASK) -> Stressed:
    """A target of it."""
    return next(each for each in stress.targets if each.target == target)


def step(stressed: Stressed, share: float) -> StressStep:
    """A share of it."""
    return next(each for each in stressed.steps if each.share == pytest.approx(share))


def changed(run: Run, change: object, **where: object) -> Run:
    """The run with some windows changed."""
    fault = only(change, **where)  # type: ignore[arg-type]
    return replace(run, windows=tuple(fault(w) for w in run.windows))


def test_a_server_that_keeps_its_capacity_is_seen_to() -> None:
    """Rates by arithmetic: below capacity what is offered, above it the capacity."""
    own = one(found(stressful_run()))
    assert own.capacity_rps.estimate is not None
    assert own.capacity_rps.estimate.point == pytest.approx(1000, rel=0.02)
    for share in (0.1, 0.4, 0.7, 0.9, 1.1, 1.5):
        at = step(own, share)
        assert at.offered_rps.estimate and at.achieved_rps.estimate and at.kept.estimate
        assert at.offered_rps.estimate.point == pytest.approx(1000 * share, rel=0.06)
        assert at.kept.estimate.point == pytest.approx(1.0, abs=0.04)
        assert at.failed.rounds == (0.0,) * 6
        assert at.void == 0
    assert step(own, 1.5).in_surge and not step(own, 1.1).in_surge


def test_a_tenth_of_capacity_has_a_median_and_no_99th_percentile() -> None:
    """250 requests in a round: one per cent of them are two or three."""
    idle, busy = (step(one(found(stressful_run())), share) for share in (0.1, 0.4))

    # It answers one at a time, and each takes a millisecond.
    assert idle.p50_ms.estimate and busy.p50_ms.estimate
    assert idle.p50_ms.estimate.point == pytest.approx(1.0, rel=0.05)
    assert idle.p50_ms.estimate.point < busy.p50_ms.estimate.point
    assert idle.p99_ms.rounds == (None,) * 6 and idle.p99_ms.estimate is None


def test_the_backlog_and_its_end_are_those_of_theory() -> None:
    """Half the capacity too much for 2.5 s waits; at 70 % of it it is worked off in 1.8 s."""
    stress = found(stressful_run())
    own = one(stress)
    assert stress.ideal_s == pytest.approx(2.5 * 0.5 / 0.7)
    assert own.waiting.estimate and own.recovery_s.estimate
    assert own.waiting.estimate.point == pytest.approx(1250, rel=0.08)
    # To the end of a quarter second, half of which had to be calm.
    late_s = own.recovery_s.estimate.point - stress.ideal_s
    assert 0.0 <= late_s <= 0.5
    assert own.recovered == 6
    calm, full = own.timeline_ms[2], own.timeline_ms[14]
    assert len(own.timeline_ms) == 37 and calm is not None and calm < 5
    # The last quarter second of the surge meets 2.375 s of half a second too much.
    assert full == pytest.approx(1190, rel=0.1)


def test_a_collapse_is_seen_in_the_rate_and_nowhere_else() -> None:
    """A server that works at 60 % when it is overloaded keeps 60 %, and all below capacity."""
    run = stressful_run(Stressful({FLASK: Nature(overloaded=0.6)}))
    own, other = one(found(run)), one(found(run), DJANGO)
    for share, expected in ((0.7, 1.0), (1.1, 0.6), (1.5, 0.6)):
        kept = step(own, share).kept.estimate
        assert kept and kept.point == pytest.approx(expected, abs=0.05)
    assert step(other, 1.5).kept.estimate
    assert step(other, 1.5).kept.estimate.point > 0.95  # type: ignore[union-attr]


def test_who_does_not_come_back_counts_as_long_as_was_watched() -> None:
    """After the surge it answers less than comes: there is no end."""
    own = one(found(stressful_run(Stressful({FLASK: Nature(afterwards=0.2)}))))
    assert own.recovery_s.rounds == (5.5,) * 6
    assert own.recovered == 0


def test_new_requests_that_are_quick_do_not_hide_old_ones_that_wait() -> None:
    """A server without turns: every median is calm again at once, the backlog is not."""
    run = stressful_run()

    def unfair(window: Window) -> Window:
        slots = tuple(replace(s, p50_us=1000.0) for s in window.tally.slots or ())
        return tally(window, slots=slots)

    quick = changed(run, unfair, load="stress.open-own-30-surge-150")
    fair, hidden = one(found(run)).recovery_s, one(found(quick)).recovery_s
    assert fair.estimate and hidden.estimate
    assert hidden.estimate.point == pytest.approx(fair.estimate.point, abs=0.3)


def test_failed_requests_are_data_past_capacity() -> None:
    """A tenth that fails is a tenth, and voids no window."""
    own = one(found(stressful_run(Stressful({FLASK: Nature(fails=0.1)}))))
    at = step(own, 1.1)
    assert at.failed.estimate and at.failed.estimate.point == pytest.approx(
        0.1, abs=0.02
    )
    assert at.errors["timeout"] > 100 and at.void == 0
    assert step(own, 0.9).failed.rounds == (0.0,) * 6


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"generator_cpu_s": 1.24}, "generator was near its own limit"),
        ({"late_sends": 900}, "sent late"),
    ],
)
def test_a_generator_that_was_the_limit_voids(
    change: dict[str, object], why: str
) -> None:
    """What the generator did wrong says nothing of a server, past capacity as below."""
    run = stressful_run()
    load = "stress.open-own-110"
    at = step(one(found(changed(run, lambda w: tally(w, **change), target=FLASK, load=load))), 1.1)  # fmt: skip
    assert at.void == at.windows == 12 and why in (at.void_because or "")
    assert at.kept.rounds == (None,) * 6 and at.kept.estimate is None


@pytest.mark.parametrize(
    ("lost", "takes"),
    [
        ([(1, "open-own-110")], False),
        ([(1, "open-own-110"), (1, "open-own-70")], False),
        ([(1, "open-own-110"), (2, "open-own-110")], True),
        ([(1, "open-own-110"), (2, "open-own-70")], True),
    ],
)
def test_its_check_says_whether_what_is_void_was_missed(
    lost: list[tuple[int, str]], takes: bool
) -> None:
    """Of seven rounds one may be lost; with two, of whichever shares, the verdict has too few that are whole."""
    run = stressful_run(Stressful(rounds=7))
    for number, load in lost:
        place = {"target": FLASK, "load": f"stress.{load}", "round": number}
        run = changed(run, lambda w: tally(w, late_sends=900), **place)
    (check,) = [each for each in analyse(run).checks if each.id == "stress"]

    assert check.passed is False
    assert (check.severity is not Scope.NOTE) is takes


def test_sends_that_waited_for_a_connection_are_the_servers() -> None:
    """Past capacity every send is late, for want of a connection: that is the queue."""
    change = {"late_sends": 900, "starved_sends": 900}
    run = changed(stressful_run(), lambda w: tally(w, **change), load="stress.open-own-110")  # fmt: skip
    assert step(one(found(run)), 1.1).void == 0


def test_wrong_answers_in_the_closed_loop_void_its_capacity() -> None:
    """There is no overload there that would excuse them."""
    bad = {"errors": {"wrong answer": 3}}
    run = changed(stressful_run(), lambda w: tally(w, **bad), load="stress.closed-16", round=2)  # fmt: skip
    own = one(found(run))
    assert own.capacity_rps.rounds[1] is None
    assert step(own, 1.1).kept.rounds[1] is None


@pytest.mark.parametrize(("around", "kept"), [(True, 1.0), (False, 0.6)])
def test_what_is_kept_is_of_the_capacity_next_to_the_step(
    around: bool, kept: float
) -> None:
    """A machine at 60 % of its speed after the first closed loops: no server lost anything. Older runs have only those."""
    run = stressful_run(Stressful(around=around, later=0.6))
    own = one(found(run))
    for share in (1.1, 1.5):
        at = step(own, share)
        assert at.kept.estimate and at.capacity_rps and at.capacity_rps.estimate
        assert at.kept.estimate.point == pytest.approx(kept, abs=0.04)
        expected = 600 if around else 1000
        assert at.capacity_rps.estimate.point == pytest.approx(expected, rel=0.02)


def test_a_void_window_next_to_a_step_leaves_the_other_one() -> None:
    """The capacity of a round is that of the windows that count; without any there is none."""
    run = stressful_run(Stressful(around=True))
    bad = {"errors": {"wrong answer": 3}}

    def without(cycles: range) -> tuple[float | None, ...]:
        changed_run = run
        for cycle in cycles:
            place = {"load": "stress.closed-16", "round": 2, "cycle": cycle}
            changed_run = changed(changed_run, lambda w: tally(w, **bad), **place)
        at = step(one(found(changed_run)), 1.1)
        assert at.capacity_rps is not None
        return at.capacity_rps.rounds

    # Every other one of the fifteen: each step keeps the one before or the one after.
    assert without(range(3, 16, 2))[1] == pytest.approx(1000, rel=0.03)
    assert without(range(3, 16))[1] is None


def test_a_target_that_could_not_go_on_says_in_which_round() -> None:
    """Its windows of that round are left out, the failure is kept."""
    run = stressful_run()
    failure = Failure(3, FLASK, "db-read", "the process ended", experiment="stress")
    # A server that is gone leaves two failures: of the workload, and of the rest.
    gone = replace(failure, workload=None)
    own = one(found(replace(run, failures=(failure, gone))))
    assert own.failures == ("round 3: the process ended",)
    assert own.recovery_s.rounds[2] is None and own.recovery_s.rounds[1] is not None


def test_the_headline_knows_nothing_of_it() -> None:
    """A run with the experiment and one without have the same comparisons."""
    run = stressful_run(Stressful({FLASK: Nature(fails=0.5)}))
    without = replace(
        run,
        windows=tuple(w for w in run.windows if "." not in w.load),
    )
    assert analyse(run).comparisons == analyse(without).comparisons
    assert analyse(make_run()).found["stress"] is None


def test_a_surge_is_stored_and_read_back() -> None:
    """The plan's load with it, and the quarter seconds of its window."""
    run = stressful_run(Stressful(rounds=1))
    window = next(w for w in run.windows if "surge" in w.load)
    assert window.tally.slots and from_line(to_line(window)) == window
    assert head_from_text(head_to_text(run.record)) == run.record
