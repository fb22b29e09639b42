"""From what was typed to a plan."""

import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.cli.places import CACHE, ROOT
from bench.configure import addresses
from bench.configure.external import standing_targets
from bench.configure.tables import (
    Parity,
    load_frameworks,
    load_profiles,
    profile_requests,
)
from bench.configure.targets import all_targets, select, twin, with_workers
from bench.configure.version_requests import version_request, with_versions
from bench.deploy.cores import MOST_WORKERS, pinning, spare
from bench.deploy.engine import Say
from bench.deploy.requested_locks import ResolvedVersion, resolve
from bench.deploy.topology import topology
from bench.errors import EnvironmentFailure, UsageError, told, unknown
from bench.model.framework import Framework, Target
from bench.model.plan import EXTERNAL, Pinning, Plan, Profile
from bench.model.releases import safe
from bench.model.workload import Workload
from bench.plan.make import (
    AS_THE_PROFILE,
    Extent,
    Placement,
    TakingPart,
    make_plan,
    with_experiments,
    with_extent,
)
from bench.workloads import WORKLOADS, workload


WORKERS = 1
"""
Worker processes of every server, unless an experiment asks for more.

One on every machine: what several bring is a question of its own, and figures
of one process are the same thing wherever they come from.
"""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of `bench run`, as typed."""

    profile: str
    targets: str | None = None
    workloads: str | None = None
    engine: str = "local"
    engine_why: str = ""  # one line: which engine, and why this one
    seed: int | None = None
    command: str | None = None  # what a person typed, where it was not `bench run`
    claims: Path | None = None  # another table of claims than the project's
    version_requests: tuple[str, ...] = ()  # beside the committed versions, as typed
    extent: Extent = AS_THE_PROFILE
    keep_going: bool = False  # what cannot be had is left out, and the rest measured
    at: tuple[str, ...] = ()  # deployments that stand already: NAME=URL, as typed
    agents: tuple[str, ...] = ()  # what tells of their processes, likewise
    i_own_this: bool = False  # load may go beyond loopback and private networks


def frameworks() -> tuple[Framework, ...]:
    """Every framework of the table."""
    return tuple(framework for framework, _ in load_frameworks().values())


def plan_for(asked: RunOptions, say: Say = lambda line: None) -> Plan:
    """The plan, or UsageError with what exists instead; versions that are asked for are locked for it."""
    if asked.engine == EXTERNAL:
        return external_plan(asked)
    profile, parity = _profile(asked)
    # Like its targets, what a profile has beside them gives way to targets that are named.
    beside = () if asked.targets else profile_requests(asked.profile)
    requested = requested_versions(
        (*beside, *asked.version_requests), say, keep_going=asked.keep_going
    )
    selectors = split(asked.targets) or list(profile.targets)
    chosen = chosen_targets([*selectors, *requested], requested)
    works = _workloads(split(asked.workloads) or list(profile.workloads), chosen)
    typed = [*split(asked.targets), *requested]
    refuse_unserved(typed, requested, [work.name for work in works])
    for line in _unserved(chosen, works):
        say(line)
    plan = make_plan(
        profile,
        _with_twin(chosen, profile.twin),
        works,
        engine=asked.engine,
        seed=_seed(asked),
        placement=Placement(
            *(WORKERS, parity.threads, parity.connections),
            pinning(topology(), most_workers(profile)),
        ),
    )
    return with_experiments(plan, tuple(_parts(plan, asked, works)))


def _profile(asked: RunOptions) -> tuple[Profile, Parity]:
    """The profile in the extent that is asked for, and what is the same for all; UsageError if there is none."""
    profiles, parity = load_profiles()
    if asked.profile not in profiles:
        raise unknown("profile", asked.profile, list(profiles))
    return with_extent(profiles[asked.profile], asked.extent), parity


def _seed(asked: RunOptions) -> int:
    return secrets.randbelow(2**31) if asked.seed is None else asked.seed


def _parts(
    plan: Plan, asked: RunOptions, works: list[Workload]
) -> Iterator[TakingPart]:
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


def most_workers(profile: Profile) -> int:
    """For how many workers of one server cores are kept: those that experiments ask for, and never fewer than usual."""
    asked = (
        number for experiment in profile.experiments for number in experiment.workers
    )
    return max((MOST_WORKERS, *asked))


def requested_versions(
    version_requests: Sequence[str], say: Say, keep_going: bool = False
) -> list[str]:
    """
    framework@version of each version that is asked for, locked as of today.

    What cannot be locked ends the command, all of it listed: UsageError, or
    EnvironmentFailure where the index does not answer. With `keep_going` it is
    refused when it is prepared, and the rest goes on.
    """
    table = load_frameworks()
    read = [version_request(typed, table) for typed in version_requests]
    locked = [
        resolve(
            asked_version,
            ROOT / "apps",
            CACHE,
            say,
            table[asked_version.framework].framework.versions,
        )
        for asked_version in read
    ]
    if not keep_going:
        _refuse_unlocked([asked_version.typed for asked_version in read], locked)
    return list(dict.fromkeys(f"{lock.framework}@{lock.version}" for lock in locked))


def _refuse_unlocked(typed: Sequence[str], locked: Sequence[ResolvedVersion]) -> None:
    refused = [
        (request, lock)
        for request, lock in zip(typed, locked, strict=True)
        if lock.refused
    ]
    if not refused:
        return
    reasons = [f"--with {request!r}: {lock.refused}" for request, lock in refused]
    head = f"{len(refused)} of {len(typed)} versions that were asked for cannot be had, and nothing was started:"
    said = "\n".join([head, *reasons])
    if any(lock.exists is False for _, lock in refused):
        raise UsageError(
            said, "mend or leave out those; bench run --keep-going measures the rest"
        )
    raise EnvironmentFailure(
        said,
        "is the network up, and does the package index or repository answer? bench run --keep-going measures the rest",
    )


def chosen_targets(
    selectors: list[str], requested: Sequence[str] = ()
) -> tuple[Target, ...]:
    """The targets that selectors name, among the committed versions and those asked for (framework@version)."""
    table = with_versions(load_frameworks(), requested)
    _, parity = load_profiles()
    return select(all_targets(table, parity), selectors, table)


def one_target(selector: str, because: str, requested: Sequence[str] = ()) -> Target:
    """The only target that a selector names; UsageError with the reason if it names several."""
    chosen = chosen_targets([selector], requested)
    if len(chosen) != 1:
        raise UsageError(
            f"{selector!r} names {len(chosen)} targets, and {because}",
            f"name one of: {', '.join(target.id for target in chosen)}",
        )
    return chosen[0]


def refuse_unserved(
    typed: Sequence[str], requested: Sequence[str], works: Sequence[str]
) -> None:
    """UsageError where a target that was named answers none of the workloads: it would take no part."""
    for selector in typed:
        targets = chosen_targets([selector], requested)
        if any(target.serves(work) for target in targets for work in works):
            continue
        own = dict.fromkeys(work for t in targets for work in t.workloads or ())
        raise UsageError(
            f"{selector!r} serves none of {', '.join(works)}",
            f"leave it out, or choose among what it serves: {', '.join(own)}",
        )


def _unserved(chosen: Sequence[Target], works: Sequence[Workload]) -> Iterator[str]:
    """What targets take no part in, a line for each that answers only some of the workloads."""
    for target in chosen:
        lacks = [work.name for work in works if not target.serves(work.name)]
        if lacks:
            yield f"note: {target.id} does not serve {', '.join(lacks)}"


def refuse_foreign(plan: Plan) -> None:
    """
    UsageError where a stored plan would start what the tables here do not.

    A run folder is data: it may come from elsewhere, and its commands are
    never run for its own word.
    """
    table, (_, parity) = load_frameworks(), load_profiles()
    asked = [
        f"{target.framework}@{target.version}"
        for target in plan.targets
        # A version is part of a path, too: that of its lock.
        if target.framework in table and safe(target.version) == target.version
    ]
    here = {t.id: t for t in all_targets(with_versions(table, asked), parity)}
    other = [
        target.id
        for target in plan.targets
        # External servers are not started here.
        if plan.own_servers
        and _started_by(target) != _started_by(here.get(_plain_id(target)))
    ]
    other += sorted({cell.workload for cell in plan.cells} - set(WORKLOADS))
    if other:
        raise UsageError(
            f"not as the tables here have it: {', '.join(map(told, other))}",
            "go on where it was begun, or start a new run; `bench report` reads any run",
        )


def _plain_id(target: Target) -> str:
    """Of a twin or of another number of workers: the target that it repeats."""
    return f"{target.framework}@{target.version}/{target.deployment}"


def _started_by(target: Target | None) -> tuple[object, ...] | None:
    """Everything of a target that decides what is run."""
    if target is None:
        return None
    return (
        *(target.framework, target.version, target.lock, target.serve),
        *(sorted(target.environment.items()), target.pool_connections),
    )


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
        if not any(target.serves(work.name) for target in chosen):
            raise UsageError(
                f"none of the chosen targets serves {work.name!r}",
                "choose other targets or workloads: bench list",
            )
    return works


def split(text: str | None) -> list[str]:
    """The words between commas, none of None; UsageError where an option was given and names nothing."""
    words = [part.strip() for part in (text or "").split(",") if part.strip()]
    if text is not None and not words:
        raise UsageError(
            f"{text!r} names no target or workload",
            "leave the option out for the usual ones, or name some: bench list",
        )
    return words


def refuse_mixture(
    engine: str, at: Sequence[str], i_own_this: bool, starting: bool
) -> None:
    """UsageError where options for what stands meet those for what is started (`starting`)."""
    if engine != EXTERNAL:
        if at or i_own_this:
            raise UsageError(
                "--at, --agent and --i-own-this are for deployments that stand already",
                "add --engine external",
            )
        return
    if starting:
        raise UsageError(
            "--targets, --with and --new choose what the harness starts, and it starts nothing of a deployment that stands",
            "leave them out: --at names what is measured",
        )
    if not at:
        raise UsageError(
            "--engine external needs at least one --at NAME=URL",
            "add --at NAME=http://127.0.0.1:8001, once for each; NAME is a framework",
        )


def external_plan(
    asked: RunOptions, ask: addresses.Resolve = addresses.resolve
) -> Plan:
    """
    The plan for what stands at the addresses of `asked`; UsageError where load may not go there.

    Experiments and probes are left out, as they need servers of their own
    kind and number, and so is every workload that writes.
    """
    profile, parity = _profile(asked)
    profile = replace(profile, experiments=(), probes="none")
    works = _reading(profile, split(asked.workloads))
    targets = standing_targets(asked.at, asked.agents, load_frameworks(), works)
    for url in (url for target in targets for url in target.serve):
        addresses.places(url, asked.i_own_this, ask)
    served = {name for target in targets for name in target.workloads or ()}
    return make_plan(
        profile,
        (*targets, twin(_original(profile, targets))),
        [work for work in works if work.name in served],
        engine=EXTERNAL,
        seed=_seed(asked),
        # Workers are not known; warm-up is counted as for one.
        placement=Placement(1, parity.threads, parity.connections, _own_cores()),
    )


def _reading(profile: Profile, named: list[str]) -> list[Workload]:
    """The workloads that leave rows as they are; those of the profile that do not are left out."""
    works = [workload(name) for name in dict.fromkeys(named or profile.workloads)]
    writing = [work.name for work in works if work.writes]
    if named and writing:
        raise UsageError(
            f"{writing[0]} changes rows, and nobody resets those of a deployment that stands",
            "leave it out of --workloads",
        )
    return [work for work in works if not work.writes]


def _original(profile: Profile, targets: tuple[Target, ...]) -> Target:
    named = [target for target in targets if target.framework == profile.twin]
    return (named or list(targets))[0]


def _own_cores() -> Pinning:
    """Cores for load and harness; one stays free of them, as the deployments may stand on this machine."""
    ours = pinning(sorted(os.sched_getaffinity(0)))
    shared = None
    if ours.load == ours.harness:
        shared = f"load and harness share processor {ours.load[0]}"
    return replace(ours, server=(), database=(), shared=shared)
