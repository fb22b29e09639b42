"""A sceptic's arithmetic: Student's t, Holm and outcomes, from numbers by round, with no code of the harness."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import copysign, inf, isclose, log, sqrt
from statistics import fmean, stdev
from typing import Any

from scipy.special import stdtr, stdtrit


type Row = Sequence[float | None]
"""One number for each round; None: not measured."""

FEWEST_ROUNDS = 6
"""As every page says of its verdicts."""


@dataclass(frozen=True)
class Held:
    """One number for each round, held against a line."""

    line: float
    rounds: int
    ahead: Callable[[float], list[float]]  # above 0: the round is on the good side


def at_least(values: Sequence[float], line: float) -> Held:
    """More is better, and a ratio is what counts."""
    return Held(line, len(values), lambda at: [log(value / at) for value in values])


def at_most(values: Sequence[float], line: float) -> Held:
    """Less is better, and a ratio is what counts."""
    return Held(line, len(values), lambda at: [log(at / value) for value in values])


def below(values: Sequence[float], line: float) -> Held:
    """Less is better, and values may be 0."""
    return Held(line, len(values), lambda at: [at - value for value in values])


def times_as_much(pairs: Sequence[tuple[float, float]], line: float) -> Held:
    """Two differences: the first is more than `line` times the second."""
    return Held(line, len(pairs), lambda at: [more - at * less for more, less in pairs])


@dataclass(frozen=True)
class Part:
    """One thing that must hold; with several numbers, all of them."""

    held: tuple[Held, ...]  # none: not measured
    level: float = 0.95
    void: bool = False  # it may decide nothing
    witness: str | None = None  # an outcome that needs no statistics

    @property
    def decides(self) -> bool:
        """Whether it is measured, not void, and has the rounds."""
        enough = all(one.rounds >= FEWEST_ROUNDS for one in self.held)
        return bool(self.held) and enough and not self.void

    @property
    def error(self) -> float:
        """Of one side of the interval."""
        return (1 - self.level) / 2


def outcomes(parts: Sequence[Part]) -> list[str]:
    """Supported beyond the line; refuted before it, after Holm over everything; else open."""
    family = [_bad(part) for part in parts]
    bad = iter(holm([chance for each in family for chance in each]))
    return [
        _outcome(part, [next(bad) for _ in each])
        for part, each in zip(parts, family, strict=True)
    ]


def _bad(part: Part) -> list[float]:
    if part.decides:
        return [chance_below(held.ahead(held.line)) for held in part.held]
    # What could not be tested was planned all the same.
    return [1.0] * max(len(part.held), 0 if part.witness or part.void else 1)


def _outcome(part: Part, bad: Sequence[float]) -> str:
    if part.witness is not None:
        return part.witness
    if not part.held and not part.void:
        return "not tested"
    if not part.decides:
        return "inconclusive"
    good = [chance_above(held.ahead(held.line)) for held in part.held]
    if max(good) < part.error:
        return "supported"
    return "refuted" if min(bad) < part.error else "inconclusive"


def overall(found: Iterable[str]) -> str:
    """All must hold, so that one refuted refutes it."""
    every = list(found)
    for outcome in ("refuted", "not tested", "inconclusive"):
        if outcome in every:
            return outcome
    return "supported" if every else "not tested"


def chance_above(ahead: Sequence[float]) -> float:
    """How likely such rounds are if the truth is not above 0."""
    return float(stdtr(len(ahead) - 1.0, -_t(ahead)))


def chance_below(ahead: Sequence[float]) -> float:
    """How likely such rounds are if the truth is not below 0."""
    return float(stdtr(len(ahead) - 1.0, _t(ahead)))


def _t(ahead: Sequence[float]) -> float:
    mean, error = fmean(ahead), stdev(ahead) / sqrt(len(ahead))
    return mean / error if error else copysign(inf, mean)


def mean_and_interval(values: Sequence[float], level: float) -> list[float]:
    """The mean of the rounds, its low and its high."""
    mean, n = fmean(values), len(values)
    half = float(stdtrit(n - 1.0, (1 + level) / 2)) * stdev(values) / sqrt(n)
    return [mean, mean - half, mean + half]


def holm(chances: Sequence[float]) -> list[float]:
    """Each of them for the whole family: the least times all, the next times one fewer."""
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    found, least = [1.0] * len(chances), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, (len(chances) - rank) * chances[place]))
        found[place] = least
    return found


def gives(held: Held, estimate: dict[str, Any]) -> bool:
    """
    Whether these rounds give this interval.

    The point is the line that the mean lies on; a bound is the line at which
    the test turns.
    """
    error = (1 - estimate["level"]) / 2
    point, low, high = (estimate[name] for name in ("point", "low", "high"))
    if low == high:  # every round gave the same
        return point == low and set(held.ahead(point)) == {0.0}
    # Nearer than a millionth of the standard error: numbers are kept to twelve digits.
    on_point = abs(_t(held.ahead(point))) < 1e-6
    chances = sorted(chance_above(held.ahead(at)) for at in (low, high))
    turns = isclose(chances[0], error, rel_tol=1e-6)
    turns_back = isclose(1 - chances[1], error, rel_tol=1e-6)
    return on_point and turns and turns_back and held.rounds == estimate["n"]


def both(above: Row, under: Row) -> list[tuple[float, float]]:
    """The rounds that hold both."""
    return [
        (one, other)
        for one, other in zip(above, under, strict=True)
        if one is not None and other is not None
    ]


def ratio(above: Row, under: Row, line: float, level: float) -> Part:
    """How many times the one is the other, by round."""
    values = [one / other for one, other in both(above, under) if one and other]
    return Part((at_least(values, line),) if len(values) > 1 else (), level)


def intervals_of(found: Any) -> Iterator[tuple[Held, dict[str, Any]]]:
    """However deep, everything that has numbers by round and the interval that they gave."""
    if isinstance(found, dict):
        rounds = found.get("rounds", found.get("effective_rounds"))
        given = [found.get(name) for name in _NAMES]
        for estimate in given:
            if rounds and isinstance(estimate, dict):
                yield _as_averaged(found, rounds), estimate
    for child in found.values() if isinstance(found, dict) else found:
        if isinstance(child, dict | list):
            yield from intervals_of(child)


_NAMES = ("estimate", "advantage", "share", "gain", "rate_rps", "effective")


def _as_averaged(found: dict[str, Any], rounds: Row) -> Held:
    """What costs, less than something or in all, is averaged as it is, and so is what may be 0; all else by ratios."""
    known = [value for value in rounds if value is not None]
    plain = "less" in found or min(known) <= 0
    return below(known, 1.0) if plain else at_least(known, 1.0)
