"""From what was typed to a plan."""

import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.cli.places import CACHE, ROOT
from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import all_targets, select, twin, with_workers
from bench.configure.wishes import wish, with_versions
from bench.deploy.asked_locks import resolve
from bench.deploy.cores import pinning, spare
from bench.deploy.engine import Say
from bench.errors import AskedWrongly, unknown
from bench.model.framework import Framework, Target
from bench.model.plan import Plan
from bench.model.workload import Workload
from bench.plan.make import TakingPart, make_plan, serves, with_experiments
from bench.workloads import WORKLOADS, workload


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of `bench run`, as typed."""

    profile: str
    targets: str | None = None
    workloads: str | None = None
    engine: str = "local"
    engine_why: str = ""  # one line: which engine, and why this one
    seed: int | None = None
    command: str | None = None  # what a person typed, where it was not `bench run`
    claims: Path | None = None  # another table of claims than the project's
    wishes: tuple[str, ...] = ()  # versions beside the standing ones, as typed


def frameworks() -> tuple[Framework, ...]:
    """Every framework of the table."""
    return tuple(framework for framework, _ in load_frameworks().values())


def plan_for(asked: Asked, say: Say = lambda line: None) -> Plan:
    """The plan, or AskedWrongly with what exists instead; versions that were wished for are locked for it."""
    profiles, parity = load_profiles()
    if asked.profile not in profiles:
        raise unknown("profile", asked.profile, list(profiles))
    profile = profiles[asked.profile]
    wished = wished_versions(asked.wishes, say)
    selectors = split(asked.targets) or list(profile.targets)
    chosen = chosen_targets([*selectors, *map("@".join, wished)], wished)
    works = _workloads(split(asked.workloads) or list(profile.workloads), chosen)
    processors = sorted(os.sched_getaffinity(0))
    workers = workers_for(len(processors))
    plan = make_plan(
        profile,
        _with_twin(chosen, profile.twin),
        works,
        engine=asked.engine,
        seed=secrets.randbelow(2**31) if asked.seed is None else asked.seed,
        placing=(
            workers,
            parity.threads,
            parity.connections,
            pinning(processors, workers),
        ),
    )
    return with_experiments(plan, tuple(_parts(plan, asked, works)))


def _parts(plan: Plan, asked: Asked, works: list[Workload]) -> Iterator[TakingPart]:
    """The experiments of the profile, less what was not asked for by name."""
    wanted = {target.id for target in plan.targets}
    named = {work.name for work in works} if asked.workloads else None
    for experiment in plan.profile.experiments:
        targets = chosen_targets(list(experiment.targets))
        targets = tuple(t for t in targets if not asked.targets or t.id in wanted)
        if experiment.workers:
            levels = worker_levels(experiment.workers, len(spare(plan.pinning)))
            targets = tuple(with_workers(t, n) for t in targets for n in levels)
        yield TakingPart(
            experiment,
            targets,
            tuple(
                workload(name)
                for name in experiment.workloads
                if named is None or name in named
            ),
        )


def worker_levels(wanted: Sequence[int], cores: int) -> tuple[int, ...]:
    """Those numbers of workers that have a core each; none if that leaves nothing to compare."""
    fitting = tuple(number for number in wanted if number <= cores)
    return fitting if len(fitting) > 1 else ()


def workers_for(processors: int) -> int:
    """
    Worker processes of every server, one core each, on so many processors.

    The generator needs at least as much as the fastest server, PostgreSQL its
    own; more than four would need more than one generator.
    """
    return max(1, min(4, (processors - 2) // 3))


def wished_versions(wishes: Sequence[str], say: Say) -> list[tuple[str, str]]:
    """(framework, version) of each wish, locked as of today; what cannot be locked is refused when it is prepared."""
    table = load_frameworks()
    read = [wish(typed, table) for typed in wishes]
    locked = [resolve(each, ROOT / "apps", CACHE, say) for each in read]
    return list(dict.fromkeys((one.framework, one.version) for one in locked))


def chosen_targets(
    selectors: list[str], wished: Sequence[tuple[str, str]] = ()
) -> tuple[Target, ...]:
    """The targets that selectors name, among the standing versions and those wished for."""
    table = with_versions(load_frameworks(), wished)
    _, parity = load_profiles()
    return select(all_targets(table, parity), selectors, table)


def without(plan: Plan, missing: set[str]) -> Plan:
    """The plan less the targets that cannot be had here."""
    return replace(
        plan,
        targets=tuple(t for t in plan.targets if t.id not in missing),
        cells=tuple(c for c in plan.cells if c.target not in missing),
    )


def _with_twin(chosen: tuple[Target, ...], selector: str) -> tuple[Target, ...]:
    # The profile's twin where it takes part, else the first that does: a run
    # without a twin would not know its own noise.
    named = [target for target in chosen_targets([selector]) if target in chosen]
    original = (named or list(chosen))[0]
    return (*chosen, twin(original))


def _workloads(names: list[str], chosen: tuple[Target, ...]) -> list[Workload]:
    works = [workload(name) for name in dict.fromkeys(names)]
    for work in works:
        if not any(serves(target, work.name) for target in chosen):
            raise AskedWrongly(
                f"none of the chosen targets serves {work.name!r}",
                "choose other targets or workloads: bench list",
            )
    return works


def split(text: str | None) -> list[str]:
    """The words between commas."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def known_workloads() -> dict[str, Workload]:
    """Every workload by name."""
    return dict(WORKLOADS)
