"""The order of everything, from one seed, so that a plan can be repeated."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from random import Random

from bench.model.plan import Cell, Plan


@dataclass(frozen=True, slots=True)
class Turn:
    """One window of a round: a cell, and which of its windows this is (from 1)."""

    cell: Cell
    number: int


@dataclass(frozen=True, slots=True)
class Block:
    """
    One workload of a round: its cells cycle by cycle, each cycle in its own order.

    The open loops come after all closed ones, as these tell their rates; where
    the experiment asks for it, closed ones come around each of them, too.
    """

    workload: str
    cycles: tuple[tuple[Cell, ...], ...]
    open_turns: tuple[Turn, ...] = ()
    experiment: str = ""  # whose block it is; "": of the headline comparison


def hash_seed(plan: Plan, round_number: int, target: str) -> int:
    """
    PYTHONHASHSEED of one start, 1 to 2**32 - 1: another one for each target id of each round.

    A seed that all servers of a round share would be the same for a target and
    its twin, so that the twin could not show what hash seeds do.
    """
    return _random(plan, round_number, f"hash/{target}").randrange(1, 2**32)


def request_seed(plan: Plan, round_number: int) -> int:
    """The seed of the request bodies of the round; alike for every target."""
    return _random(plan, round_number, "requests").randrange(2**31)


def boot_order(plan: Plan, round_number: int) -> tuple[str, ...]:
    """The ids of the targets that the round needs, in the order in which they are started."""
    needed = {cell.target for cell in cells_of(plan, round_number)}
    return tuple(
        _shuffled(
            [target.id for target in plan.targets if target.id in needed],
            _random(plan, round_number, "boot"),
        )
    )


def cells_of(plan: Plan, round_number: int) -> tuple[Cell, ...]:
    """The cells of a round."""
    return tuple(cell for cell in plan.cells if plan.plays(cell, round_number))


def servers_up(plan: Plan, round_number: int) -> int:
    """How many servers are up at once in a round, if none fails."""
    return len({cell.target for cell in cells_of(plan, round_number)})


def blocks(plan: Plan, round_number: int) -> Iterator[Block]:
    """
    The workloads of a round in random order, with the order of every cycle.

    An experiment's workloads are blocks of their own, after all headline ones:
    what they do to a server (a model in its memory, a surge) must not be there
    when the headline is measured. Those with something beside them come last:
    its own block tells its rate.
    """
    cells = cells_of(plan, round_number)
    names = list(dict.fromkeys((c.load.experiment, c.workload) for c in cells))
    names = _shuffled(names, _random(plan, round_number, "workloads"))
    last = {(c.load.experiment, c.workload) for c in cells if c.load.beside}
    for experiment, name in sorted(
        names, key=lambda name: (bool(name[0]), name in last)
    ):
        own = [
            c for c in cells if (c.load.experiment, c.workload) == (experiment, name)
        ]
        closed = [cell for cell in own if not cell.load.is_open]
        purpose = f"{experiment}.{name}" if experiment else name
        yield Block(
            name,
            _cycles(plan, round_number, purpose, closed) if closed else (),
            tuple(_open_turns(plan, round_number, f"{purpose}/open", own)),
            experiment,
        )


def _open_turns(
    plan: Plan, round_number: int, purpose: str, own: Sequence[Cell]
) -> Iterator[Turn]:
    opened = [cell for cell in own if cell.load.is_open]
    if not opened:
        return
    turns = [
        [Turn(cell, number) for cell in cells]
        for number, cells in enumerate(_cycles(plan, round_number, purpose, opened), 1)
    ]
    experiment = plan.profile.experiment(opened[0].load.experiment)
    if experiment is not None and experiment.capacity_around:
        closed = {cell.target: cell for cell in own if not cell.load.is_open}
        yield from _with_capacities(turns, closed, experiment.cycles)
    else:
        yield from chain.from_iterable(turns)


def _with_capacities(
    cycles: Iterable[list[Turn]], closed: Mapping[str, Cell], before: int
) -> Iterator[Turn]:
    """
    The open windows with a closed one of the same target before and after each.

    Those of a target stand together in a cycle, so that each capacity is its
    neighbour's; `before` windows of each closed cell came earlier in the round.
    """
    counts = {target: count(before + 1) for target in closed}
    for turns in cycles:
        for target in dict.fromkeys(turn.cell.target for turn in turns):
            yield Turn(closed[target], next(counts[target]))
            for turn in turns:
                if turn.cell.target == target:
                    yield turn
                    yield Turn(closed[target], next(counts[target]))


def volley_order(
    plan: Plan, round_number: int, block: Block, targets: Iterable[str]
) -> tuple[str, ...]:
    """These targets in the order in which requests are sent to them at once."""
    purpose = f"{block.experiment}.{block.workload}/at once"
    return tuple(_shuffled(sorted(targets), _random(plan, round_number, purpose)))


def arrival_seed(plan: Plan, round_number: int, cell: Cell, cycle: int) -> int:
    """The seed of an open window's arrivals: another in each window, alike for every target."""
    purpose = f"arrivals/{cell.workload}/{cell.load.name}/{cycle}"
    return _random(plan, round_number, purpose).randrange(2**31)


def _cycles(
    plan: Plan, round_number: int, purpose: str, cells: Sequence[Cell]
) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        tuple(
            _shuffled(
                [cell for cell in cells if plan.cycles(cell) >= cycle],
                _random(plan, round_number, f"{purpose}/{cycle}"),
            )
        )
        for cycle in range(1, max(map(plan.cycles, cells)) + 1)
    )


def _random(plan: Plan, round_number: int, purpose: str) -> Random:
    # A stream of its own for each purpose: adding one does not change the others.
    return Random(f"{plan.seed}/{round_number}/{purpose}")


def _shuffled[Item](items: Sequence[Item], random: Random) -> list[Item]:
    return random.sample(items, len(items))
