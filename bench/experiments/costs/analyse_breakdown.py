"""
What a request is made of, told apart by what the run held beside the contestants.

Where the bare server answers the workload itself, its cost is the server's
share and the remainder the framework's. Where it does not, what it cost on the
cheapest workload stands for it, and so does the framework's share there: the
labels say so. What a validator or a database layer costs is the contestant's
cost less that of the ablation which isolates it. Everything else is the rest;
its label names what else is in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bench.analyse.pairs import floor_of
from bench.analyse.trials import Trials
from bench.experiments.costs.analyse_costs import (
    EXPERIMENTS,
    Source,
    headline,
    isolating,
    mean,
    of_role,
    source,
)
from bench.experiments.costs.model import Breakdown, Share
from bench.model.framework import CostPart, Role, Target
from bench.stats.looks import OVERALL


TOLL = "hello"
"""The workload that does nothing: what every request pays."""

type Rounds = Mapping[int, float]


@dataclass(frozen=True)
class _Piece:
    part: CostPart
    label: str
    values: Rounds  # microseconds by round
    experiment: str = ""


def breakdowns(trials: Trials) -> Iterator[Breakdown]:
    """Of every contestant on every workload of which at least one part can be told."""
    windows = headline(trials)
    sources = {part: source(trials, name) for part, name in EXPERIMENTS.items()}
    for workload in trials.workloads:
        pieces = [
            (target, list(_pieces(trials, windows, sources, target, workload)))
            for target in of_role(trials.plan, Role.CONTESTANT)
        ]
        told = {piece.part for _, found in pieces for piece in found}
        for target, found in pieces:
            whole = windows.by_round(target.id, workload)
            one = _breakdown(trials, target, workload, (whole, found, told))
            if one is not None:
                yield one


def _pieces(
    trials: Trials,
    windows: Source,
    sources: Mapping[CostPart, Source],
    target: Target,
    workload: str,
) -> Iterator[_Piece]:
    found = (
        *_server_and_framework(trials, windows, target, workload),
        *_isolated(trials, sources, target, workload),
    )
    yield from (piece for piece in found if len(piece.values) >= 2)


def _server_and_framework(
    trials: Trials, windows: Source, target: Target, workload: str
) -> Iterator[_Piece]:
    floor = floor_of(trials.plan, target)
    if floor is None:
        return
    own = windows.by_round(floor.id, workload)
    if own:
        yield _Piece(CostPart.SERVER, "bare server", own)
        return  # the framework's share is what is left
    bare = windows.by_round(floor.id, TOLL)
    toll = windows.by_round(target.id, TOLL)
    if bare and toll:
        yield _Piece(CostPart.SERVER, f"bare server, as on {TOLL}", bare)
        label = f"framework, as on {TOLL}"
        yield _Piece(CostPart.FRAMEWORK, label, _less(toll, bare))


def _isolated(
    trials: Trials, sources: Mapping[CostPart, Source], target: Target, workload: str
) -> Iterator[_Piece]:
    for part, windows in sources.items():
        ablation = isolating(trials.plan, target, part)
        if ablation is None:
            continue
        values = _less(
            windows.by_round(target.id, workload),
            windows.by_round(ablation.id, workload),
        )
        yield _Piece(part, _label(part, target, ablation), values, windows.experiment)


def _label(part: CostPart, target: Target, ablation: Target) -> str:
    if part is CostPart.VALIDATION:
        return f"validation: {target.validator} above {ablation.validator}"
    return f"database layer: {target.layer} above {ablation.layer}"


def _breakdown(
    trials: Trials,
    target: Target,
    workload: str,
    what: tuple[Rounds, list[_Piece], set[CostPart]],
) -> Breakdown | None:
    whole, pieces, told = what
    numbers = [n for n in whole if all(n in piece.values for piece in pieces)]
    played = any(piece.experiment for piece in pieces)
    # An experiment ends with a round fixed beforehand: its rounds are looked at once.
    level = 1 - OVERALL if played else trials.level
    total = mean([whole[n] for n in numbers], level)
    if total is None or not pieces:
        return None
    left = {n: whole[n] - sum(p.values[n] for p in pieces) for n in numbers}
    parts = {piece.part for piece in pieces}
    last = CostPart.FRAMEWORK if _leaves_framework(parts) else CostPart.REST
    pieces = [*pieces, _Piece(last, _rest(parts, told), left)]
    shares = []
    for piece in pieces:
        estimate = mean([piece.values[n] for n in numbers], level)
        assert estimate is not None, "as many rounds as the total has"
        shares.append(Share(piece.part, piece.label, estimate))
    order = list(CostPart)
    shares.sort(key=lambda share: order.index(share.part))
    return Breakdown(target.id, workload, total, tuple(shares))


def _leaves_framework(parts: set[CostPart]) -> bool:
    """Whether the bare server answered this very workload, and nothing else was told apart."""
    return parts == {CostPart.SERVER}


def _rest(parts: set[CostPart], told: set[CostPart]) -> str:
    """The name of what is left: with what it holds that others' bars show apart."""
    if _leaves_framework(parts):
        return "framework and application"
    names = []
    if CostPart.SERVER not in parts:
        names.append("server")
    if CostPart.FRAMEWORK not in parts:
        names.append("framework")
    if CostPart.VALIDATION in told - parts:
        names.append("validation")
    if CostPart.DATABASE in told - parts:
        names.append("database layer")
    return ", ".join([*names, "rest"])


def _less(more: Rounds, less: Rounds) -> dict[int, float]:
    return {n: more[n] - less[n] for n in more if n in less}
