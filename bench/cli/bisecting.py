"""Releases of a framework, counted: each in an environment of its own, after it has met the contract."""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from pathlib import Path

from bench.cli.instructions_command import SEED, VARIANTS, program_of
from bench.cli.places import CACHE, ROOT
from bench.cli.run_options import chosen_targets
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
from bench.errors import TargetFailed
from bench.model.bisection import CountedRelease, RequestCost
from bench.model.exchange import Request
from bench.model.framework import Framework, Target
from bench.model.run import Receipt
from bench.run.contract_bodies import fault, request_of
from bench.store.counts import (
    CountOf,
    keep_count,
    keep_fault,
    read_counts,
    read_fault,
)
from bench.workloads import workload
from bench.workloads.more_vectors import MORE_VECTORS
from bench.workloads.vectors import VECTORS


COUNTS = CACHE / "counts"
"""Counts that were made once."""


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
        found = {each.version: each for each in releases}
        # A few at a time: whoever breaks it off loses only what is being counted.
        for some in batched(chosen, len(available_cores()), strict=False):
            ready = []
            for version in some:
                outcome = self.prepare(version)
                if isinstance(outcome, CountedRelease):
                    self._say(f"{version}: left out: {outcome.skipped}")
                    found[version] = outcome
                else:
                    ready.append(outcome)
            for each in self._count(ready, times):
                found[each.version] = each
        return list(found.values())

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
        name = (locked.framework, locked.version)
        (target,) = chosen_targets(["@".join(name)], [name])
        receipt = environments.prepare(
            self._made, [target], {target.framework: self._framework.package}, _quiet
        )[target.id]
        if isinstance(receipt, str):
            return CountedRelease(version, skipped=receipt)
        application = application_of(target)
        if application is None:
            return CountedRelease(version, skipped="its command names no application")
        text = self._made.lock(*name).read_text(encoding="utf-8")
        sources = {
            package: source
            for package, source in pins(text).items()
            if source.startswith(("git-", "url-"))
        }
        prepared = Prepared(
            CountedRelease(version, packages=dict(receipt.packages)),
            target,
            program_of(target, application, self._made, self._home),
            {each: self._count_of(receipt, sources, each) for each in self._workloads},
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
                each
                for each in some
                if any(
                    len(read_counts(COUNTS, of)) < times
                    for of in each.counts_of.values()
                )
            ]
            if missing:
                names = ", ".join(each.release.version for each in missing)
                self._say(f"counting {names}")
                programs = [each.program for each in missing]
                counts = count(programs, asked(self._workloads), self._requests)
                for each, own in zip(missing, counts, strict=True):
                    for name, of in each.counts_of.items():
                        keep_count(COUNTS, of, own[name])
        for each in some:
            yield replace(
                each.release,
                costs={
                    name: RequestCost(*read_counts(COUNTS, of)[:2])
                    for name, of in each.counts_of.items()
                },
            )


def asked(names: Sequence[str]) -> dict[str, Sequence[Request]]:
    """The requests of each workload that are counted."""
    return {name: workload(name).requests(SEED)[:VARIANTS] for name in names}


def broken_contract(
    program: Program, target: Target, names: Sequence[str]
) -> str | None:
    """The first wrong answer to the workloads' own requests and to the contract's right and wrong bodies; None if there is none."""
    vectors = [each for each in (*VECTORS, *MORE_VECTORS) if each.workload in names]
    requests = asked([name for name in names if target.serves(name)])
    if missing := [name for name in names if name not in requests]:
        return f"it does not serve {', '.join(missing)}"
    try:
        replies = rehearse(
            program, {**requests, "": [request_of(each) for each in vectors]}
        )
    except TargetFailed as error:
        last = (error.log_tail or "").strip().splitlines()[-1:]
        return ": ".join([error.message, *last])
    for name, own in requests.items():
        for request, reply in zip(own, replies[name], strict=True):
            if wrong := workload(name).check(request, reply):
                return f"{name}: {wrong}"
    for vector, reply in zip(vectors, replies[""], strict=True):
        if wrong := fault(vector, reply, names_all=target.names_all_faults):
            return f"{vector.workload}: {vector.name}: {wrong}"
    return None


def _quiet(line: str) -> None:
    """Environments are made by the dozen; the release that is counted is told instead."""
