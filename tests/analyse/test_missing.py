"""What a run was asked for and did not measure."""

from dataclasses import replace

from bench.analyse.missing import Missing, missing, targets_of
from bench.model.run import Run
from bench.model.trial import Failure, RoundEnd, Window
from tests.builders import plan, record, tally, window


ALPHA, BETA = "alpha@1.0/server", "beta@1.0/server"
PLAN = plan(workloads=("hello", "json"))
ALL = tuple(
    window(target=target, workload=work)
    for target in (ALPHA, BETA)
    for work in ("hello", "json")
)


def run(windows: tuple[Window, ...], *failures: Failure) -> Run:
    """One complete round."""
    return Run(record(PLAN), (), windows, failures, (RoundEnd(1),))


def test_nothing_is_missing_from_a_whole_run() -> None:
    """Every target has a right answer on every workload; a failure of one round takes nothing away."""
    assert missing(run(ALL, Failure(2, BETA, None, "died"))) == ()


def test_a_target_without_a_window_is_missing_with_its_reason() -> None:
    """All of it, or the workloads that it failed on."""
    without_beta = run(ALL[:2], Failure(1, BETA, None, "did not start"))
    without_json = run(ALL[:3], Failure(1, BETA, "json", "said 500"))

    assert missing(without_beta) == (Missing(BETA, (), "did not start"),)
    assert missing(without_json) == (Missing(BETA, ("json",), "said 500"),)


def test_what_was_left_out_before_the_first_round_is_missing() -> None:
    """It is not in the plan any more, and was asked for."""
    left_out = run(ALL, Failure(0, "gamma@9/server", None, "no lock"))

    assert missing(left_out) == (Missing("gamma@9/server", (), "no lock"),)
    assert targets_of(left_out) == (ALPHA, BETA, "gamma@9/server")


def test_wrong_answers_and_unfinished_rounds_are_no_measurement() -> None:
    """A window in which nothing was answered rightly is as good as none."""
    wrong = replace(ALL[3], tally=tally(0, errors={"status 500": 9}))
    later = replace(ALL[3], round=2)

    for lost in (wrong, later):
        assert missing(run((*ALL[:3], lost))) == (Missing(BETA, ("json",), None),)
