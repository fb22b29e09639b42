"""Reasons to doubt a whole run: which stop its verdicts, and which are only noted."""

from dataclasses import replace

from bench.analyse import reasons
from bench.analyse.analysis import Analysis, analyse
from bench.model.plan import Pinning
from bench.model.run import Run
from bench.model.trial import RoundEnd, Window
from bench.model.warning import Reason, Scope, Warning
from tests.analyse.builders import (
    AGAIN,
    DJANGO,
    FLASK,
    SPEEDS,
    Truth,
    make_run,
    only,
    tally,
)


def found(analysis: Analysis, reason: Reason) -> list[Warning]:
    """The warnings of one reason."""
    return [w for w in analysis.warnings if w.reason is reason]


def passed(analysis: Analysis) -> dict[str, bool | None]:
    """Every check's answer by its id."""
    return {check.id: check.passed for check in analysis.checks}


def test_a_twin_that_differs_from_itself_stops_every_verdict() -> None:
    """Ten per cent between two copies of the same thing: the run says so first."""
    analysis = analyse(make_run(Truth(speeds={**SPEEDS, AGAIN: 1.32})))
    assert analysis.warnings[0].reason is reasons.TWIN
    assert reasons.TWIN.scope is Scope.RUN
    assert "Flask against itself" in analysis.warnings[0].detail
    noise = analysis.checks[0]
    assert (noise.id, noise.passed) == ("noise", False)


def test_the_control_is_a_check_and_no_resolution() -> None:
    """A sound twin passes; how far its intervals reach is said of it alone."""
    noise = analyse(make_run(Truth(seed=2))).checks[0]
    assert (noise.id, noise.passed) == ("noise", True)
    assert "not the resolution of other pairs" in noise.measured


def test_five_rounds_decide_nothing() -> None:
    """Six are the fewest."""
    analysis = analyse(make_run(Truth(rounds=5, looks=(5,))))
    (warning,) = found(analysis, reasons.ROUNDS)
    assert warning.detail == "5 complete rounds, 6 are needed"
    assert warning.reason.scope is Scope.RUN


def test_more_than_a_tenth_void_stops_the_run() -> None:
    """Every window of one of four judged targets is a quarter."""
    fault = only(lambda w: tally(w, errors={"refused": 1}), target=DJANGO)
    analysis = analyse(make_run(Truth(fault=fault)))
    (warning,) = found(analysis, reasons.VOID)
    assert warning.detail.startswith("72 of 288 windows")
    assert passed(analysis)["windows"] is False and passed(analysis)["errors"] is False


def test_a_broken_floor_does_not_stop_the_run() -> None:
    """Void windows of what carries no claim are shown, and no more."""
    fault = only(lambda w: tally(w, errors={"refused": 1}), target="floor@1/gthread")
    analysis = analyse(make_run(Truth(fault=fault)))
    assert found(analysis, reasons.ERRORS) and not found(analysis, reasons.VOID)


def test_a_round_of_restless_servers_is_void_as_a_whole() -> None:
    """Below the limit of most windows and above it over the round: none of its windows counts."""

    def busy(window: Window) -> Window:
        # 1.25 % of a core are allowed to five idle servers: 0.6 % here, 2.4 % there.
        own = 48_000_000 if window.cycle > 2 else 12_000_000
        return replace(window, others_cpu_ns=own)

    analysis = analyse(make_run(Truth(fault=only(busy, round=3))))
    pair = analysis.comparison(FLASK, DJANGO, "hello", "cpu")

    assert pair is not None and pair.rounds[2] is None and pair.rounds[1] is not None
    places = found(analysis, reasons.IDLE)
    assert {w.detail.split(",")[0] for w in places} == {"4 of 24 windows"}
    assert passed(analysis)["idle"] is False
    # A sixth of the windows: the run decides nothing.
    assert found(analysis, reasons.VOID)


def test_one_busy_moment_voids_no_round() -> None:
    """One window far beyond the limit, whose round stays below it."""
    fault = only(
        lambda w: replace(w, others_cpu_ns=200_000_000),
        round=3,
        cycle=2,
        target=FLASK,
        workload="hello",
    )
    analysis = analyse(make_run(Truth(fault=fault)))
    (warning,) = found(analysis, reasons.IDLE)
    assert warning.detail.startswith("1 of 24 windows")


def test_a_machine_that_changed_stops_every_verdict() -> None:
    """Another fingerprint after one round: the reader is told which, and nothing is decided."""
    run = make_run()
    moved = replace(run.ends[3], fingerprint="another")
    analysis = analyse(replace(run, ends=(*run.ends[:3], moved, *run.ends[4:])))
    (warning,) = found(analysis, reasons.MACHINE)

    assert warning.reason.scope is Scope.RUN
    assert warning.detail == "another fingerprint than f after round 4"
    assert passed(analysis)["machine"] is False
    old = tuple(replace(end, fingerprint=None) for end in run.ends)
    assert passed(analyse(replace(run, ends=old)))["machine"] is None


def noted(run: Run) -> set[str]:
    """The codes of all warnings, none of which may take anything away."""
    warnings = analyse(run).warnings
    assert all(w.reason.scope is Scope.NOTE for w in warnings)
    return {w.reason.code for w in warnings}


def test_steal_in_many_windows_is_noted() -> None:
    """A tenth of four processors' time, in every window."""
    assert noted(make_run(Truth(fault=lambda w: replace(w, steal_s=0.8)))) == {"steal"}


def test_steal_in_few_windows_is_not() -> None:
    """One round of six is below a fifth of the windows."""
    fault = only(lambda w: replace(w, steal_s=0.8), round=1)
    assert noted(make_run(Truth(fault=fault))) == set()


def test_too_many_database_connections_are_noted() -> None:
    """One process with a pool of eight must not hold nine."""
    run = make_run()
    ends = (*run.ends[:-1], RoundEnd(6, {DJANGO: 9, FLASK: 8}))
    analysis = analyse(replace(run, ends=ends))
    (warning,) = found(analysis, reasons.DATABASE)
    assert (warning.where, warning.detail) == (DJANGO, "9 open at once, 8 allowed")


def test_a_slow_build_of_python_and_shared_cores_are_noted() -> None:
    """The reader must know both; the Python that counts is the one that the targets ran on."""
    run = make_run()
    slow = "3.13.5 (configured without --enable-optimizations)"
    record = replace(
        run.record,
        receipts={
            name: replace(receipt, python=slow)
            for name, receipt in run.record.receipts.items()
        },
        plan=replace(
            run.record.plan, pinning=Pinning((0,), (1,), (1,), (1,), "all but one")
        ),
    )
    assert noted(replace(run, record=record)) == {"python", "cores"}


def test_a_server_that_was_still_warming_up_is_noted() -> None:
    """CPU per request falls by a tenth from the first cycle to the last, in every round."""

    def warming(window: Window) -> Window:
        extra = 1 + 0.1 * (4 - window.cycle) / 3
        return replace(window, server_cpu_ns=round((window.server_cpu_ns or 0) * extra))

    run = make_run(Truth(window=0.005, fault=only(warming, target=DJANGO)))
    places = {w.where for w in found(analyse(run), reasons.WARMING)}
    assert {f"{DJANGO} {w} closed-16" for w in ("hello", "validate", "db-read")} == (
        places
    )


def test_memory_that_grows_once_is_no_leak() -> None:
    """A third more after the first cycle, and then the same; or more in each cycle, but little."""

    def once(window: Window) -> Window:
        return replace(window, server_memory_bytes=60 if window.cycle == 1 else 80)

    def little(window: Window) -> Window:
        return replace(window, server_memory_bytes=round(5e7 * 1.02**window.cycle))

    for change in (once, little):
        run = make_run(Truth(fault=only(change, target=DJANGO)))
        assert found(analyse(run), reasons.GROWING) == []


def test_memory_that_grows_in_few_rounds_is_not_warned_of() -> None:
    """More than half of the rounds must show it."""

    def sometimes(window: Window) -> Window:
        grown = 1.1**window.cycle if window.round <= 3 else 1.0
        return replace(window, server_memory_bytes=round(5e7 * grown))

    run = make_run(Truth(fault=only(sometimes, target=DJANGO)))
    assert found(analyse(run), reasons.GROWING) == []


def test_every_reason_has_a_code_of_its_own_and_a_remedy() -> None:
    """The list is closed: what fires is on it, once."""
    codes = [reason.code for reason in reasons.REASONS]
    assert len(codes) == len(set(codes))
    defined = {v for v in vars(reasons).values() if isinstance(v, Reason)}
    assert defined == set(reasons.REASONS)
    assert all(r.remedy.endswith(".") and r.title for r in reasons.REASONS)
