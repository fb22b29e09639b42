"""Which targets are compared with which."""

from collections.abc import Iterator
from itertools import permutations, product
from typing import NamedTuple

from bench.model.framework import Role, Target
from bench.model.plan import Plan


class Pair(NamedTuple):
    """Two targets that are compared."""

    subject: Target
    baseline: Target


def pairs(plan: Plan) -> Iterator[Pair]:
    """Every ordered pair that is worth a ratio; the newest version of a framework is its last one in the plan."""
    contestants = _with_role(plan, Role.CONTESTANT)
    newest = {target.framework: target for target in contestants}
    yield from (
        pair
        for pair in map(Pair._make, permutations(contestants, 2))
        # Versions are compared with each other, frameworks at their newest.
        if pair.subject.framework == pair.baseline.framework
        or all(newest[target.framework] is target for target in pair)
    )
    yield from (
        Pair(twin, plan.target(twin.twin_of or ""))
        for twin in _with_role(plan, Role.TWIN)
        if twin.twin_of in {target.id for target in plan.targets}
    )
    floors = [(contestant, floor_of(plan, contestant)) for contestant in contestants]
    yield from (Pair(contestant, floor) for contestant, floor in floors if floor)
    yield from (
        Pair(ablation, contestant)
        for ablation, contestant in product(
            _with_role(plan, Role.ABLATION), newest.values()
        )
        if contestant.framework == ablation.framework
    )


def floor_of(plan: Plan, target: Target) -> Target | None:
    """The bare server under a target: the same deployment, else the same interface."""
    floors = [
        floor
        for floor in _with_role(plan, Role.FLOOR)
        if floor.interface == target.interface
    ]
    same = [floor for floor in floors if floor.deployment == target.deployment]
    return next(iter([*same, *floors]), None)


def _with_role(plan: Plan, role: Role) -> list[Target]:
    return [target for target in plan.targets if target.role is role]
