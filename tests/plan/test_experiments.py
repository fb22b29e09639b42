"""Experiments in the plan: blocks of their own, in the first rounds, with their own targets."""

from collections import Counter
from dataclasses import replace

from bench.model.framework import Role
from bench.model.load import Basis, Load, Surge, experiment_of
from bench.plan.duration import duration, windows_in
from bench.plan.make import TakingPart, with_experiments
from bench.plan.schedule import Block, blocks, boot_order, volley_order
from bench.workloads import WORKLOADS
from tests.builders import plan, target
from tests.experiments import experiment, small


def test_an_experiment_is_a_block_of_its_own() -> None:
    """Its cells never share a block, and so no cycle, with the headline's of the same workload."""
    this = small(experiment(workloads=("hello",)))
    found = list(blocks(this, 1))
    assert sorted((b.experiment, b.workload) for b in found) == [
        ("", "hello"),
        ("turns", "hello"),
    ]
    for block in found:
        names = {c.load.experiment for cells in block.cycles for c in cells}
        assert names == {block.experiment}


def test_every_level_is_visited_once_in_each_cycle() -> None:
    """All clients of all targets in one shuffled cycle."""
    this = small(experiment(cycles=3))
    block = next(b for b in blocks(this, 1) if b.experiment)
    assert len(block.cycles) == 3
    for cells in block.cycles:
        found = Counter((cell.target, cell.load.clients) for cell in cells)
        assert len(found) == 4 and set(found.values()) == {1}


def test_blocks_of_experiments_come_after_the_headline() -> None:
    """What an experiment does to a server is not there when the headline is measured."""
    this = small(experiment(rounds=40), workloads=("hello", "json"), looks=(40,))
    orders = [list(blocks(this, number)) for number in range(1, 41)]

    assert {tuple(b.experiment for b in order) for order in orders} == {
        ("", "", "turns")
    }
    assert len({tuple(b.workload for b in order[:2]) for order in orders}) == 2


def test_an_experiment_ends_before_the_run_may() -> None:
    """Beyond its rounds neither its blocks nor the servers that only it needs."""
    alone = target("gamma", role=Role.ABLATION)
    this = small(experiment(rounds=2), looks=(3,))
    cells = [replace(c, target=alone.id) for c in this.cells if c.load.experiment]
    this = replace(this, targets=(*this.targets, alone), cells=(*this.cells, *cells))
    assert alone.id in boot_order(this, 2)
    assert alone.id not in boot_order(this, 3)
    assert [b.experiment for b in blocks(this, 3)] == [""]


def test_another_experiment_leaves_the_headline_order_alone() -> None:
    """The cycles of the headline are drawn from their own stream."""
    plain, more = plan(cycles=4), small(cycles=4)
    headline = next(b for b in blocks(more, 1) if not b.experiment)
    assert headline.cycles == next(iter(blocks(plain, 1))).cycles


def test_only_targets_that_the_experiment_needs_are_added() -> None:
    """A target that serves none of its workloads is not started; one in both is entered once."""
    this = plan()
    both, deaf = this.targets[0], target("deaf", workloads=("hello",))
    part = TakingPart(experiment(), (both, target("gamma"), deaf), (WORKLOADS["wait"],))
    found = with_experiments(this, [part])
    assert [t.framework for t in found.targets] == ["alpha", "beta", "gamma"]
    assert Counter(c.target for c in found.cells if c.load.experiment) == {
        both.id: 2,
        "gamma@1.0/server": 2,
    }


def test_the_duration_counts_what_each_round_plays() -> None:
    """Rounds with the experiment are longer by its windows, its warm-up and its volleys."""
    plain, more = plan(looks=(3,)), small(experiment(rounds=2), looks=(3,))
    assert windows_in(more, 3) - windows_in(plain, 3) == 2 * 2 * 2
    longer = duration(more).longest_s - duration(plain).longest_s
    windows_s = 2 * 4 * (1.0 + 0.08)
    assert longer > windows_s
    volleys = small(experiment(rounds=2, at_once=8), looks=(3,))
    assert duration(volleys).longest_s > duration(more).longest_s


def test_warm_up_is_the_experiments_own_and_for_each_worker() -> None:
    """What is asked for it, else what the profile asks; times the target's own workers."""
    this = small(warmup_requests=10)
    cell = next(c for c in this.cells if c.load.experiment)
    assert this.warmup_requests(cell) == 10
    less = small(experiment(warmup_requests=3), warmup_requests=10)
    assert less.warmup_requests(cell) == 3
    four = replace(less, targets=tuple(replace(t, workers=4) for t in less.targets))
    assert four.warmup_requests(cell) == 12
    headline = next(c for c in less.cells if not c.load.experiment)
    assert less.warmup_requests(headline) == 10


def test_loads_of_an_experiment_are_told_by_their_name() -> None:
    """Also by an older reader that knows the name alone."""
    load = Load(8, 0.0, 1.0, experiment="turns")
    assert (load.name, experiment_of(load.name)) == ("turns.closed-8", "turns")
    assert experiment_of(Load(8, 0.0, 1.0).name) == ""


def test_volleys_have_an_order_of_their_own_in_each_round() -> None:
    """The same again for the same round, another in other rounds, everyone once."""
    this = small(None, "alpha", "beta", "gamma", "delta")
    names = [t.id for t in this.targets]
    block = Block("wait", (), experiment="turns")
    assert volley_order(this, 1, block, names) == volley_order(this, 1, block, names)
    orders = {volley_order(this, number, block, names) for number in range(1, 9)}
    assert len(orders) > 4
    assert all(sorted(order) == sorted(names) for order in orders)


def test_processes_are_those_that_the_command_asks_for() -> None:
    """A server whose command has no number of workers has one process."""
    this = replace(plan(), workers=4)
    one = target("alpha", serve=("serve",))
    many = target("beta", serve=("serve", "--workers={workers}"))
    own = target("gamma", serve=("serve", "--workers={workers}"), workers=2)
    this = replace(this, targets=(one, many, own))
    assert [this.processes(t.id) for t in this.targets] == [1, 4, 2]


def test_a_capacity_stands_before_and_after_every_open_window() -> None:
    """Of the same target, next to it; each closed window has a number of its own, and all are planned."""
    load = Load(4, 0.0, 1.0, experiment="stress")
    opened = [
        replace(load, clients=64, basis=Basis.OWN, share=share) for share in (0.5, 1.1)
    ]
    surge = replace(opened[0], share=0.3, surge=Surge(5.0, 0.25, 0.5))
    asked = replace(
        experiment(
            "stress", loads=(load, *opened, surge), workloads=("hello",), cycles=2
        ),
        capacity_around=True,
    )
    this = small(asked, "alpha", "beta", "gamma")
    (block,) = (each for each in blocks(this, 1) if each.experiment)
    turns = block.open_turns
    for at, turn in enumerate(turns):
        if turn.cell.load.is_open:
            for beside in (turns[at - 1], turns[at + 1]):
                assert beside.cell.target == turn.cell.target
                assert not beside.cell.load.is_open
    closed = [t for t in turns if not t.cell.load.is_open]
    for cell in {t.cell for t in closed}:
        # Two at the beginning, then 3 open windows with 4 around, and 2 with 3.
        own = sorted(t.number for t in closed if t.cell == cell)
        assert own == list(range(3, this.windows(cell) + 1)) == list(range(3, 10))
