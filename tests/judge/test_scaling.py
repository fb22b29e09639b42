"""Every outcome of "scalability"."""

from dataclasses import replace

from bench.model.run import Run
from bench.model.verdict import Exclusion, GroupState, Lacking, Outcome, Verdict
from tests.analyse.builders import DJANGO, FASTAPI, make_run
from tests.analyse.test_scaling import LEVELS, workers_run
from tests.experiments import scaling_run
from tests.judge.judged import deciding, verdict_on


GOOD = dict.fromkeys(LEVELS, 1000.0)
HALF = GOOD | {256: 500.0}
NEAR = GOOD | {256: 800.0}


def verdict(run: Run) -> Verdict:
    """The verdict on the article's word."""
    return verdict_on(run, "fastapi-scales")


def both(clients: Run, workers: Run) -> Run:
    """One run that played both experiments."""
    mine, more = clients.record.plan, workers.record.plan
    known = {t.id for t in mine.targets}
    plan = replace(
        mine,
        targets=(*mine.targets, *(t for t in more.targets if t.id not in known)),
        cells=(*mine.cells, *(c for c in more.cells if c.load.experiment)),
        profile=replace(
            mine.profile,
            experiments=(*mine.profile.experiments, *more.profile.experiments),
        ),
    )
    extra = tuple(w for w in workers.windows if w.load.startswith("workers"))
    record = replace(clients.record, plan=plan)
    return replace(clients, record=record, windows=(*clients.windows, *extra))


CLIENTS = ("clients on hello", "clients on db-read")


def test_what_keeps_its_throughput_and_gains_from_workers_is_supported() -> None:
    """Both workloads and the workers: three groups hold."""
    found = verdict(both(scaling_run({FASTAPI: GOOD}), workers_run(1.0)))
    assert found.outcome is Outcome.SUPPORTED
    assert found.holds_on == (*CLIENTS, "workers")


def test_without_processors_for_workers_it_stays_open() -> None:
    """Half of what the sentence says was not tested; what holds is named."""
    found = verdict(scaling_run({FASTAPI: GOOD}))
    assert found.outcome is Outcome.INCONCLUSIVE and found.holds_on == CLIENTS
    assert found.groups[-1].state is GroupState.NOT_MEASURED
    why = [each.excluded for each in deciding(found, Outcome.INCONCLUSIVE)]
    assert [each.why for each in why if each] == [Exclusion.NO_PLACE]
    assert found.withheld_because is None


def test_half_of_the_best_refutes_it() -> None:
    """All of the interval below 80 %, on every workload."""
    found = verdict(scaling_run({FASTAPI: HALF}))
    assert found.outcome is Outcome.REFUTED and found.fails_on == CLIENTS


def test_workers_that_bring_little_make_it_depend() -> None:
    """Two workers with the throughput of one and a tenth; more clients are no trouble."""
    found = verdict(both(scaling_run({FASTAPI: GOOD}), workers_run(0.55)))
    assert (found.outcome, found.strict) == (Outcome.DEPENDS, Outcome.REFUTED)
    assert (found.holds_on, found.fails_on) == (CLIENTS, ("workers",))


def test_at_the_line_it_stays_open() -> None:
    """80 % kept: the interval holds the line."""
    found = verdict(scaling_run({FASTAPI: NEAR}, noise=0.1))
    assert found.outcome is Outcome.INCONCLUSIVE and found.holds_on == ()


def test_others_are_beside_it_and_do_not_decide() -> None:
    """Another framework that collapses changes nothing of the verdict."""
    found = verdict(scaling_run({FASTAPI: GOOD, DJANGO: HALF}))
    assert found.holds_on == CLIENTS and found.fails_on == ()
    assert {f.subject for f in deciding(found)} == {FASTAPI, ""}


def test_a_run_without_it_is_not_tested() -> None:
    """Neither the experiment, nor the subject in it."""
    for run in (make_run(), scaling_run({DJANGO: GOOD})):
        found = verdict(run)
        assert found.outcome is Outcome.NOT_TESTED and found.untested is not None
        assert found.untested.lacking is Lacking.EXPERIMENT


def test_where_the_generator_was_the_limit_nothing_is_decided() -> None:
    """Its level is void, with the reason in the evidence."""
    run = scaling_run({FASTAPI: GOOD})
    windows = tuple(
        replace(w, tally=replace(w.tally, generator_cpu_s=0.99 * w.tally.measure_s))
        if w.load == "scaling.closed-256"
        else w
        for w in run.windows
    )
    found = verdict(replace(run, windows=windows))
    assert found.outcome is Outcome.INCONCLUSIVE
    why = [each.excluded for each in deciding(found) if each.subject == FASTAPI]
    assert {each.why for each in why if each} == {Exclusion.VOID}
    assert {each.state for each in found.groups[:2]} == {GroupState.OPEN}


def test_fewer_than_six_rounds_decide_nothing() -> None:
    """Withheld by the run's own check."""
    run = scaling_run({FASTAPI: GOOD})
    found = verdict(replace(run, ends=run.ends[:4]))
    assert found.outcome is Outcome.INCONCLUSIVE and found.withheld_because
