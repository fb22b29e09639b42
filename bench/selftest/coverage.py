"""
Whether intervals hold the truth as often as they say, by simulation.

Every kind of interval that a page prints, by the functions that make it, on
made data whose truth is known: normal rounds, heavy tails, and windows on a
machine that swings and stumbles.
"""

from collections.abc import Callable, Mapping

import numpy as np

from bench.selftest.result import SelfTestResult, SelfTestRow
from bench.stats import fieller, interval, looks, sketch
from bench.stats.interleaved import Floats, round_values
from bench.stats.unpaired import log_ratio_unpaired


SCHEDULE = (6, 9, 12, 16, 20)
TRUTH = 0.2  # in logs: 1.22 times
REQUESTS = 2000  # of an open loop in a round: twice as many as a p99 needs
_SLACK = 0.015  # heavy tails and a finite number of experiments may take so much

type Random = np.random.Generator
type Holds = Callable[[Random], bool]


def coverage(experiments: int, seed: int) -> SelfTestResult:
    """The share of `experiments` in which each kind of interval holds the truth."""
    rows = []
    for what, (nominal, holds) in KINDS.items():
        random = np.random.default_rng(seed)
        share = sum(holds(random) for _ in range(experiments)) / experiments
        noise = 3 * np.sqrt(nominal * (1 - nominal) / experiments)
        rows.append(
            SelfTestRow(
                what,
                experiments,
                share,
                nominal - _SLACK - noise,
                min(1.0, nominal + _SLACK + noise),
                f"{nominal:.2%} is meant",
            )
        )
    return SelfTestResult(
        "coverage",
        "How often does each kind of interval hold the truth?",
        tuple(rows),
    )


def _normal(random: Random, n: int) -> Floats:
    return random.normal(TRUTH, 0.05, n)


def _tails(random: Random, n: int) -> Floats:
    return np.asarray(TRUTH + 0.05 * random.standard_t(4, n))


def _windows(random: Random, n: int) -> Floats:
    """Ratios of a pair from windows on a machine that swings by 60 % and stumbles."""
    truth = np.array([TRUTH, 0.1, 0.0, 0.1])
    logs = []
    for _ in range(n):
        machine = random.normal(0, 0.5, (4, 1))
        steps = np.where(random.random((4, 4)) < 0.04, 0.7, 0.0)
        noise = random.normal(0, 0.015, 4) + random.normal(0, 0.05, (4, 4))
        values = round_values(truth + machine - steps + noise)
        logs.append(values[0] - values[2])
    return np.array(logs)


def _ratio(draw: Callable[[Random, int], Floats], n: int) -> Holds:
    def holds(random: Random) -> bool:
        estimate = interval.from_logs(draw(random, n), 0.95)
        return bool(estimate.low <= np.exp(TRUTH) <= estimate.high)

    return holds


def _paired(random: Random) -> bool:
    common = random.normal(0, 0.5, 6)
    subject = np.exp(common + TRUTH + random.normal(0, 0.03, 6))
    baseline = np.exp(common + random.normal(0, 0.03, 6))
    estimate = interval.log_ratio(list(subject), list(baseline), 0.95)
    return bool(estimate.low <= np.exp(TRUTH) <= estimate.high)


def _typical(random: Random) -> bool:
    estimate = interval.geometric_mean(list(np.exp(_normal(random, 6))), 0.95)
    return bool(estimate.low <= np.exp(TRUTH) <= estimate.high)


def _mean(random: Random) -> bool:
    estimate = interval.arithmetic_mean(list(random.normal(3.0, 1.0, 6)), 0.95)
    return bool(estimate.low <= 3.0 <= estimate.high)


def _p99s_ms(random: Random, factors: Floats) -> list[float]:
    """Each round's own p99 of exponential response times, by the sketch that runs store."""
    drawn = random.exponential(1e6, (len(factors), REQUESTS)) * factors[:, None]
    return [
        sketch.quantile_ns(sketch.sketch(row), 0.99) / 1e6
        for row in drawn.astype(np.int64)
    ]


def _p99(random: Random) -> bool:
    factors = np.exp(random.normal(0, 0.1, 6))
    estimate = interval.geometric_mean(_p99s_ms(random, factors), 0.95)
    return bool(estimate.low <= np.log(100) <= estimate.high)


def _p99_ratio(random: Random) -> bool:
    machine = random.normal(0, 0.3, 6)
    slow, fast = (
        _p99s_ms(random, np.exp(machine + shift + random.normal(0, 0.05, 6)))
        for shift in (TRUTH, 0.0)
    )
    estimate = interval.log_ratio(slow, fast, 0.95)
    return bool(estimate.low <= np.exp(TRUTH) <= estimate.high)


def _unpaired(random: Random) -> bool:
    """Two runs of different lengths and scatter, which share no round."""
    after, before = random.normal(TRUTH, 0.06, 7), random.normal(0, 0.02, 12)
    estimate = log_ratio_unpaired(list(after), list(before), 0.95)
    return bool(estimate.low <= np.exp(TRUTH) <= estimate.high)


def _differences(random: Random) -> bool:
    """How many times one difference is another, noise common to both in each round."""
    common = random.normal(0, 0.2, 6)
    less = 1.0 + common + random.normal(0, 0.15, 6)
    more = 1.5 + common + random.normal(0, 0.15, 6)
    estimate = fieller.ratio_of_means(list(more), list(less), 0.95)
    # None rules nothing out, the truth neither.
    return estimate is None or bool(estimate.low <= 1.5 <= estimate.high)


def _nine(random: Random) -> bool:
    estimate = interval.median_by_counting(list(random.exponential(1.0, 9)))
    return bool(estimate.low <= np.log(2) <= estimate.high)


def _one_look(random: Random) -> bool:
    estimate = interval.from_logs(_normal(random, 9), looks.level(SCHEDULE))
    return bool(estimate.low <= np.exp(TRUTH) <= estimate.high)


def _all_looks(schedule: tuple[int, ...]) -> Holds:
    level = looks.level(schedule)

    def holds(random: Random) -> bool:
        drawn = _normal(random, schedule[-1])
        estimates = [interval.from_logs(drawn[:n], level) for n in schedule]
        return all(
            estimate.low <= np.exp(TRUTH) <= estimate.high for estimate in estimates
        )

    return holds


KINDS: Mapping[str, tuple[float, Holds]] = {
    "ratio, 6 rounds, normal": (0.95, _ratio(_normal, 6)),
    "ratio, 6 rounds, heavy tails": (0.95, _ratio(_tails, 6)),
    "ratio, 20 rounds, heavy tails": (0.95, _ratio(_tails, 20)),
    "ratio from windows on a swinging machine": (0.95, _ratio(_windows, 6)),
    "ratio of two series, paired": (0.95, _paired),
    "typical value of a series": (0.95, _typical),
    "mean of a series that may hold zeros": (0.95, _mean),
    "p99 of an open loop, over rounds": (0.95, _p99),
    "ratio of two p99s, paired": (0.95, _p99_ratio),
    "ratio of two differences, paired (Fieller)": (0.95, _differences),
    "median of nine, by counting": (1 - 20 / 2**9, _nine),
    "one of five looks": (looks.level(SCHEDULE), _one_look),
    "all five looks together": (0.95, _all_looks(SCHEDULE)),
    "both looks of the standard profile": (0.95, _all_looks((10, 20))),
    "all four looks of the full profile": (0.95, _all_looks((7, 10, 14, 20))),
    "ratio of two runs, unpaired (Welch)": (0.95, _unpaired),
}
"""Each kind by name: its nominal level and one experiment."""
