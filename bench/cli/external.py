"""From `--at NAME=URL` to a plan of external servers."""

import os
import secrets
from collections.abc import Sequence
from dataclasses import replace

from bench.cli.run_options import RunOptions, split
from bench.configure.addresses import Resolve, places, resolve
from bench.configure.external import standing_targets
from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import twin
from bench.deploy.cores import pinning
from bench.errors import UsageError, unknown
from bench.model.framework import Target
from bench.model.plan import EXTERNAL, Pinning, Plan, Profile
from bench.model.workload import Workload
from bench.plan.make import Placement, make_plan, with_extent
from bench.workloads import workload


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


def external_plan(asked: RunOptions, ask: Resolve = resolve) -> Plan:
    """
    The plan for what stands at the addresses of `asked`; UsageError where load may not go there.

    Experiments and probes are left out, as they need servers of their own
    kind and number, and so is every workload that writes.
    """
    profiles, parity = load_profiles()
    if asked.profile not in profiles:
        raise unknown("profile", asked.profile, list(profiles))
    profile = with_extent(profiles[asked.profile], asked.extent)
    profile = replace(profile, experiments=(), probes="none")
    works = _reading(profile, split(asked.workloads))
    targets = standing_targets(asked.at, asked.agents, load_frameworks(), works)
    for url in (url for target in targets for url in target.serve):
        places(url, asked.i_own_this, ask)
    served = {name for target in targets for name in target.workloads or ()}
    return make_plan(
        profile,
        (*targets, twin(_original(profile, targets))),
        [work for work in works if work.name in served],
        engine=EXTERNAL,
        seed=secrets.randbelow(2**31) if asked.seed is None else asked.seed,
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
