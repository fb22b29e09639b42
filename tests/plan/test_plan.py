"""The plan is complete, repeatable, and fair in its order."""

from collections import Counter
from dataclasses import replace

from bench.cli.run_options import RunOptions, plan_for
from bench.model.load import Basis, Load, Surge
from bench.model.plan import Experiment, Plan
from bench.plan.duration import duration
from bench.plan.make import TakingPart, with_experiments
from bench.plan.schedule import (
    Block,
    Turn,
    blocks,
    boot_order,
    hash_seed,
    request_seed,
)
from bench.workloads import WORKLOADS
from tests.builders import plan


def test_every_cell_is_visited_once_in_every_cycle() -> None:
    """A round visits each cell as often as the profile has cycles, never more."""
    this = plan("alpha", "beta", "gamma", workloads=("hello", "json"), cycles=3)
    for number in (1, 2, 5):
        visited = Counter(
            (cell.key, cycle)
            for block in blocks(this, number)
            for cycle, cells in enumerate(block.cycles)
            for cell in cells
        )
        assert len(visited) == 2 * 3 * 3
        assert set(visited.values()) == {1}


def test_the_same_seed_gives_the_same_order() -> None:
    """A plan can be repeated exactly."""
    this, same = plan(cycles=5), plan(cycles=5)

    assert list(blocks(this, 3)) == list(blocks(same, 3))
    assert boot_order(this, 3) == boot_order(same, 3)
    assert hash_seed(this, 3, "alpha") == hash_seed(same, 3, "alpha")
    assert request_seed(this, 3) == request_seed(same, 3)


def test_rounds_differ_in_order_and_seeds() -> None:
    """Order is drawn anew for each round, and a hash seed for each start."""
    this = plan("alpha", "beta", "gamma", "delta", cycles=4)

    orders = {tuple(next(iter(blocks(this, n))).cycles) for n in range(1, 9)}
    assert len(orders) > 4
    starts = [(n, target) for n in range(1, 9) for target in ("alpha", "alpha+again")]
    assert len({hash_seed(this, *start) for start in starts}) == 16
    assert len({boot_order(this, n) for n in range(1, 9)}) > 4


def test_no_target_is_favoured_by_position() -> None:
    """Over many rounds each target stands at each place equally often."""
    this = plan("alpha", "beta", "gamma", cycles=2)
    first = Counter(
        cycle[0].target
        for number in range(1, 301)
        for block in blocks(this, number)
        for cycle in block.cycles
    )

    # 600 draws of 3: 200 each, standard deviation 11.5; 50 is beyond 4 of them.
    assert all(abs(count - 200) < 50 for count in first.values())


def test_duration_grows_with_every_bound() -> None:
    """More rounds, cycles, seconds or targets take longer."""
    least = duration(plan())
    more = [
        duration(plan(looks=(3,))),
        duration(plan(cycles=3)),
        duration(plan(measure_s=2.0)),
        duration(plan("alpha", "beta", "gamma")),
    ]

    assert all(other.longest_s > least.longest_s for other in more)
    looking = duration(plan(looks=(2, 8)))
    assert looking.shortest_s == least.shortest_s < looking.longest_s


def test_a_surge_comes_once_and_the_rest_of_its_block_in_every_cycle() -> None:
    """It is long; and the order of everything else does not change for it."""
    pool = Load(64, 0.0, 1.0, basis=Basis.OWN, experiment="stress")
    loads = tuple(replace(pool, share=share) for share in (0.5, 1.1))
    surge = replace(pool, share=0.3, measure_s=4.0, surge=Surge(5.0, 1.0, 1.0))
    this = plan("alpha", "beta")

    def playing(*loads: Load) -> Plan:
        closed = Load(4, 0.0, 1.0, experiment="stress")
        asked = Experiment(
            "stress", "a test", ("*",), ("hello",), (closed, *loads), 2, 6
        )
        part = TakingPart(asked, this.targets, (WORKLOADS["hello"],))
        profile = replace(this.profile, experiments=(asked,))
        return with_experiments(replace(this, profile=profile), [part])

    def second(block: Block) -> list[Turn]:
        return [turn for turn in block.open_turns if turn.number == 2]

    whole = playing(*loads, surge)
    block = next(b for b in blocks(whole, 1) if b.experiment)
    seen = [
        Counter(t.cell.load.name for t in block.open_turns if t.number == number)
        for number in (1, 2)
    ]
    assert [found["stress.open-own-30-surge-150"] for found in seen] == [2, 0]
    assert [found["stress.open-own-110"] for found in seen] == [2, 2]
    without = next(b for b in blocks(playing(*loads), 1) if b.experiment)
    assert second(block) == second(without)
    assert duration(whole).round_s > duration(playing(*loads)).round_s + 2 * 4.0


def test_the_quick_profile_takes_ten_minutes_at_most() -> None:
    """By its plan, for the three that the article names: the time that `make bench` promises."""
    asked = RunOptions("quick", targets="django,flask,fastapi,floor")
    assert duration(plan_for(asked)).longest_s <= 600
