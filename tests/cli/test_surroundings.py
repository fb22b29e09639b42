"""The cheapest of tests/surroundings.py, which plays all of them: refused before anything starts, and one that runs."""

import pytest

from tests.surroundings import CASES, FAULT, play


CHEAP = {
    "a database with options in its address",
    "a database that does not answer",
    "BENCH_RUNS is a file",
    "BENCH_RUNS cannot be written",
}
RUNS = "other packages on PYTHONPATH"
BY_NAME = {case.name: case for case in CASES}


@pytest.mark.live
@pytest.mark.parametrize("name", [*sorted(CHEAP), RUNS])
def test_a_surrounding_is_right_or_refused_in_one_sentence(name: str) -> None:
    """With the status that the table says."""
    ended = play(BY_NAME[name])

    assert FAULT not in ended.err, ended.err


def test_every_surrounding_has_a_name_of_its_own() -> None:
    """At least thirty; refusals say by which sentence."""
    assert len(BY_NAME) == len(CASES) >= 30
    silent = {"a reader that goes at once"}
    assert not [
        c.name for c in CASES if c.status and not c.says and c.name not in silent
    ]
