"""Releases of a framework, timed: one run of the profile `versions` in which each is a target."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import typer
from rich.console import Console

from bench.analyse.analysis import Analysis, analyse
from bench.cli import measuring, rendering
from bench.cli.plan_text import plan_lines
from bench.cli.run_options import RunOptions, plan_for
from bench.deploy.choose import choose_engine
from bench.errors import EnvironmentFailure
from bench.judge.regressions import slowdown
from bench.judge.steps import timed_steps
from bench.model.bisection import CostStep, CountedRelease, RequestCost
from bench.model.estimate import Estimate
from bench.model.framework import Framework, Role
from bench.model.run import Run
from bench.model.version_names import by_plain_name
from bench.store.folder import read


PROFILE = "versions"


class TimedReleases:
    """A run that measured releases of one framework side by side."""

    def __init__(self, run: Run, package: str) -> None:
        self.run = run
        self._package = package
        self._analysis: Analysis = analyse(run)
        self._packages: dict[str, Mapping[str, str]] = {}
        self._ids: dict[str, str] = {}
        for target in run.record.plan.targets:
            receipt = run.record.receipts.get(target.id)
            if receipt is not None and target.role is Role.CONTESTANT:
                packages = dict(receipt.packages)
                release = by_plain_name(packages).get(package)
                if release is not None:
                    self._ids[release] = target.id
                    self._packages[release] = packages

    def releases(
        self, versions: Sequence[str], workloads: Sequence[str]
    ) -> list[CountedRelease]:
        """Each of them with its CPU time beside that of the oldest that was measured."""
        measured = [each for each in versions if each in self._ids]
        return [
            CountedRelease(
                each,
                packages=self._packages[each],
                costs=dict(self._costs(measured[0], each, workloads)),
            )
            if each in self._ids
            else CountedRelease(each, skipped=self._reason(each))
            for each in versions
        ]

    def steps(
        self, releases: Sequence[CountedRelease], workloads: Sequence[str]
    ) -> tuple[CostStep, ...]:
        """Every change whose interval lies beyond the threshold."""
        return tuple(timed_steps(self._package, releases, workloads, self._slowdown))

    def _costs(
        self, first: str, version: str, workloads: Sequence[str]
    ) -> Iterator[tuple[str, RequestCost]]:
        for workload in workloads:
            if version == first:
                yield workload, RequestCost(1.0)
            elif found := self._slowdown(first, version, workload):
                yield workload, RequestCost(found.point, None, found.low, found.high)

    def _slowdown(self, older: str, newer: str, workload: str) -> Estimate | None:
        found = slowdown(
            self._analysis, self._ids[older], self._ids[newer], workload, "cpu"
        )
        return found.advantage if found and found.void is None else None

    def _reason(self, version: str) -> str:
        told = [
            failure.message
            for failure in self.run.failures
            if f"@{version}" in failure.target
        ]
        return told[0] if told else "it was not measured"


def timed(
    framework: Framework,
    versions: Sequence[str],
    workloads: Sequence[str],
    beside: Sequence[str],
    console: Console,
) -> TimedReleases:
    """Measure them; its run folder has a page of its own."""
    version_requests = [
        " + ".join([f"{framework.package}=={each}", *beside]) for each in versions
    ]
    folder = run_of(framework, version_requests, versions[0], workloads, console)
    run = read(folder)
    if not run.complete_rounds:
        raise EnvironmentFailure(
            f"run {run.record.id} finished no round", "measure again"
        )
    return TimedReleases(run, framework.package or framework.name)


def run_of(
    framework: Framework,
    version_requests: Sequence[str],
    first: str,
    workloads: Sequence[str],
    console: Console,
) -> Path:
    """One run of what is wished for, `first` the version of the first of them; its folder. Exit 130 if it is interrupted."""
    engine, why = choose_engine("local")
    asked = RunOptions(
        PROFILE,
        # Those that are wished for take part anyway; no standing version besides.
        f"{framework.name}@{first}*",
        ",".join(workloads),
        engine,
        why,
        version_requests=tuple(version_requests),
    )
    plan = plan_for(asked, lambda line: console.print(line, highlight=False))
    for line in plan_lines(plan, why):
        console.print(line, highlight=False, markup=False)
    folder, complete = measuring.begin(asked, plan, console)
    rendering.render(folder, None)
    if not complete:
        console.print(f"interrupted: go on with bench run --resume {folder.name}")
        raise typer.Exit(130)
    return folder
