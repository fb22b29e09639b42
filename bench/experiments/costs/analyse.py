"""
What a request costs in CPU time, and what it is made of.

A difference is what one thing adds to another. Costs are read from the windows
of an experiment, or from those of the headline. Where the bare server answers
a workload itself, its cost is the server's share and the remainder the
framework's. Where it does not, what it cost on the cheapest workload stands
for it, and so does the framework's share there: the labels say so. What a
validator or a database layer costs is the contestant's cost less that of the
ablation which isolates it. Everything else is the rest; its label names what
else is in it.

Frameworks with the database layer taken away are compared with each other:
each stands on its usual driver, with SQL by hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

from bench.analyse.comparisons import (
    Doubts,
    Pair,
    comparison_of,
    connections_apart,
    floor_of,
    paired,
    ratios,
)
from bench.analyse.experiments import Analyse, Analysed
from bench.analyse.metrics import CPU, THROUGHPUT
from bench.analyse.warning_rules import DISTURBED
from bench.analyse.windows import (
    Trials,
    Windows,
    rate_in_doubt_is_void,
)
from bench.experiments.costs.model import LAYERS, VALIDATORS, Breakdown, Cost, Share
from bench.model.estimate import Comparison, Estimate
from bench.model.framework import CostPart, Role, Target
from bench.model.plan import Plan
from bench.stats import interval


TOLL = "hello"
"""The workload that does nothing: what every request pays."""

EXPERIMENTS: Mapping[CostPart, str] = {
    CostPart.DATABASE: LAYERS,
    CostPart.VALIDATION: VALIDATORS,
}
"""The experiment that tells each part, by its name in profiles.toml."""


def source(trials: Trials, experiment: str) -> Windows:
    """The windows of an experiment if the run played it, else the headline's: longer profiles hold the same targets there."""
    played = trials.played(experiment)
    return played if played and played.cells else trials


def cpu_us(windows: Windows, target: str, workload: str) -> dict[int, float]:
    """CPU time per request of the rounds that were measured; empty if there is no such cell."""
    row = windows.measured(windows.closed(target, workload), CPU)
    return {n: us for n, us in zip(windows.rounds, row, strict=True) if us is not None}


def costs(trials: Trials, doubts: Doubts) -> Iterator[Cost]:
    """What every contestant adds to its bare server; then every layer and validator."""
    yield from _own_shares(trials, doubts)
    for part, experiment in EXPERIMENTS.items():
        yield from _of_part(trials.plan, source(trials, experiment), part)


def _own_shares(trials: Trials, doubts: Doubts) -> Iterator[Cost]:
    for workload in trials.workloads:
        for target in of_role(trials.plan, Role.CONTESTANT):
            floor = floor_of(trials.plan, target)
            if floor and trials.closed(floor.id, workload):
                apart = connections_apart(doubts, Pair(target, floor), workload)
                part = CostPart.FRAMEWORK
                yield cost(trials, workload, target.id, floor.id, part, apart)


def _of_part(plan: Plan, windows: Windows, part: CostPart) -> Iterator[Cost]:
    changed = [
        ablation for ablation in of_role(plan, Role.ABLATION) if varies(ablation, part)
    ]
    cells = sorted(windows.closed_cells)
    if {target for target, _ in cells}.isdisjoint(ablation.id for ablation in changed):
        return
    for workload in dict.fromkeys(workload for _, workload in cells):
        for target in (*of_role(plan, Role.CONTESTANT), *changed):
            if windows.closed(target.id, workload):
                yield cost(windows, workload, target.id)
        for ablation in changed:
            contestant = contestant_of(plan, ablation)
            if contestant and windows.closed(ablation.id, workload):
                yield cost(windows, workload, contestant.id, ablation.id, part)


def varies(target: Target, part: CostPart) -> bool:
    """Whether this part is what an ablation changes."""
    named = target.validator if part is CostPart.VALIDATION else target.layer
    return named is not None


def isolating(plan: Plan, contestant: Target, part: CostPart) -> Target | None:
    """The ablation whose cost, taken from the contestant's, leaves this part."""
    for ablation in of_role(plan, Role.ABLATION):
        if ablation.isolates == part and contestant_of(plan, ablation) == contestant:
            return ablation
    return None


def contestant_of(plan: Plan, ablation: Target) -> Target | None:
    """The contestant that an ablation changes one thing of."""
    for contestant in of_role(plan, Role.CONTESTANT):
        if contestant.same_release(ablation):
            return contestant
    return None


def of_role(plan: Plan, role: Role) -> list[Target]:
    """The plan's targets of a role, in its order."""
    return [target for target in plan.targets if target.role is role]


def cost(
    windows: Windows,
    workload: str,
    target: str,
    less: str | None = None,
    part: CostPart | None = None,
    void: str | None = None,
) -> Cost:
    """What a request costs a target, or what it spends more than another one, by round."""
    values = cpu_us(windows, target, workload)
    if less is not None:
        values = _less(values, cpu_us(windows, less, workload))
    rounds = tuple(values.get(number) for number in windows.rounds)
    if not windows.disturbed.isdisjoint({(target, workload), (less, workload)}):
        void = void or DISTURBED
    return Cost(
        target,
        less,
        part,
        workload,
        windows.name,
        mean(rounds, windows.level),
        rounds,
        void,
    )


def mean(rounds: Sequence[float | None], level: float) -> Estimate | None:
    """The mean with its interval; None below two rounds."""
    return interval.mean(rounds, level, interval.arithmetic_mean)


@dataclass(frozen=True)
class _Piece:
    part: CostPart
    label: str
    values: Mapping[int, float]  # microseconds by round
    of: Windows | None = None  # whose levels are its own; None: the headline's


def breakdowns(trials: Trials) -> Iterator[Breakdown]:
    """Of every contestant on every workload of which at least one part can be told."""
    sources = {part: source(trials, name) for part, name in EXPERIMENTS.items()}
    for workload in trials.workloads:
        pieces = [
            (target, list(_pieces(trials, sources, target, workload)))
            for target in of_role(trials.plan, Role.CONTESTANT)
        ]
        told_apart = {piece.part for _, own in pieces for piece in own}
        for target, own in pieces:
            breakdown = _breakdown(trials, target, workload, own, told_apart)
            if breakdown is not None:
                yield breakdown


def _pieces(
    trials: Trials,
    sources: Mapping[CostPart, Windows],
    target: Target,
    workload: str,
) -> Iterator[_Piece]:
    pieces = (
        *_server_and_framework(trials, target, workload),
        *_isolated(trials, sources, target, workload),
    )
    yield from (piece for piece in pieces if len(piece.values) >= 2)


def _server_and_framework(
    trials: Trials, target: Target, workload: str
) -> Iterator[_Piece]:
    floor = floor_of(trials.plan, target)
    if floor is None:
        return
    own = cpu_us(trials, floor.id, workload)
    if own:
        yield _Piece(CostPart.SERVER, "bare server", own)
        return  # the framework's share is what is left
    bare = cpu_us(trials, floor.id, TOLL)
    toll = cpu_us(trials, target.id, TOLL)
    if bare and toll:
        yield _Piece(CostPart.SERVER, f"bare server, as on {TOLL}", bare)
        label = f"framework, as on {TOLL}"
        yield _Piece(CostPart.FRAMEWORK, label, _less(toll, bare))


def _isolated(
    trials: Trials, sources: Mapping[CostPart, Windows], target: Target, workload: str
) -> Iterator[_Piece]:
    for part, windows in sources.items():
        ablation = isolating(trials.plan, target, part)
        if ablation is None:
            continue
        values = _less(
            cpu_us(windows, target.id, workload),
            cpu_us(windows, ablation.id, workload),
        )
        yield _Piece(part, _label(part, target, ablation), values, windows)


def _label(part: CostPart, target: Target, ablation: Target) -> str:
    if part is CostPart.VALIDATION:
        return f"validation: {target.validator} above {ablation.validator}"
    return f"database layer: {target.layer} above {ablation.layer}"


def _breakdown(
    trials: Trials,
    target: Target,
    workload: str,
    pieces: list[_Piece],
    told_apart: set[CostPart],
) -> Breakdown | None:
    whole = cpu_us(trials, target.id, workload)
    numbers = [n for n in whole if all(n in piece.values for piece in pieces)]
    # An experiment ends with a round fixed beforehand: its rounds are looked at once.
    levels = [piece.of.level for piece in pieces if piece.of and piece.of.experiment]
    level = levels[0] if levels else trials.level
    total = mean([whole[n] for n in numbers], level)
    if total is None or not pieces:
        return None
    left = {n: whole[n] - sum(p.values[n] for p in pieces) for n in numbers}
    parts = {piece.part for piece in pieces}
    last = CostPart.FRAMEWORK if _leaves_framework(parts) else CostPart.REST
    pieces = [*pieces, _Piece(last, _rest(parts, told_apart), left)]
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


def _rest(parts: set[CostPart], told_apart: set[CostPart]) -> str:
    """The name of what is left: with what it holds that others' bars show apart."""
    if _leaves_framework(parts):
        return "framework and application"
    names = []
    if CostPart.SERVER not in parts:
        names.append("server")
    if CostPart.FRAMEWORK not in parts:
        names.append("framework")
    if CostPart.VALIDATION in told_apart - parts:
        names.append("validation")
    if CostPart.DATABASE in told_apart - parts:
        names.append("database layer")
    return ", ".join([*names, "rest"])


def _less(more: Mapping[int, float], less: Mapping[int, float]) -> dict[int, float]:
    return {n: more[n] - less[n] for n in more if n in less}


def layer_comparisons(trials: Trials, doubts: Doubts) -> Iterator[Comparison]:
    """Throughput and CPU time of every ordered pair of them, workload by workload."""
    newest = {t.framework: t for t in of_role(trials.plan, Role.CONTESTANT)}
    isolated = [isolating(trials.plan, t, CostPart.DATABASE) for t in newest.values()]
    own = [target for target in isolated if target]
    pairs = [Pair(*both) for both in permutations(own, 2)]
    windows = source(trials, EXPERIMENTS[CostPart.DATABASE])
    if windows is not trials:
        yield from _in_experiment(windows, pairs)
        return
    for workload in trials.workloads:
        present = trials.targets(workload)
        for measure in (THROUGHPUT, CPU):
            for pair in pairs:
                if all(target.id in present for target in pair):
                    yield comparison_of(trials, doubts, pair, workload, measure)


def _in_experiment(played: Windows, pairs: Sequence[Pair]) -> Iterator[Comparison]:
    sound = played.read_as(rate_in_doubt_is_void)
    for workload in played.workloads:
        for pair in pairs:
            ids = (pair.subject.id, pair.baseline.id)
            cells = [played.closed(target, workload) for target in ids]
            if not all(cells):
                continue
            ours, theirs = (sound.measured(cell, THROUGHPUT) for cell in cells)
            faster, name = ratios(ours, theirs), THROUGHPUT.metric.name
            yield paired(*ids, workload, name, faster, played.level)
            ours, theirs = (played.measured(cell, CPU) for cell in cells)
            cheaper, name = ratios(theirs, ours), CPU.metric.name
            disturbed = not played.disturbed.isdisjoint((i, workload) for i in ids)
            yield replace(
                paired(*ids, workload, name, cheaper, played.level),
                void=DISTURBED if disturbed else None,
            )


def _analysed(trials: Trials, doubts: Doubts) -> Analysed:
    played = [trials.played(name) for name in EXPERIMENTS.values()]
    return Analysed(
        {
            "costs": tuple(costs(trials, doubts)),
            "breakdowns": tuple(breakdowns(trials)),
        },
        # CPU time alone is read of them: a doubtful rate voids no window.
        tuple(windows for windows in played if windows is not None),
        comparisons=tuple(layer_comparisons(trials, doubts)),
    )


ANALYSE: Analyse = _analysed
