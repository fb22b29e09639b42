"""What is counted by instructions: targets as programs, and releases in environments of their own."""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import batched
from pathlib import Path

from rich.console import Console

from bench.cli.places import CACHE, ROOT
from bench.cli.run_options import chosen_targets, frameworks
from bench.configure.tables import load_frameworks
from bench.configure.version_requests import version_request
from bench.deploy import environments
from bench.deploy.engine import Say
from bench.deploy.environments import Environments
from bench.deploy.instructions import (
    CALLING,
    Program,
    application_of,
    count,
    rehearse,
    valgrind_version,
)
from bench.deploy.machine import available_cores
from bench.deploy.requested_locks import pins, resolve
from bench.deploy.scratch import scratch
from bench.deploy.server import Where, surroundings
from bench.errors import TargetFailed, UsageError
from bench.model.bisection import CountedRelease, RequestCost
from bench.model.exchange import Reply, Request
from bench.model.framework import Framework, Target
from bench.model.instructions import CountedTwice
from bench.model.run import Receipt
from bench.run.contract_bodies import fault, request_of
from bench.store.counts import (
    CountOf,
    keep_count,
    keep_fault,
    read_counts,
    read_fault,
)
from bench.workloads import WORKLOADS, workload
from bench.workloads.vectors import VECTORS


VARIANTS = 64
"""Distinct requests of a workload that are used, in turn."""
SEED = 1
_NO_DATABASE = "postgresql://nobody@127.0.0.1:1/none"
COUNTS = CACHE / "counts"
"""Counts that were made once."""


def countable(names: Sequence[str]) -> list[str]:
    """The names, if each is a workload that needs neither database nor waiting."""
    for name in names:
        if workload(name).uses_database or name == "wait":
            fit = [w.name for w in WORKLOADS.values() if not w.uses_database]
            raise UsageError(
                f"the instructions of {name!r} cannot be counted inside the application: it waits for others",
                f"count those that do not: {', '.join(n for n in fit if n != 'wait')}",
            )
    return list(names)


def changed_since(ran_on: Receipt | None, now: Receipt) -> str | None:
    """Why a count of today would not be one of what the run measured; None if it would."""
    if ran_on is None:
        return "the run did not measure it"
    if dict(ran_on.packages) != dict(now.packages):
        return "its packages are not those of the run any more"
    if ran_on.app_sha256 != now.app_sha256:
        return "its application has changed since the run"
    return None


@contextmanager
def programs(
    targets: Sequence[Target],
    console: Console,
    ran_on: Mapping[str, Receipt] | None = None,
) -> Iterator[list[tuple[Program, Target]]]:
    """
    Each target as a program that can be called while the block runs; those that cannot are named on stderr.

    With `ran_on` also those are left out that are not what a run measured any more.
    """
    with scratch("home") as home:
        yield list(_programs(targets, console, home, ran_on))


def _programs(
    targets: Sequence[Target],
    console: Console,
    home: Path,
    ran_on: Mapping[str, Receipt] | None,
) -> Iterator[tuple[Program, Target]]:
    made = Environments(ROOT / "apps", CACHE / "environments")
    packages = {f.name: f.package for f in frameworks()}
    prepared = environments.prepare(made, targets, packages, console.print)
    for target in targets:
        application = application_of(target)
        receipt = prepared[target.id]
        why = receipt if isinstance(receipt, str) else None
        if ran_on and not isinstance(receipt, str):
            why = changed_since(ran_on.get(target.id), receipt)
        if application is None:
            why = "its command names no application"
        if why is not None or application is None:
            console.print(f"left out: {target.id}: {why}", style="yellow")
            continue
        yield program_of(target, application, made, home), target


def program_of(
    target: Target, application: str, made: Environments, home: Path
) -> Program:
    """A target whose environment is made, as it is called directly."""
    environment = made.path(target.framework, target.lock_name)
    folder = ROOT / "apps" / target.framework
    where = Where(environment, folder, home, _NO_DATABASE)
    values = {"port": "1", "connections": str(target.pool_connections)}
    return Program(
        target.id,
        application,
        target.interface,
        environment / "bin" / "python",
        folder,
        surroundings(target, where, values, hash_seed=SEED),
    )


def asked(names: Sequence[str]) -> dict[str, Sequence[Request]]:
    """The requests of each workload that are counted."""
    return {name: workload(name).requests(SEED)[:VARIANTS] for name in names}


def counted(
    program: Program, target: Target, names: Sequence[str], requests: int
) -> list[CountedTwice]:
    """Two counts on each workload that the target serves; TargetFailed if an answer is wrong."""
    sent = asked([name for name in names if target.serves(name)])
    if not sent:
        return []
    if wrong := _wrong_answer(sent, rehearse(program, sent)):
        raise TargetFailed(
            f"{target.id}: {wrong}",
            f"play the whole contract: bench check {target.id}",
        )
    first, again = count([program] * 2, sent, requests)
    return [CountedTwice(target.id, name, first[name], again[name]) for name in sent]


def broken_contract(
    program: Program, target: Target, names: Sequence[str]
) -> str | None:
    """The first wrong answer to the workloads' own requests and to the contract's right and wrong bodies; None if there is none."""
    vectors = [case for case in VECTORS if case.workload in names]
    if missing := [name for name in names if not target.serves(name)]:
        return f"it does not serve {', '.join(missing)}"
    sent = asked(names)
    try:
        replies = rehearse(
            program, {**sent, "": [request_of(case) for case in vectors]}
        )
    except TargetFailed as error:
        last = (error.log_tail or "").strip().splitlines()[-1:]
        return ": ".join([error.message, *last])
    if wrong := _wrong_answer(sent, replies):
        return wrong
    for vector, reply in zip(vectors, replies[""], strict=True):
        if wrong := fault(vector, reply, names_all=target.names_all_faults):
            return f"{vector.workload}: {vector.name}: {wrong}"
    return None


def _wrong_answer(
    sent: Mapping[str, Sequence[Request]], replies: Mapping[str, Sequence[Reply]]
) -> str | None:
    for name, requests in sent.items():
        for request, reply in zip(requests, replies[name], strict=True):
            if wrong := workload(name).check(request, reply):
                return f"{name}: {wrong}"
    return None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A release that is installed: its program, and what its counts hold for."""

    release: CountedRelease
    target: Target
    program: Program
    counts_of: Mapping[str, CountOf]  # by workload


class ReleaseCounter:
    """Counts releases of one framework; what was counted once is not counted again."""

    def __init__(
        self,
        framework: Framework,
        workloads: Sequence[str],
        requests: int,
        typed: Callable[[str], Sequence[str]],
        home: Path,
        say: Say,
        older: bool = True,
    ) -> None:
        """`typed` are the parts of the wish for a release; `older`: what the app's older versions need may go with it."""
        self._framework = framework
        self._workloads = workloads
        self._requests = requests
        self._typed = typed
        self._older = older
        self._home = home
        self._say = say
        self._made = Environments(ROOT / "apps", CACHE / "environments", compiled=False)
        # Without one nothing is counted, but the contract can be asked.
        self._valgrind = valgrind_version() if shutil.which("valgrind") else "none"
        self._prepared: dict[str, Prepared] = {}

    def counted(
        self, releases: Sequence[CountedRelease], chosen: Sequence[str], times: int
    ) -> list[CountedRelease]:
        """The same releases, of which those that are chosen have been counted so many times, or say why not."""
        by_version = {release.version: release for release in releases}
        # A few at a time: whoever breaks it off loses only what is being counted.
        for some in batched(chosen, len(available_cores()), strict=False):
            ready = []
            for version in some:
                outcome = self.prepare(version)
                if isinstance(outcome, CountedRelease):
                    self._say(f"{version}: left out: {outcome.skipped}")
                    by_version[version] = outcome
                else:
                    ready.append(outcome)
            for release in self._count(ready, times):
                by_version[release.version] = release
        return list(by_version.values())

    def prepare(self, version: str) -> Prepared | CountedRelease:
        """Install a release; with the app's own limits for older ones where it does not meet the contract without."""
        if version in self._prepared:
            return self._prepared[version]
        first: CountedRelease | None = None
        for more in ((), *self._limits()):
            outcome = self._installed(version, more)
            if isinstance(outcome, Prepared):
                self._prepared[version] = outcome
                return outcome
            first = first or outcome
        assert first is not None
        return first

    def _limits(self) -> Iterator[tuple[str, ...]]:
        """What the app's older versions need besides, oldest version last."""
        folder = ROOT / "apps" / self._framework.name
        if not self._older:
            return
        for path in sorted(folder.glob("requirements@*.in"), reverse=True):
            lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
            yield tuple(line for line in lines if line and not line.startswith("#"))

    def _installed(
        self, version: str, beside: Sequence[str]
    ) -> Prepared | CountedRelease:
        typed = " + ".join([*self._typed(version), *beside])
        locked = resolve(
            version_request(typed, load_frameworks()),
            ROOT / "apps",
            CACHE,
            self._say,
            self._framework.versions,
        )
        if locked.refused:
            return CountedRelease(version, skipped=locked.refused)
        name = f"{locked.framework}@{locked.version}"
        (target,) = chosen_targets([name], [name])
        receipt = environments.prepare(
            self._made,
            [target],
            {target.framework: self._framework.package},
            # Made by the dozen; the release that is counted is told instead.
            lambda line: None,
        )[target.id]
        if isinstance(receipt, str):
            return CountedRelease(version, skipped=receipt)
        application = application_of(target)
        if application is None:
            return CountedRelease(version, skipped="its command names no application")
        text = self._made.lock(locked.framework, locked.version).read_text(
            encoding="utf-8"
        )
        sources = {
            package: source
            for package, source in pins(text).items()
            if source.startswith(("git-", "url-"))
        }
        prepared = Prepared(
            CountedRelease(version, packages=dict(receipt.packages)),
            target,
            program_of(target, application, self._made, self._home),
            {case: self._count_of(receipt, sources, case) for case in self._workloads},
        )
        # Nothing is counted, and so nothing kept, of what answers wrongly.
        if all(read_counts(COUNTS, of) for of in prepared.counts_of.values()):
            return prepared
        together = self._count_of(receipt, sources, ",".join(self._workloads))
        broken = read_fault(COUNTS, together)
        if broken is None:
            broken = broken_contract(prepared.program, target, self._workloads)
            if broken is not None:
                keep_fault(COUNTS, together, broken)
        return replace(prepared.release, skipped=broken) if broken else prepared

    def _count_of(
        self, receipt: Receipt, lock: Mapping[str, str], name: str
    ) -> CountOf:
        return CountOf(
            # What comes from a commit has the version of the release before it.
            packages={**receipt.packages, **lock},
            app_sha256=receipt.app_sha256,
            python=receipt.python,
            valgrind=self._valgrind,
            calling_sha256=hashlib.sha256(CALLING.read_bytes()).hexdigest(),
            workload=name,
            requests=self._requests,
        )

    def _count(self, some: Sequence[Prepared], times: int) -> Iterator[CountedRelease]:
        for _ in range(times):
            missing = [
                prepared
                for prepared in some
                if any(
                    len(read_counts(COUNTS, of)) < times
                    for of in prepared.counts_of.values()
                )
            ]
            if missing:
                names = ", ".join(prepared.release.version for prepared in missing)
                self._say(f"counting {names}")
                programs = [prepared.program for prepared in missing]
                counts = count(programs, asked(self._workloads), self._requests)
                for prepared, own in zip(missing, counts, strict=True):
                    for name, of in prepared.counts_of.items():
                        keep_count(COUNTS, of, own[name])
        for prepared in some:
            yield replace(
                prepared.release,
                costs={
                    name: RequestCost(*read_counts(COUNTS, of)[:2])
                    for name, of in prepared.counts_of.items()
                },
            )
