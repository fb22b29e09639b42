"""Whether intervals hold the truth as often as they say."""

import numpy as np
import pytest

from bench.stats import interval, looks
from bench.stats.interleaved import round_values


pytestmark = pytest.mark.slow
EXPERIMENTS = 4000
SCHEDULE = (6, 9, 12, 16, 20)


def holds(logs: np.ndarray, truth: float, level: float) -> bool:
    """Whether the interval of these rounds holds the truth."""
    found = interval.from_logs(logs, level)
    return bool(found.low <= np.exp(truth) <= found.high)


@pytest.mark.parametrize("n", [5, 7, 10, 15])
@pytest.mark.parametrize("noise", ["normal", "heavy tails"])
def test_a_95_percent_interval_covers_95_percent(n: int, noise: str) -> None:
    """Of 4000 simulated runs between 93 and 97 % hold the truth; heavy tails may add."""
    random = np.random.default_rng(n)
    shape = (EXPERIMENTS, n)
    drawn = (
        random.normal(0, 1, shape) if noise == "normal" else random.standard_t(4, shape)
    )
    covered = np.mean([holds(0.2 + 0.05 * row, 0.2, 0.95) for row in drawn])
    assert 0.93 < covered < (0.97 if noise == "normal" else 0.98)


def test_one_fixed_look_of_the_schedule_covers_98_percent() -> None:
    """Each look alone has its own level, 98.42 %."""
    random = np.random.default_rng(2)
    level = looks.level(SCHEDULE)
    covered = np.mean(
        [holds(row, 0.0, level) for row in random.normal(0, 0.05, (EXPERIMENTS, 9))]
    )
    assert 0.977 < covered < 0.991


@pytest.mark.parametrize("schedule", [SCHEDULE, (10, 20), (10, 14, 20)])
def test_all_looks_together_cover_95_percent(schedule: tuple[int, ...]) -> None:
    """In 95 % of the runs every one of the intervals holds the truth; the standard and full profiles' schedules, too."""
    random = np.random.default_rng(3)
    level = looks.level(schedule)
    covered = np.mean(
        [
            all(holds(row[:n], 0.0, level) for n in schedule)
            for row in random.normal(0, 0.05, (EXPERIMENTS, 20))
        ]
    )
    assert 0.94 < covered < 0.965


def test_looking_without_the_level_would_not() -> None:
    """The same looks at plain 95 % miss in more than a tenth of the runs: the test can fail."""
    random = np.random.default_rng(3)
    covered = np.mean(
        [
            all(holds(row[:n], 0.0, 0.95) for n in SCHEDULE)
            for row in random.normal(0, 0.05, (EXPERIMENTS, 20))
        ]
    )
    assert covered < 0.9


def test_interleaved_windows_on_a_swinging_machine_cover() -> None:
    """Machine swings of 60 % between cycles and steps within them leave 93 to 98 %."""
    random = np.random.default_rng(4)
    truth = np.array([0.2, 0.1, 0.0, 0.1])
    covered = 0
    for _ in range(1500):
        logs = []
        for _ in range(7):
            machine = random.normal(0, 0.5, (6, 1))
            steps = np.where(random.random((6, 4)) < 0.04, 0.7, 0.0)
            restart = random.normal(0, 0.015, 4)
            window = random.normal(0, 0.05, (6, 4))
            values = round_values(truth + machine - steps + restart + window)
            logs.append(values[0] - values[2])
        covered += holds(np.array(logs), 0.2, 0.95)
    assert 0.93 < covered / 1500 < 0.98
