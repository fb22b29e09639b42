"""`bench instructions`."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.cli.counts_gate import old_and_new, refuse_gate, told
from bench.cli.margins import margins
from bench.cli.places import CACHE, ROOT
from bench.cli.readings import run_to_change
from bench.cli.record import utc_now
from bench.cli.run_options import (
    chosen_targets,
    frameworks,
    refuse_unserved,
    requested_versions,
    split,
)
from bench.deploy import environments
from bench.deploy.environments import Environments
from bench.deploy.instructions import (
    Program,
    application_of,
    count,
    find_valgrind,
    rehearse,
    valgrind_version,
)
from bench.deploy.machine import inspect_machine
from bench.deploy.scratch import scratch
from bench.deploy.server import Where, surroundings
from bench.errors import EnvironmentFailure, ExitStatus, TargetFailed, UsageError
from bench.judge.counted import MARGIN, Grown, grown
from bench.model.exchange import Request
from bench.model.framework import Role, Target
from bench.model.history import INSTRUCTIONS
from bench.model.instructions import (
    EXACT,
    INSTRUCTIONS_SCHEMA,
    CountedTwice,
    Instructions,
)
from bench.model.run import Receipt, RunRecord
from bench.store.documents import write_instructions
from bench.store.folder import read_head
from bench.workloads import WORKLOADS, workload


VARIANTS = 64
"""Distinct requests of a workload that are used, in turn."""
SEED = 1
_NO_DATABASE = "postgresql://nobody@127.0.0.1:1/none"


def command(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            help="framework[@version][/deployment], or a role; contestants and floor if left out."
        ),
    ] = None,
    workloads: Annotated[
        str, typer.Option(help="Those without a database, separated by commas.")
    ] = "hello,json,validate",
    requests: Annotated[
        int, typer.Option(help="N: counted are N and 2N.", min=10, max=100_000)
    ] = 200,
    into: Annotated[
        str | None,
        typer.Option(help="Count the targets of this run, and put it into its folder."),
    ] = None,
    version_requests: Annotated[
        list[str] | None,
        typer.Option(
            "--with", help='A version that is asked for once: "PACKAGE==1.2.*".'
        ),
    ] = None,
    gate: Annotated[
        bool,
        typer.Option(
            "--gate",
            help=f"Two targets, the old one first: exit 1 if the new one takes {MARGIN:.0%} more.",
        ),
    ] = False,
    margin: Annotated[
        list[str] | None,
        typer.Option(help="With --gate: another margin, as in 2%."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON on stdout.")
    ] = False,
) -> None:
    """Count the instructions of a request inside the application; exit 3 if two counts of one thing differ."""
    if into is not None and (targets or version_requests):
        raise UsageError("--into counts the targets of that run", "leave out the names")
    refuse_gate(gate, targets or ())
    if margin and not gate:
        raise UsageError("--margin is the gate's", "add --gate")
    let_pass = margins(margin, {INSTRUCTIONS: MARGIN})[INSTRUCTIONS]
    find_valgrind()
    names = countable(split(workloads))
    folder = run_to_change(into) if into is not None else None
    record = read_head(folder) if folder is not None else None
    console = Console(stderr=True)
    found: list[CountedTwice] = []
    chosen = (
        _chosen(targets, version_requests or (), names, gate)
        if record is None
        else counted_of(record)
    )
    with programs(chosen, console, record.receipts if record else None) as prepared:
        for program, target in prepared:
            found += counted(program, target, names, requests)
    if not found:
        raise UsageError(
            "none of the chosen targets can be called directly on these workloads",
            "choose targets whose server is told an application: bench list",
        )
    print(_json(found, requests) if as_json else "\n".join(table(found)))
    if folder is not None:
        write_instructions(folder, kept(found, requests))
        print(f"next: bench history add {folder.name}", file=sys.stderr)
    judged = (
        list(grown(found, chosen[0].id, chosen[1].id, names, let_pass)) if gate else []
    )
    for line in told(judged):
        print(line, file=sys.stderr if as_json else sys.stdout)
    _refuse_uncounted(chosen, found)
    raise typer.Exit(_status(found, judged))


def _status(found: Sequence[CountedTwice], judged: Sequence[Grown]) -> ExitStatus:
    if any(one.too_much for one in judged):
        return ExitStatus.NO
    exact = all(one.apart <= EXACT for one in found)
    return ExitStatus.DONE if exact else ExitStatus.ENVIRONMENT


def _refuse_uncounted(chosen: Sequence[Target], found: Sequence[CountedTwice]) -> None:
    """EnvironmentFailure where the count of a chosen target is missing; why was said when it was left out."""
    counts = {one.target for one in found}
    lost = [target.id for target in chosen if target.id not in counts]
    if lost:
        raise EnvironmentFailure(
            f"{len(lost)} of {len(chosen)} targets were not counted: {', '.join(lost)}",
            "the reasons are above; name only those that can be counted",
        )


def _json(found: Sequence[CountedTwice], requests: int) -> str:
    how = {"requests": requests, "valgrind": valgrind_version()}
    rows = [asdict(one) | {"apart": one.apart} | how for one in found]
    return json.dumps(rows, indent=1)


def _chosen(
    names: list[str] | None,
    version_requests: Sequence[str],
    workloads: Sequence[str],
    gate: bool,
) -> tuple[Target, ...]:
    console = Console(stderr=True)
    wished = requested_versions(
        version_requests, lambda line: console.print(line, highlight=False)
    )
    typed = [*(names or ()), *map("@".join, wished)]
    refuse_unserved(typed, wished, workloads)
    if gate:
        return old_and_new(names or (), wished)
    beside = [] if names else ["contestant", "floor"]
    found = chosen_targets([*beside, *typed], wished)
    return tuple(t for t in found if any(t.serves(work) for work in workloads))


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


def counted_of(record: RunRecord) -> tuple[Target, ...]:
    """The targets of a run that the history follows: its contestants and their floors."""
    followed = (Role.CONTESTANT, Role.FLOOR)
    return tuple(t for t in record.plan.targets if t.role in followed)


def kept(found: Sequence[CountedTwice], requests: int) -> Instructions:
    """The counts with what they hold for: this machine, its Python, its valgrind."""
    machine = inspect_machine()
    return Instructions(
        schema=INSTRUCTIONS_SCHEMA,
        made_at=utc_now(),
        fingerprint=machine.fingerprint,
        python=machine.python,
        valgrind=valgrind_version(),
        requests=requests,
        counts=tuple(found),
    )


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
    prepared = environments.prepare(
        made, targets, packages, lambda line: console.print(line, highlight=False)
    )
    for target in targets:
        application = application_of(target)
        receipt = prepared[target.id]
        why = receipt if isinstance(receipt, str) else None
        if ran_on and not isinstance(receipt, str):
            why = changed_since(ran_on.get(target.id), receipt)
        if application is None:
            why = "its command names no application"
        if why is not None or application is None:
            console.print(f"left out: {target.id}: {why}", style="yellow", markup=False)
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


def counted(
    program: Program, target: Target, names: Sequence[str], requests: int
) -> list[CountedTwice]:
    """Two counts on each workload that the target serves; TargetFailed if an answer is wrong."""
    asked: dict[str, Sequence[Request]] = {
        name: workload(name).requests(SEED)[:VARIANTS]
        for name in names
        if target.serves(name)
    }
    if not asked:
        return []
    for name, replies in rehearse(program, asked).items():
        for request, reply in zip(asked[name], replies, strict=True):
            if wrong := workload(name).check(request, reply):
                raise TargetFailed(
                    f"{target.id}: {name}: {wrong}",
                    f"play the whole contract: bench check {target.id}",
                )
    first, again = count([program] * 2, asked, requests)
    return [CountedTwice(target.id, name, first[name], again[name]) for name in asked]


def table(found: Sequence[CountedTwice]) -> Iterator[str]:
    """By workload: instructions per request, exactness, and times the fewest."""
    for name in dict.fromkeys(one.workload for one in found):
        own = [one for one in found if one.workload == name]
        fewest = min(one.instructions for one in own)
        yield f"{name:34} {'instructions/request':>20} {'twice, apart':>14} {'times':>7}"
        for one in sorted(own, key=lambda one: one.instructions):
            yield (
                f"  {one.target:32} {one.instructions:>20,.0f} "
                f"{one.apart:>13.3%} {one.instructions / fewest:>7.2f}"
            )
    yield "user space, inside the application; without server and kernel"
