"""What each rule asks, for claims that no order of ratios can decide."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.experiments import parts
from bench.judge.context import JudgeContext
from bench.judge.question import Inquiry
from bench.model.verdict import Claim


type Asks = Callable[[JudgeContext, Claim, float], Inquiry]
"""The questions of a claim at a margin."""


@dataclass(frozen=True, slots=True)
class Questions:
    """The `QUESTIONS` of an experiment."""

    rules: Mapping[str, Asks]  # by the name that a claim's row gives
    # Rules of which a reader may want the verdict at other margins too, as of every order.
    at_other_margins: tuple[str, ...] = ()
    # What the engine decides beside the verdicts, by field of results.json.
    decided: Callable[[JudgeContext, Sequence[Claim]], Mapping[str, Any]] | None = None


def asks_of(rule: str) -> Asks:
    """The questions of a rule."""
    every = (part.rules[rule] for part in parts("questions") if rule in part.rules)
    asks: Asks = next(every)
    return asks


def at_other_margins(rule: str) -> bool:
    """Whether its verdict at other margins is of use."""
    return any(rule in part.at_other_margins for part in parts("questions"))


def decided(context: JudgeContext, claims: Sequence[Claim]) -> Mapping[str, Any]:
    """What the experiments found, with what was decided beside the verdicts."""
    results = dict(context.analysis.found)
    for part in parts("questions"):
        results |= part.decided(context, claims) if part.decided else {}
    return results
