"""Every outcome of "scalability"."""

from dataclasses import replace

from bench.analyse.analysis import analyse
from bench.configure.claims import load_claims
from bench.judge.judge import judge
from bench.model.run import Run
from bench.model.verdict import Outcome, Verdict
from tests.analyse.builders import DJANGO, FASTAPI, FRAMEWORKS, make_run
from tests.analyse.test_scaling import LEVELS, workers_run
from tests.experiments import scaling_run


GOOD = dict.fromkeys(LEVELS, 1000.0)
HALF = GOOD | {256: 500.0}
NEAR = GOOD | {256: 800.0}


def verdict(run: Run) -> Verdict:
    """The verdict on the article's word."""
    one = next(c for c in load_claims() if c.id == "fastapi-scales")
    return judge([one], analyse(run), run.record.plan, FRAMEWORKS)[0]


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


def test_what_keeps_its_throughput_and_gains_from_workers_is_supported() -> None:
    """Both workloads and the workers: three parts hold."""
    found = verdict(both(scaling_run({FASTAPI: GOOD}), workers_run(1.0)))
    assert found.outcome is Outcome.SUPPORTED
    assert "(3 of 3 parts hold)" in found.because


def test_without_processors_for_workers_the_rest_decides_and_says_so() -> None:
    """Two parts, and the words say what was not tested."""
    found = verdict(scaling_run({FASTAPI: GOOD}))
    assert found.outcome is Outcome.SUPPORTED and "(2 of 2" in found.because
    assert ", more workers not tested" in found.because.split(": ")[0]
    assert "more workers were not tested" in found.because
    assert "not tested" in {f.value for f in found.findings}


def test_half_of_the_best_refutes_it() -> None:
    """All of the interval below 80 %."""
    found = verdict(scaling_run({FASTAPI: HALF}))
    assert found.outcome is Outcome.REFUTED
    assert "below 80 %" in found.because


def test_workers_that_bring_little_refute_it() -> None:
    """Two workers with the throughput of one and a tenth."""
    found = verdict(both(scaling_run({FASTAPI: GOOD}), workers_run(0.55)))
    assert found.outcome is Outcome.REFUTED
    assert "2 workers" in found.because


def test_at_the_line_it_stays_open() -> None:
    """80 % kept: the interval holds the line."""
    found = verdict(scaling_run({FASTAPI: NEAR}, noise=0.1))
    assert found.outcome is Outcome.INCONCLUSIVE


def test_others_are_beside_it_and_do_not_decide() -> None:
    """Another framework that collapses changes nothing of the verdict."""
    found = verdict(scaling_run({FASTAPI: GOOD, DJANGO: HALF}))
    assert found.outcome is Outcome.SUPPORTED
    assert "Django keeps" in found.because
    assert {f.subject for f in found.findings if f.outcome} == {FASTAPI}


def test_a_run_without_it_says_what_to_run() -> None:
    """Neither the experiment, nor the subject in it."""
    assert "bench run --profile scaling" in verdict(make_run()).because
    other = verdict(scaling_run({DJANGO: GOOD}))
    assert other.outcome is Outcome.NOT_TESTED


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
    assert any("near its own limit" in f.because for f in found.findings)


def test_fewer_than_six_rounds_decide_nothing() -> None:
    """Forced open by the run's own check."""
    run = scaling_run({FASTAPI: GOOD})
    found = verdict(replace(run, ends=run.ends[:4]))
    assert found.outcome is Outcome.INCONCLUSIVE and found.forced
