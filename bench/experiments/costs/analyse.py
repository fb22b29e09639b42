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

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import permutations

from bench.analyse import reasons
from bench.analyse.comparisons import Doubts, comparison_of, connections_apart
from bench.analyse.experiments import (
    Analyse,
    Analysed,
    Played,
    lay_out_experiment,
    rates_in_doubt_are_void,
)
from bench.analyse.metrics import CPU, THROUGHPUT
from bench.analyse.paired import Row, paired, ratios
from bench.analyse.pairs import floor_of
from bench.analyse.trials import Trials
from bench.analyse.warning_rules import DISTURBED
from bench.experiments.costs.model import LAYERS, VALIDATORS, Breakdown, Cost, Share
from bench.model.estimate import Comparison, Estimate
from bench.model.framework import CostPart, Role, Target
from bench.model.plan import Cell, Plan
from bench.stats import interval
from bench.stats.looks import OVERALL


LEVEL = 1 - OVERALL
"""The experiment has one length, so it is looked at once."""

type _Rows = Callable[[str, str], Row]
"""By round, from target and workload."""

TOLL = "hello"
"""The workload that does nothing: what every request pays."""

type Rounds = Mapping[int, float]


@dataclass(frozen=True)
class Source:
    """CPU time per request of every target and workload that some windows hold, by round."""

    experiment: str  # "": the headline comparison
    level: float
    rounds: tuple[int, ...]
    cells: frozenset[tuple[str, str]]  # target and workload
    read: Callable[[str, str, int], float | None]
    disturbed: frozenset[tuple[str, str]] = frozenset()  # of the cells: decide nothing

    def void(self, targets: Iterable[str], workload: str) -> str | None:
        """Why costs of these targets decide nothing, if so."""
        cells = {(target, workload) for target in targets}
        return None if self.disturbed.isdisjoint(cells) else DISTURBED

    def by_round(self, target: str, workload: str) -> Mapping[int, float]:
        """Microseconds of the rounds that were measured; empty if there is no such cell."""
        if (target, workload) not in self.cells:
            return {}
        read = ((n, self.read(target, workload, n)) for n in self.rounds)
        return {number: value for number, value in read if value is not None}


def headline(trials: Trials) -> Source:
    """The closed loop that everything is compared in."""

    def read(target: str, workload: str, number: int) -> float | None:
        usable = trials.usable((target, workload, number), CPU)
        return CPU.of_round([c.window for c in usable]) if usable else None

    cells = frozenset(trials.cells)
    return Source("", trials.level, trials.rounds, cells, read, trials.disturbed)


def source(trials: Trials, experiment: str) -> Source:
    """The windows of an experiment if the run played it, else the headline's: longer profiles hold the same targets there."""
    played = lay_out_experiment(trials, experiment)
    if played is None or not played.cells:
        return headline(trials)
    return _of_experiment(played)


def _of_experiment(played: Played) -> Source:
    cells = {
        (cell.target, cell.workload): cell
        for cell in played.cells
        if not cell.load.is_open
    }

    def read(target: str, workload: str, number: int) -> float | None:
        windows = played.usable(cells[target, workload], number)
        return CPU.of_round(windows) if windows else None

    # It ends with a round that was fixed beforehand, so it is looked at once.
    name = played.experiment.name
    return Source(
        name,
        LEVEL,
        played.rounds,
        frozenset(cells),
        read,
        frozenset(cell for cell, own in cells.items() if _disturbed(played, own)),
    )


def _disturbed(played: Played, cell: Cell) -> bool:
    """Whether its CPU time may not be its own, in too many windows."""
    found = [c for n in played.rounds for c in played.checked.get((cell.key, n), ())]
    hit = sum(bool(checked.cpu_doubts) for checked in found)
    return hit > len(found) * reasons.VOID_SHARE


EXPERIMENTS: Mapping[CostPart, str] = {
    CostPart.DATABASE: LAYERS,
    CostPart.VALIDATION: VALIDATORS,
}
"""The experiment that tells each part, by its name in profiles.toml."""


def costs(trials: Trials, doubts: Doubts) -> Iterator[Cost]:
    """What every contestant adds to its bare server; then every layer and validator."""
    yield from _own_shares(trials, doubts)
    for part, experiment in EXPERIMENTS.items():
        yield from _of_part(trials.plan, source(trials, experiment), part)


def _own_shares(trials: Trials, doubts: Doubts) -> Iterator[Cost]:
    windows = headline(trials)
    for workload in trials.workloads:
        for target in of_role(trials.plan, Role.CONTESTANT):
            floor = floor_of(trials.plan, target)
            if floor and (floor.id, workload) in windows.cells:
                yield difference(
                    windows,
                    (target.id, floor.id),
                    workload,
                    CostPart.FRAMEWORK,
                    connections_apart(doubts, (target, floor), workload),
                )


def _of_part(plan: Plan, windows: Source, part: CostPart) -> Iterator[Cost]:
    changed = [each for each in of_role(plan, Role.ABLATION) if varies(each, part)]
    present = {target for target, _ in windows.cells}
    if present.isdisjoint(each.id for each in changed):
        return
    for workload in dict.fromkeys(work for _, work in sorted(windows.cells)):
        for target in (*of_role(plan, Role.CONTESTANT), *changed):
            if (target.id, workload) in windows.cells:
                yield whole(windows, target.id, workload)
        for ablation in changed:
            contestant = contestant_of(plan, ablation)
            if contestant and (ablation.id, workload) in windows.cells:
                pair = (contestant.id, ablation.id)
                yield difference(windows, pair, workload, part)


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
    for each in of_role(plan, Role.CONTESTANT):
        if (each.framework, each.version) == (ablation.framework, ablation.version):
            return each
    return None


def of_role(plan: Plan, role: Role) -> list[Target]:
    """The plan's targets of a role, in its order."""
    return [target for target in plan.targets if target.role is role]


def whole(windows: Source, target: str, workload: str) -> Cost:
    """All that a request costs."""
    values = windows.by_round(target, workload)
    return Cost(
        target,
        None,
        None,
        workload,
        windows.experiment,
        mean(list(values.values()), windows.level),
        tuple(values.get(number) for number in windows.rounds),
        windows.void([target], workload),
    )


def difference(
    windows: Source,
    pair: tuple[str, str],
    workload: str,
    part: CostPart,
    void: str | None = None,
) -> Cost:
    """What the first of the pair spends more than the second, by round."""
    first, second = (windows.by_round(each, workload) for each in pair)
    values = {n: first[n] - second[n] for n in first if n in second}
    return Cost(
        *pair,
        part,
        workload,
        windows.experiment,
        mean(list(values.values()), windows.level),
        tuple(values.get(number) for number in windows.rounds),
        void or windows.void(pair, workload),
    )


def mean(values: list[float], level: float) -> Estimate | None:
    """The mean with its interval; None below two rounds."""
    return interval.arithmetic_mean(values, level) if len(values) >= 2 else None


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
    level = LEVEL if played else trials.level
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


def layer_comparisons(trials: Trials, doubts: Doubts) -> Iterator[Comparison]:
    """Throughput and CPU time of every ordered pair of them, workload by workload."""
    newest = {t.framework: t for t in of_role(trials.plan, Role.CONTESTANT)}
    found = [isolating(trials.plan, t, CostPart.DATABASE) for t in newest.values()]
    pairs = list(permutations([target for target in found if target], 2))
    played = lay_out_experiment(trials, EXPERIMENTS[CostPart.DATABASE])
    if played is not None and played.cells:
        yield from _in_experiment(played, pairs)
        return
    for workload in trials.workloads:
        present = trials.targets(workload)
        for measure in (THROUGHPUT, CPU):
            for pair in pairs:
                if all(target.id in present for target in pair):
                    yield comparison_of(trials, doubts, pair, (workload, measure))


def _in_experiment(
    played: Played, pairs: list[tuple[Target, Target]]
) -> Iterator[Comparison]:
    cpu_time = source(played.trials, played.experiment.name)

    def cpu(target: str, workload: str) -> Row:
        known = cpu_time.by_round(target, workload)
        return [known.get(number) for number in cpu_time.rounds]

    rates = _rates(played)
    present = {(cell.target, cell.workload) for cell in played.cells}
    for workload in dict.fromkeys(cell.workload for cell in played.cells):
        for first, second in pairs:
            ids = (first.id, second.id)
            if not {(each, workload) for each in ids} <= present:
                continue
            ours, theirs = (rates(each, workload) for each in ids)
            known = ratios(ours, theirs)
            yield paired(ids, workload, THROUGHPUT.metric.name, known, LEVEL)
            ours, theirs = (cpu(each, workload) for each in ids)
            void = cpu_time.void(ids, workload)
            known = ratios(theirs, ours)
            cheaper = paired(ids, workload, CPU.metric.name, known, LEVEL)
            yield replace(cheaper, void=void)


def _rates(played: Played) -> _Rows:
    sound = rates_in_doubt_are_void(played)
    cells = {
        (cell.target, cell.workload): cell
        for cell in played.cells
        if not cell.load.is_open
    }

    def rates(target: str, workload: str) -> Row:
        windows = [sound.usable(cells[target, workload], n) for n in played.rounds]
        return [THROUGHPUT.of_round(each) if each else None for each in windows]

    return rates


def _analysed(trials: Trials, doubts: Doubts) -> Analysed:
    played = [lay_out_experiment(trials, name) for name in EXPERIMENTS.values()]
    return Analysed(
        {
            "costs": tuple(costs(trials, doubts)),
            "breakdowns": tuple(breakdowns(trials)),
        },
        # CPU time alone is read of them: a doubtful rate voids no window.
        tuple(one for one in played if one is not None),
        comparisons=tuple(layer_comparisons(trials, doubts)),
    )


ANALYSE: Analyse = _analysed
