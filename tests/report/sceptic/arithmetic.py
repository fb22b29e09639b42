"""A sceptic's arithmetic: Student's t, Holm and outcomes, from numbers by round, with no code of the harness."""

from collections.abc import Callable, Iterator, Sequence
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
    group: str = ""  # what it belongs to

    @property
    def decides(self) -> bool:
        """Whether it is measured, not void, and has the rounds."""
        enough = all(held_value.rounds >= FEWEST_ROUNDS for held_value in self.held)
        return bool(self.held) and enough and not self.void

    @property
    def error(self) -> float:
        """Of one side of the interval."""
        return (1 - self.level) / 2


@dataclass(frozen=True)
class Again:
    """A claim judged a second time."""

    outcome: str
    states: tuple[tuple[str, str], ...] = ()  # of each group, in order
    outcomes: tuple[str, ...] = ()  # of everything that decides, in order
    strict: str | None = None


def judged_by_group(parts: Sequence[Part], untested: bool = False) -> Again:
    """
    All must hold, group by group.

    A group holds by the worst of its chances and fails by the best one, taken
    as many times as it has numbers; Holm over the groups, each way.
    """
    keys = list(dict.fromkeys(part.group for part in parts))
    if untested or not any(_told(part) for part in parts):
        states = tuple((key, "not measured") for key in keys)
        return Again("not tested", states, ("not tested",) * len(parts))
    own = {key: [part for part in parts if part.group == key] for key in keys}
    error = min(part.error for part in parts)
    up = holm([max(max(_good(part)) for part in own[key]) for key in keys])
    down = holm(
        [_least_of_all([p for part in own[key] for p in _bad(part)]) for key in keys]
    )
    held = {key for key, chance in zip(keys, up, strict=True) if chance < error}
    failed = {key for key, chance in zip(keys, down, strict=True) if chance < error}
    outcomes = _outcomes(parts, own, failed)
    if set(outcomes) == {"supported"}:
        held = set(keys)
    states = tuple((key, _state(key, own[key], held, failed)) for key in keys)
    outcome = _overall(outcomes, held, failed)
    strict = "refuted" if outcome == "depends" else outcome
    return Again(outcome, states, outcomes, strict if len(keys) > 1 else None)


def _overall(outcomes: Sequence[str], held: set[str], failed: set[str]) -> str:
    if set(outcomes) == {"supported"}:
        return "supported"
    if failed:
        return "depends" if held else "refuted"
    return "not tested" if "not tested" in outcomes else "inconclusive"


def _outcomes(
    parts: Sequence[Part], own: dict[str, list[Part]], failed: set[str]
) -> tuple[str, ...]:
    family = [_bad(part) for part in parts]
    after = iter(holm([chance for chances in family for chance in chances]))
    corrected = [min(next(after) for _ in chances) for chances in family]
    return tuple(
        _outcome(
            part, part.group in failed and (bad < part.error or _is_least(part, own))
        )
        for part, bad in zip(parts, corrected, strict=True)
    )


def _is_least(part: Part, own: dict[str, list[Part]]) -> bool:
    least = min(min(_bad(other_part)) for other_part in own[part.group])
    return min(_bad(part)) == least


def _outcome(part: Part, refuted: bool) -> str:
    if part.witness is not None:
        return part.witness
    if not _told(part):
        return "not tested"
    if part.decides and max(_good(part)) < part.error:
        return "supported"
    return "refuted" if part.decides and refuted else "inconclusive"


def _state(key: str, own: list[Part], held: set[str], failed: set[str]) -> str:
    if key in failed:
        return "fails"
    if key in held:
        return "holds"
    numbers = any(part.held or part.witness for part in own)
    return "open" if numbers and all(map(_told, own)) else "not measured"


def _told(part: Part) -> bool:
    """Whether there is anything to decide with, or a reason why there is not."""
    return bool(part.held) or part.void or part.witness is not None


def _least_of_all(chances: list[float]) -> float:
    return min(1.0, len(chances) * min(chances))


def _good(part: Part) -> list[float]:
    if part.witness is not None:
        return [0.0 if part.witness == "supported" else 1.0]
    if not part.decides:
        return [1.0]
    return [chance_above(held.ahead(held.line)) for held in part.held]


def _bad(part: Part) -> list[float]:
    if part.witness is not None:
        return [0.0 if part.witness == "refuted" else 1.0]
    # What could not be tested was planned all the same.
    if not part.decides:
        return [1.0]
    return [chance_below(held.ahead(held.line)) for held in part.held]


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
    corrected, least = [1.0] * len(chances), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, (len(chances) - rank) * chances[place]))
        corrected[place] = least
    return corrected


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
        (upper, other)
        for upper, other in zip(above, under, strict=True)
        if upper is not None and other is not None
    ]


def ratio(above: Row, under: Row, line: float, level: float) -> Part:
    """How many times the one is the other, by round."""
    values = [upper / other for upper, other in both(above, under) if upper and other]
    return Part((at_least(values, line),) if len(values) > 1 else (), level)


def intervals_of(node: Any) -> Iterator[tuple[Held, dict[str, Any]]]:
    """However deep, everything that has numbers by round and the interval that they gave."""
    if isinstance(node, dict):
        rounds = node.get("rounds", node.get("effective_rounds"))
        given = [node.get(name) for name in _NAMES]
        for estimate in given:
            if rounds and isinstance(estimate, dict):
                yield _as_averaged(node, rounds), estimate
    for child in node.values() if isinstance(node, dict) else node:
        if isinstance(child, dict | list):
            yield from intervals_of(child)


_NAMES = ("estimate", "advantage", "share", "gain", "rate_rps", "effective")


def _as_averaged(node: dict[str, Any], rounds: Row) -> Held:
    """What costs, less than something or in all, is averaged as it is, and so is what may be 0; all else by ratios."""
    measured = [value for value in rounds if value is not None]
    plain = "less" in node or min(measured) <= 0
    return below(measured, 1.0) if plain else at_least(measured, 1.0)
