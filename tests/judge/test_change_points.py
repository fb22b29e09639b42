"""Changes of level in the history of a machine: told as advice, with what differs there."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bench.judge.change_points import FEWEST, changes, long_enough, series_of
from bench.model.history import INSTRUCTIONS, KeptRun
from tests.kept_runs import FLASK, HERE, made_of, night, nights, point


def noisy(steps: Sequence[float], seed: int = 1, scatter: float = 0.005) -> list[float]:
    """Ratios about 0.5, times these steps."""
    random = np.random.default_rng(seed)
    return [0.5 * step * float(np.exp(random.normal(0, scatter))) for step in steps]


STEP = noisy([1.0] * 12 + [0.9] * 8)
"""Twelve nights, then ten per cent less."""


def test_a_step_is_found_dated_and_sized() -> None:
    """The thirteenth night is the first of the new level."""
    runs = nights(STEP)
    (found,) = changes(series_of(runs))
    assert (found.before.run, found.since.run) == (runs[11], runs[12])
    assert (found.runs_before, found.runs_since) == (12, 8)
    assert found.times == pytest.approx(0.9, rel=0.01)
    assert found.differs == ()
    assert not found.together


def test_runs_come_in_the_order_of_time() -> None:
    """However they are handed in."""
    runs = nights(STEP)
    assert changes(series_of(runs[::-1])) == changes(series_of(runs))


@pytest.mark.parametrize("metric", ["cpu", "throughput"])
def test_a_step_within_the_margin_is_let_pass(metric: str) -> None:
    """Two per cent are certain here, and smaller than what compare minds."""
    small = noisy([1.0] * 12 + [0.98] * 12, scatter=0.0005)
    assert changes(series_of(nights(small, metric=metric))) == ()
    large = noisy([1.0] * 12 + [0.94] * 12, scatter=0.0005)
    assert len(changes(series_of(nights(large, metric=metric)))) == 1


def test_what_may_not_decide_is_shown_and_not_tested() -> None:
    """Marked runs, void figures and missing ones: the step is theirs, and nothing is told."""
    plain = nights(STEP)
    marked = [
        *plain[:12],
        *(replace(run, decides_nothing="the twin") for run in plain[12:]),
    ]
    void = [*plain[:12], *nights(STEP, void="the generator")[12:]]
    missing = nights([*STEP[:12], *[None] * 8])
    for runs in (marked, void, missing):
        (series,) = series_of(runs)
        assert (len(series.entries), len(series.counted)) == (20, 12)
        assert changes([series]) == ()
    assert changes(series_of(plain))


def test_another_machine_begins_another_series() -> None:
    """The same step between two machines is none."""
    runs = [*nights(STEP)[:12], *nights(STEP, conditions="fedcba987654")[12:]]
    assert len(series_of(runs)) == 2
    assert changes(series_of(runs)) == ()


def test_too_short_a_series_is_not_tested() -> None:
    """Seven runs are no two levels, whatever they show."""
    short = series_of(nights([0.5] * 4 + [0.1] * (FEWEST - 5)))
    assert long_enough(short) == ()
    assert changes(short) == ()


def test_counts_are_exact_so_two_neighbours_decide() -> None:
    """Two per cent more instructions in the third run; half a per cent is let pass."""
    counts = nights([100_000, 100_400, 102_500, 102_500], metric=INSTRUCTIONS)
    (found,) = changes(series_of(counts))
    assert found.since.run == counts[2]
    assert found.times == pytest.approx(102_500 / 100_200, rel=1e-3)


def test_what_differs_there_is_named() -> None:
    """Packages of target and floor, the application, the code that measures; by version."""
    before = nights(STEP)[:12]
    after = [
        replace(run, targets=made_of("1.0.4", server="26.0"), measuring="n" * 64)
        for run in nights(STEP)[12:]
    ]
    (found,) = changes(series_of([*before, *after]))
    assert found.differs == (
        "flask 1.0.3 → 1.0.4",
        "the bare server's gunicorn 25.1 → 26.0",
        "the code that measures",
    )


def test_a_line_goes_on_in_the_next_version() -> None:
    """The target's id changes with its version; the step is dated across it."""
    newer = "flask@1.1/gunicorn-gthread"
    packages = tuple(
        replace(one, target=newer, version="1.1.0", packages={"flask": "1.1.0"})
        if one.target == FLASK
        else one
        for one in made_of()
    )
    after = [replace(run, targets=packages) for run in nights(STEP, target=newer)[12:]]
    (found,) = changes(series_of([*nights(STEP)[:12], *after]))
    assert found.differs[0] == "flask 1.0.3 → 1.1.0"


def several(stepping: int) -> list[KeptRun]:
    """Three workloads, so many of which step at the thirteenth night."""
    steady = [noisy([1.0] * 20, seed) for seed in (2, 3, 4)]
    stepped = [noisy([1.0] * 12 + [0.9] * 8, seed) for seed in (2, 3, 4)]
    series = [*stepped[:stepping], *steady[stepping:]]
    return [
        night(
            number + 1,
            [point(each[number], workload=f"w{i}") for i, each in enumerate(series)],
        )
        for number in range(20)
    ]


@pytest.mark.parametrize(("stepping", "together"), [(1, False), (2, True), (3, True)])
def test_a_change_of_most_series_is_said_to_be_one(
    stepping: int, together: bool
) -> None:
    """Then it is likely the machine: more than half of those of its conditions."""
    found = changes(series_of(several(stepping)))
    assert [each.together for each in found] == [together] * stepping
    assert {each.series.conditions for each in found} <= {HERE}


def test_a_machine_that_never_changed_is_rarely_said_to() -> None:
    """Six series of twenty nights, thirty machines: 5 % of the machines, so seven are one in a thousand."""
    random = np.random.default_rng(6)
    alarms = 0
    for _ in range(30):
        drawn = 0.5 * np.exp(random.normal(0, 0.05, (20, 6)))
        runs = [
            night(
                number,
                [point(float(x), workload=f"w{i}") for i, x in enumerate(values)],
            )
            for number, values in enumerate(drawn, 1)
        ]
        alarms += bool(changes(series_of(runs)))
    assert alarms <= 6
