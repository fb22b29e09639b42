"""Whether windows of the experiments were left out, and whether anybody misses them."""

from collections import Counter
from collections.abc import Iterator, Sequence

from bench.analyse import reasons
from bench.analyse.experiments import Played
from bench.model.plural import plural
from bench.model.results import Check
from bench.model.warning import Scope


SPARED = f"none: {reasons.FEWEST_ROUNDS} rounds or more of every set-up are left"
MISSED = (
    f"a verdict that asks for {reasons.FEWEST_ROUNDS} rounds of these may stay open"
)


def experiment_checks(laid_out: Sequence[Played]) -> Iterator[Check]:
    """One for all of these, in the order in which they are played; nothing where none was."""
    played = [one for one in laid_out if one.checked]
    if not played:
        return
    order = [one.name for one in played[0].trials.plan.profile.experiments]
    played.sort(key=lambda one: order.index(one.experiment.name))
    told = [text for one in played if (text := _told(one))]
    windows = sum(len(windows) for one in played for windows in one.checked.values())
    measured = "; ".join(told) or f"0 of {plural(windows, 'window')} void"
    spared = bool(told) and all(map(_enough, played))
    yield Check(
        "experiments",
        "Every window of the experiments counts",
        measured,
        "0 windows void",
        not told,
        SPARED if spared else MISSED,
        measured,
        Scope.NOTE if spared else Scope.WINDOW,
    )


def _told(played: Played) -> str:
    """How many are void and why most of them; empty if none is."""
    windows = [c for checked in played.checked.values() for c in checked]
    void = [c for c in windows if c.void]
    why = Counter(
        f.reason.title.lower()
        for c in void
        for f in c.findings
        if f.reason.scope is Scope.WINDOW
    )
    if not void:
        return ""
    most = why.most_common(1)[0][0]
    return f"{played.experiment.name}: {len(void)} of {plural(len(windows), 'window')} void, {most}"  # fmt: skip


def _enough(played: Played) -> bool:
    """Whether every cell keeps the rounds that a verdict asks for."""
    cells = {key for key, _ in played.checked}
    return all(
        sum(bool(played.usable(cell, number)) for number in played.rounds)
        >= reasons.FEWEST_ROUNDS
        for cell in played.cells
        if cell.key in cells
    )
