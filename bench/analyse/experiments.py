"""What an experiment's analysis gives, and whether windows of it were left out."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.analyse import reasons
from bench.analyse.comparisons import Doubts
from bench.analyse.voids import Checked
from bench.analyse.windows import (
    Trials,
    Windows,
    rate_in_doubt_is_void,
)
from bench.model.estimate import Comparison
from bench.model.plural import plural
from bench.model.results import Check
from bench.model.warning import Scope


SPARED = f"none: {reasons.FEWEST_ROUNDS} rounds or more of every set-up are left"
MISSED = (
    f"a verdict that asks for {reasons.FEWEST_ROUNDS} rounds of these may stay open"
)


@dataclass(frozen=True, slots=True)
class Analysed:
    """What an experiment's `ANALYSE` gives, of the trials of a run and the doubts about its comparisons."""

    found: Mapping[str, Any]  # by field of results.json
    # Its windows as it reads them, asked whether each of them counts; none where
    # its own checks tell it.
    played: tuple[Windows, ...] = ()
    checks: tuple[Check, ...] = ()
    comparisons: tuple[Comparison, ...] = ()


type Analyse = Callable[[Trials, Doubts], Analysed]


def sound(trials: Trials, *names: str) -> tuple[Windows, ...]:
    """Those of these experiments that were played, without the windows whose rates are doubtful."""
    played = (trials.played(name) for name in names)
    return tuple(
        windows.read_as(rate_in_doubt_is_void)
        for windows in played
        if windows is not None
    )


def experiment_checks(laid_out: Sequence[Windows]) -> Iterator[Check]:
    """One for all of these, in the order in which they are played; nothing where none was."""
    played = {w.experiment.name: w for w in laid_out if w.experiment and len(w.rows)}
    if not played:
        return
    plan = next(iter(played.values())).plan
    order = [
        experiment.name
        for experiment in plan.profile.experiments
        if experiment.name in played
    ]
    left_out = [text for name in order if (text := _left_out(name, played[name]))]
    windows = sum(len(own.rows) for own in played.values())
    measured = "; ".join(left_out) or f"0 of {plural(windows, 'window')} void"
    spared = bool(left_out) and all(map(_enough, played.values()))
    yield Check(
        "experiments",
        "Every window of the experiments counts",
        measured,
        "0 windows void",
        not left_out,
        SPARED if spared else MISSED,
        measured,
        Scope.NOTE if spared else Scope.WINDOW,
    )


def why_most(windows: Sequence[Checked]) -> str | None:
    """The title of the reason that most of the void ones have; None where none is void."""
    why = Counter(
        finding.reason.title
        for checked in windows
        for finding in checked.findings
        if finding.reason.scope is Scope.WINDOW
    )
    return why.most_common(1)[0][0] if why else None


def _left_out(name: str, played: Windows) -> str:
    """How many are void and why most of them; empty if none is."""
    windows = [checked for trial in played.checked.values() for checked in trial]
    most = why_most(windows)
    if most is None:
        return ""
    void = int(played.rows["void"].sum())
    return f"{name}: {void} of {plural(len(windows), 'window')} void, {most.lower()}"


def _enough(played: Windows) -> bool:
    """Whether every cell keeps the rounds that a verdict asks for."""
    there = set(played.rows["cell"])
    return all(
        sum(bool(played.usable(cell, number)) for number in played.rounds)
        >= reasons.FEWEST_ROUNDS
        for cell in played.cells
        if cell.key in there
    )
