"""`bench gate`: one commit of a package against another, in the frameworks that run on it."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from packaging.utils import canonicalize_name
from rich.console import Console

from bench.child_environment import child_environment
from bench.cli.counting import Prepared, ReleaseCounter, countable
from bench.cli.options import JsonAndMarkdown, margins, progress_console
from bench.cli.places import ROOT
from bench.cli.run_options import chosen_targets, frameworks, split
from bench.deploy.environments import server_package
from bench.deploy.instructions import find_valgrind
from bench.deploy.requested_locks import pins
from bench.deploy.scratch import scratch
from bench.errors import ExitStatus, UsageError
from bench.judge.counted import MARGIN, grown
from bench.judge.regressions import MARGINS, Gate, Judgement
from bench.model.bisection import CountedRelease
from bench.model.framework import Framework
from bench.model.gated import CountedChange, Gated, GatedFramework, GateOutcome
from bench.model.history import INSTRUCTIONS
from bench.model.instructions import CountedTwice


BASE, HEAD = "base", "head"
"""The names of the two versions."""
REQUESTS = 200
_STATUS = {
    GateOutcome.PASSED: ExitStatus.DONE,
    GateOutcome.SLOWER: ExitStatus.NO,
    GateOutcome.BROKEN: ExitStatus.NO,
    GateOutcome.UNRELIABLE: ExitStatus.ENVIRONMENT,
}


def command(
    package: Annotated[
        str,
        typer.Argument(help="A framework, or what one runs on, as the index names it."),
    ],
    base: Annotated[str, typer.Argument(help="The older commit: main, v3.0, a hash.")],
    head: Annotated[
        str, typer.Argument(help="The newer one.", metavar="[HEAD]")
    ] = "HEAD",
    clone: Annotated[
        Path, typer.Option("--clone", help="The package's clone, with its history.")
    ] = Path(),
    workloads: Annotated[
        str, typer.Option(help="Separated by commas.")
    ] = "hello,json,validate",
    timed: Annotated[
        bool,
        typer.Option(
            "--timed",
            help="By CPU time and throughput in paired rounds, and again after an alarm; else by counted instructions.",
        ),
    ] = False,
    margin: Annotated[
        list[str] | None,
        typer.Option(help="What is let pass: 2%, cpu=2%, throughput=4%."),
    ] = None,
    as_json: JsonAndMarkdown = False,
) -> None:
    """Is a commit of a package slower than another, in the frameworks that run on it? Exit 1 if slower or broken, 3 if that cannot be told."""
    console = progress_console()
    let_pass = margins(margin, MARGINS if timed else {INSTRUCTIONS: MARGIN})
    names = split(workloads) if timed else countable(split(workloads))
    users = users_of(package)
    if not timed:
        find_valgrind()
        _refuse_servers(package, users)
    both = commits(package, clone, base, head)
    results: list[GatedFramework] = []
    with scratch("home") as home:
        for framework in users:
            console.print(f"{framework.title}:")
            counter = ReleaseCounter(
                framework,
                names,
                REQUESTS,
                partial(both.typed, framework),
                home,
                console.print,
                older=False,
            )
            prepared = prepare_both(counter, framework)
            if isinstance(prepared, GatedFramework):
                results.append(prepared)
            elif timed:
                results.append(by_time(both, framework, names, let_pass, console))
            else:
                results.append(
                    by_counts(counter, framework, names, let_pass[INSTRUCTIONS])
                )
    gated = Gated(both.package, both.base, both.head, tuple(results))
    from bench.report.changes import gated_md

    text = gated_md(gated)
    if as_json:
        facts = {**asdict(gated), "outcome": gated.outcome, "markdown": text}
        print(json.dumps(facts, indent=1))
    else:
        print(text, end="")
    raise typer.Exit(_STATUS[gated.outcome])


def _refuse_servers(package: str, users: Sequence[Framework]) -> None:
    """UsageError for a server: it stands around the application, and is in no count."""
    for framework in users:
        for target in chosen_targets([framework.name]):
            if server_package(target.serve) == package:
                raise UsageError(
                    f"{package} serves {framework.title}, and what is counted lies inside the application",
                    "time it: bench gate --timed",
                )


@dataclass(frozen=True, slots=True)
class Commits:
    """A package in a clone, at two commits."""

    package: str
    clone: Path
    base: str
    head: str

    def typed(self, framework: Framework, version: str) -> list[str]:
        """The parts of a version request for one of the two in a framework's environment."""
        commit = {BASE: self.base, HEAD: self.head}[version]
        source = f"{self.package}@git+{self.clone.as_uri()}@{commit}"
        if self.package == framework.package:
            return [f"{version}={source}"]
        return [f"{version}={framework.package}", source]


def commits(package: str, clone: Path, base: str, head: str) -> Commits:
    """Both as full hashes; UsageError where the clone does not have them."""
    full = (_commit(clone, name) for name in (base, head))
    return Commits(canonicalize_name(package), clone.resolve(), *full)


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
    users: dict[str, list[Framework]] = {}
    for framework in frameworks():
        lock = ROOT / "apps" / framework.name / "locks" / f"{framework.versions[-1]}.txt"  # fmt: skip
        for pinned in pins(lock.read_text("utf-8")) if framework.package else ():
            users.setdefault(pinned, []).append(framework)
    if name not in users:
        raise UsageError(
            f"no framework here runs on {package!r}",
            f"the packages beneath them: {', '.join(sorted(users))}",
        )
    # Of a framework's own package there is one user, itself.
    return [user for user in users[name] if user.package == name] or users[name]


def prepare_both(
    counter: ReleaseCounter, framework: Framework
) -> GatedFramework | None:
    """Install both versions, true to the contract; what that framework has become of where one is not."""
    prepared = {version: counter.prepare(version) for version in (BASE, HEAD)}
    refused = {
        version: outcome.skipped or ""
        for version, outcome in prepared.items()
        if not isinstance(outcome, Prepared)
    }
    if not refused:
        return None
    outcome = GateOutcome.UNRELIABLE if BASE in refused else GateOutcome.BROKEN
    because = "; ".join(f"{version}: {why}" for version, why in refused.items())
    return GatedFramework(framework.name, framework.title, outcome, because)


def by_counts(
    counter: ReleaseCounter,
    framework: Framework,
    workloads: Sequence[str],
    margin: float,
) -> GatedFramework:
    """Both versions by the instructions of a request."""
    releases = [CountedRelease(BASE), CountedRelease(HEAD)]
    twice = [
        CountedTwice(release.version, name, cost.value, cost.again or 0.0)
        for release in counter.counted(releases, [BASE, HEAD], 2)
        for name, cost in release.costs.items()
    ]
    changes = tuple(grown(twice, BASE, HEAD, workloads, margin))
    return GatedFramework(
        framework.name, framework.title, _outcome(changes), counted=changes
    )


def _outcome(changes: Sequence[CountedChange]) -> GateOutcome:
    if any(change.too_much for change in changes):
        return GateOutcome.SLOWER
    exact = all(change.exact for change in changes)
    return GateOutcome.PASSED if exact else GateOutcome.UNRELIABLE


def by_time(
    both: Commits,
    framework: Framework,
    workloads: Sequence[str],
    let_pass: Mapping[str, float],
    console: Console,
) -> GatedFramework:
    """Both versions in one run; in a second one where the first alarms."""
    from bench.cli.bisect_command import run_of
    from bench.cli.compare_command import confirming_by, judged_pair
    from bench.report.changes import MARKDOWN, judgement_text
    from bench.store.folder import read

    version_requests = [
        " + ".join(both.typed(framework, version)) for version in (BASE, HEAD)
    ]
    old, new = (f"{framework.name}@{version}" for version in (BASE, HEAD))
    runs: list[Path] = []

    def judged_again(confirm: bool) -> Judgement:
        runs.append(run_of(framework, version_requests, BASE, workloads, console))
        confirming = confirming_by(runs[0], runs[1] if confirm else None)
        return judged_pair(read(runs[0]), old, new, confirming, let_pass)

    judged = judged_again(confirm=False)
    if judged.gate in (Gate.ALARM, Gate.NOT_MEASURED):
        judged = judged_again(confirm=True)
    outcome = {
        Gate.REGRESSION: GateOutcome.SLOWER,
        Gate.BROKEN: GateOutcome.BROKEN,
        Gate.CLEAR: GateOutcome.PASSED,
    }.get(judged.gate, GateOutcome.UNRELIABLE)
    text = judgement_text(judged, runs[0].name, MARKDOWN).replace("## ", "#### ", 1)
    return GatedFramework(
        framework.name,
        framework.title,
        outcome,
        timed={"runs": ", ".join(run.name for run in runs), "markdown": text},
    )
