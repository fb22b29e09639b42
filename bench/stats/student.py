"""
Student's t: its two tails and its quantiles.

The functions are those that scipy.stats.t calls. They are called directly,
because scipy.stats takes longer to load than a small command takes in all,
and a hundred times as long for each number.

Source: W. S. Gosset ("Student"), The probable error of a mean, 1908.
"""

from scipy.special import stdtr, stdtrit

from bench.stats.interleaved import Floats


def above(t_value: float, freedom: float) -> float:
    """The probability of a value above this one."""
    return float(stdtr(float(freedom), -t_value))


def below(t_value: float, freedom: float) -> float:
    """The probability of a value below this one."""
    return float(stdtr(float(freedom), t_value))


def all_above(t_values: Floats, freedom: float) -> list[float]:
    """The probability of a value above each of these."""
    return [float(p) for p in stdtr(float(freedom), -t_values)]


def quantile(probability: float, freedom: float) -> float:
    """The value below which so much of the distribution lies."""
    return float(stdtrit(float(freedom), probability))
