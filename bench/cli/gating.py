"""One commit of a package against another: in which frameworks it is used, and what it costs there."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name
from rich.console import Console

from bench.child_environment import child_environment
from bench.cli.bisecting import Prepared, ReleaseCounter
from bench.cli.places import ROOT
from bench.cli.run_options import frameworks
from bench.deploy.requested_locks import pins
from bench.errors import UsageError
from bench.judge.counted import grown
from bench.model.bisection import CountedRelease
from bench.model.framework import Framework
from bench.model.gated import CountedChange, GatedFramework, GateOutcome
from bench.model.instructions import CountedTwice


BASE, HEAD = "base", "head"
"""The names of the two versions."""


@dataclass(frozen=True, slots=True)
class Commits:
    """A package in a clone, at two commits."""

    package: str
    clone: Path
    base: str
    head: str

    def typed(self, framework: Framework, version: str) -> list[str]:
        """The wish for one of the two in a framework's environment."""
        commit = {BASE: self.base, HEAD: self.head}[version]
        source = f"{self.package}@git+{self.clone.as_uri()}@{commit}"
        if self.package == framework.package:
            return [f"{version}={source}"]
        return [f"{version}={framework.package}", source]


def commits(package: str, clone: Path, base: str, head: str) -> Commits:
    """Both as full hashes; UsageError where the clone does not have them."""
    return Commits(
        canonicalize_name(package),
        clone.resolve(),
        *(_commit(clone, each) for each in (base, head)),
    )


def _commit(clone: Path, name: str) -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"],
        cwd=clone if clone.is_dir() else None,
        env=child_environment(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    if not clone.is_dir() or done.returncode:
        raise UsageError(
            f"{clone} has no commit {name!r}",
            "name a clone with its whole history (actions/checkout: fetch-depth: 0)",
        )
    return done.stdout.strip()


def users_of(package: str) -> list[Framework]:
    """The frameworks in whose newest environment a package is; UsageError if there are none."""
    name = canonicalize_name(package)
    there: dict[str, list[Framework]] = {}
    for each in frameworks():
        lock = ROOT / "apps" / each.name / "locks" / f"{each.versions[-1]}.txt"
        for pinned in pins(lock.read_text(encoding="utf-8")) if each.package else ():
            there.setdefault(pinned, []).append(each)
    if name not in there:
        raise UsageError(
            f"no framework here runs on {package!r}",
            f"the packages beneath them: {', '.join(sorted(there))}",
        )
    # Of a framework's own package there is one user, itself.
    return [each for each in there[name] if each.package == name] or there[name]


def prepared(
    counter: ReleaseCounter, framework: Framework
) -> dict[str, Prepared] | GatedFramework:
    """Both versions, installed and true to the contract; or what that framework has become of."""
    found = {version: counter.prepare(version) for version in (BASE, HEAD)}
    refused = {
        version: each.skipped or ""
        for version, each in found.items()
        if isinstance(each, CountedRelease)
    }
    if not refused:
        return {n: each for n, each in found.items() if isinstance(each, Prepared)}
    outcome = GateOutcome.UNRELIABLE if BASE in refused else GateOutcome.BROKEN
    because = "; ".join(f"{version}: {why}" for version, why in refused.items())
    return GatedFramework(framework.name, framework.title, outcome, because)


def counted(
    counter: ReleaseCounter,
    framework: Framework,
    workloads: Sequence[str],
    margin: float,
) -> GatedFramework:
    """Both versions by the instructions of a request."""
    ready = prepared(counter, framework)
    if isinstance(ready, GatedFramework):
        return ready
    releases = [CountedRelease(BASE), CountedRelease(HEAD)]
    found = counter.counted(releases, [BASE, HEAD], 2)
    twice = [
        CountedTwice(each.version, name, cost.value, cost.again or 0.0)
        for each in found
        for name, cost in each.costs.items()
    ]
    changes = tuple(
        CountedChange(g.workload, g.times, g.margin, g.exact, g.too_much)
        for g in grown(twice, BASE, HEAD, workloads, margin)
    )
    return GatedFramework(
        framework.name, framework.title, _outcome(changes), counted=changes
    )


def _outcome(changes: Sequence[CountedChange]) -> GateOutcome:
    if any(each.too_much for each in changes):
        return GateOutcome.SLOWER
    exact = all(each.exact for each in changes)
    return GateOutcome.PASSED if exact else GateOutcome.UNRELIABLE


def timed(
    commits: Commits,
    framework: Framework,
    workloads: Sequence[str],
    let_pass: Mapping[str, float],
    console: Console,
) -> GatedFramework:
    """Both versions in one run; in a second one where the first alarms."""
    from bench.cli.bisect_timed import run_of
    from bench.cli.compare_command import confirming_by, judged_pair
    from bench.judge.regressions import Gate
    from bench.report.changes import MARKDOWN, judgement_text
    from bench.store.folder import read

    version_requests = [
        " + ".join(commits.typed(framework, each)) for each in (BASE, HEAD)
    ]
    old, new = (f"{framework.name}@{each}" for each in (BASE, HEAD))

    def measured() -> Path:
        return run_of(framework, version_requests, BASE, workloads, console)

    first = measured()
    judged = judged_pair(read(first), old, new, confirming_by(first, None), let_pass)
    runs = [first.name]
    if judged.gate in (Gate.ALARM, Gate.NOT_MEASURED):
        second = measured()
        runs.append(second.name)
        judged = judged_pair(
            read(first), old, new, confirming_by(first, second), let_pass
        )
    outcome = {
        Gate.REGRESSION: GateOutcome.SLOWER,
        Gate.BROKEN: GateOutcome.BROKEN,
        Gate.CLEAR: GateOutcome.PASSED,
    }.get(judged.gate, GateOutcome.UNRELIABLE)
    text = judgement_text(judged, first.name, MARKDOWN).replace("## ", "#### ", 1)
    return GatedFramework(
        framework.name,
        framework.title,
        outcome,
        timed={"runs": ", ".join(runs), "markdown": text},
    )
