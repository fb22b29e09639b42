"""Another number of rounds or clients, or other windows, than the profile has."""

from dataclasses import replace

import pytest

from bench.analyse.analysis import analyse
from bench.judge.results import no_verdicts
from bench.model.plan import Profile
from bench.model.run import Run
from bench.plan.make import AS_THE_PROFILE, Extent, with_extent
from bench.wording.reasons import no_verdicts_because
from tests.builders import plan, profile, record


QUICK = profile(looks=(3, 6), clients=4, measure_s=1.0)


def test_nothing_asked_changes_nothing() -> None:
    """Whoever says nothing has the profile."""
    assert with_extent(QUICK, AS_THE_PROFILE) == QUICK


@pytest.mark.parametrize(
    ("rounds", "looks", "verdicts"),
    [
        (2, (2,), False),
        (3, (3,), True),
        (5, (3, 5), True),
        (6, (3, 6), True),
        (9, (3, 6, 9), True),
    ],
)
def test_the_looks_before_the_last_round_stay(
    rounds: int, looks: tuple[int, ...], verdicts: bool
) -> None:
    """Fewer rounds than the first look has decide nothing."""
    found = with_extent(QUICK, Extent(rounds=rounds))
    assert (found.looks, found.verdicts) == (looks, verdicts)


def because(of: Profile) -> str | None:
    """Why a run of that profile gives no verdicts."""
    made = plan()
    run = Run(record(made), (), (), (), ())
    run = replace(run, record=replace(run.record, plan=replace(made, profile=of)))
    rounds = len(analyse(run).rounds)
    why = no_verdicts(of, rounds)
    return None if why is None else no_verdicts_because(why, of, rounds)


@pytest.mark.parametrize(
    ("asked", "below", "says"),
    [
        (Extent(clients=3), ("clients",), "Fewer clients than verdicts of the tiny"),
        (Extent(measure_s=0.5), ("measure_s",), "Shorter windows than"),
        (
            Extent(1, 1, 0.1),
            ("rounds", "clients", "measure_s"),
            "Fewer rounds and fewer clients and shorter windows than",
        ),
        (Extent(clients=8, measure_s=2.0), (), "0 complete rounds"),
    ],
)
def test_verdicts_are_withheld_below_what_they_need(
    asked: Extent, below: tuple[str, ...], says: str
) -> None:
    """The run keeps what was asked below the profile's own, and its page says so."""
    found = with_extent(QUICK, asked)

    assert (found.below, found.verdicts) == (below, not below)
    assert (because(found) or "").startswith(says)
