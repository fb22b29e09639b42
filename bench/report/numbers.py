"""
Numbers as a reader may have them: no digit that the interval does not carry.

The last printed digit is the first significant digit of the interval's half
width (the second, if the first is a 1, as rounding a 1 loses most): the habit
of metrology, where a figure and its uncertainty end at the same place.
Every function is tested on huge, tiny and empty intervals.
"""

from math import ceil, floor, isfinite, log10

from bench.model.estimate import Estimate


THIN = "\u00a0"
"""No-break space between a number and its unit."""

MOST_DECIMALS = 9


def decimals(estimate: Estimate) -> int:
    """The last decimal place that the interval resolves; negative means tens, hundreds."""
    half = (estimate.high - estimate.low) / 2
    if not isfinite(half) or half <= 0:
        return places_of(estimate.point, 3)
    exponent = floor(log10(half))
    resolved = -exponent + int(half < 2 * 10.0**exponent)
    # A very wide interval would round its own point to zero; show one digit.
    return max(resolved, min(places_of(estimate.point, 1), resolved + 3))


def number(value: float, places: int) -> str:
    """A number with thousands separators, rounded to `places`; never a false zero."""
    if not isfinite(value):
        return "unbounded"
    places = min(places, MOST_DECIMALS)
    rounded = round(value, places)
    if rounded == 0 and value != 0:
        least = f"{10.0**-places:,.{max(places, 0)}f}"
        return f"<{least}" if value > 0 else f">\u2212{least}"
    text = f"{abs(rounded):,.{max(places, 0)}f}"
    return f"\u2212{text}" if rounded < 0 else text


def span(estimate: Estimate) -> str:
    """The interval alone: "6,650 to 6,870"."""
    return _span(estimate, decimals(estimate))


def point(estimate: Estimate) -> str:
    """The point alone, rounded as its interval demands."""
    return number(estimate.point, decimals(estimate))


def with_interval(estimate: Estimate) -> str:
    """Point and interval: "6,760 (6,650 to 6,870)"."""
    places = decimals(estimate)
    return estimate.spelled(lambda value: number(value, places))


def ends(estimate: Estimate) -> str:
    """The interval beside a printed point: "10,100–10,700"."""
    return span(estimate).replace(" to ", "\u2013")


def ratio(estimate: Estimate, line: float | None = None) -> tuple[str, str]:
    """
    A ratio and its interval, as "2.16×" and "2.11 to 2.21".

    Digits are added where rounding would move a bound across 1 or across
    `line`: what is printed must give the verdict that was reached.
    """
    lines = (1.0,) if line is None else (1.0, line)
    places = max(decimals(estimate), 1)
    while places < MOST_DECIMALS and _moves_across(estimate, places, lines):
        places += 1
    return f"{number(estimate.point, places)}×", _span(estimate, places)


def times(estimate: Estimate) -> str:
    """The point of a ratio in a sentence: two significant digits at most."""
    places = min(decimals(estimate), places_of(estimate.point, 2))
    return number(estimate.point, places)


def at_least(value: float) -> str:
    """A lower bound in a sentence: two significant digits, rounded down; three for a lead that two would make none of."""
    for digits in (2, 3):
        places = places_of(value, digits)
        bound = floor(value * 10**places + 1e-9) / 10**places
        if bound > 1 or value <= 1:
            break
    return number(bound, places)


def percent(share: float) -> str:
    """A share as percent: 0.05 is "5 %", 0.9842 is "98.42 %"."""
    return f"{share * 100:.4g}{THIN}%"


def percent_up(share: float) -> str:
    """A share that is a bound: rounded away from zero, one decimal below 10 %."""
    places = 1 if share < 0.1 else 0
    scaled = ceil(round(100 * share * 10**places, 6)) / 10**places
    return f"{scaled:.{places}f}".removesuffix(".0") + f"{THIN}%"


def percent_span(ratio: Estimate) -> str:
    """By how much a ratio above 1 exceeds 1: "2 to 7 %"; a decimal where the interval is narrow."""
    low, high = 100 * (ratio.low - 1), 100 * (ratio.high - 1)
    places = 1 if high - low < 2 or round(low) == 0 else 0
    return f"{number(low, places)} to {number(high, places)}{THIN}%"


def times_span(estimate: Estimate) -> str:
    """The interval of a ratio before the word "times": "1.96 to 2.05"."""
    return ratio(estimate)[1]


def size(size_bytes: int) -> str:
    """A file's size in the unit that suits it."""
    if size_bytes < 1000:
        return f"{size_bytes}{THIN}B"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1000:,.1f}{THIN}kB"
    if size_bytes < 1_000_000_000:
        return f"{size_bytes / 1_000_000:,.1f}{THIN}MB"
    return f"{size_bytes / 1_000_000_000:,.1f}{THIN}GB"


def _span(estimate: Estimate, places: int) -> str:
    return f"{number(estimate.low, places)} to {number(estimate.high, places)}"


def places_of(value: float, digits: int) -> int:
    """The decimal place of the given significant digit of a value."""
    if value == 0 or not isfinite(value):
        return 0
    return digits - 1 - floor(log10(abs(value)))


def _moves_across(estimate: Estimate, places: int, lines: tuple[float, ...]) -> bool:
    bounds = [bound for bound in (estimate.low, estimate.high) if isfinite(bound)]
    return any(
        (bound > line) != (round(bound, places) > line)
        or (bound < line) != (round(bound, places) < line)
        for bound in bounds
        for line in lines
    )
