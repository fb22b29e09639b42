"""`bench instructions`."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from bench.cli.counting import countable, counted, programs
from bench.cli.options import AsJson, Requests, margins, progress_console
from bench.cli.readings import run_to_change
from bench.cli.record import utc_now
from bench.cli.run_options import (
    chosen_targets,
    one_target,
    refuse_unserved,
    requested_versions,
    split,
)
from bench.deploy.instructions import find_valgrind, valgrind_version
from bench.deploy.machine import inspect_machine
from bench.errors import EnvironmentFailure, ExitStatus, UsageError
from bench.judge.counted import MARGIN, grown
from bench.model.framework import Role, Target
from bench.model.gated import CountedChange
from bench.model.history import INSTRUCTIONS
from bench.model.instructions import (
    EXACT,
    INSTRUCTIONS_SCHEMA,
    CountedTwice,
    Instructions,
)
from bench.model.run import RunRecord
from bench.store.documents import write_instructions
from bench.store.folder import read_head


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
    requests: Requests = 200,
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
    as_json: AsJson = False,
) -> None:
    """Count the instructions of a request inside the application; exit 3 if two counts of one thing differ."""
    names = targets or []
    if into is not None and (names or version_requests):
        raise UsageError("--into counts the targets of that run", "leave out the names")
    _refuse_gate(gate, names, margin)
    let_pass = margins(margin, {INSTRUCTIONS: MARGIN})[INSTRUCTIONS]
    find_valgrind()
    works = countable(split(workloads))
    folder = run_to_change(into) if into is not None else None
    record = read_head(folder) if folder is not None else None
    console = progress_console()
    if record is None:
        chosen = _chosen(names, version_requests or (), works, gate, console)
    else:
        chosen = followed_targets(record)
    counts: list[CountedTwice] = []
    with programs(chosen, console, record.receipts if record else None) as prepared:
        for program, target in prepared:
            counts += counted(program, target, works, requests)
    if not counts:
        raise UsageError(
            "none of the chosen targets can be called directly on these workloads",
            "choose targets whose server is told an application: bench list",
        )
    print(_json(counts, requests) if as_json else "\n".join(table(counts)))
    if folder is not None:
        write_instructions(folder, to_keep(counts, requests))
        print(f"next: bench history add {folder.name}", file=sys.stderr)
    judged = (
        list(grown(counts, chosen[0].id, chosen[1].id, works, let_pass)) if gate else []
    )
    for line in gate_lines(judged):
        print(line, file=sys.stderr if as_json else sys.stdout)
    _refuse_uncounted(chosen, counts)
    raise typer.Exit(_status(counts, judged))


def _refuse_gate(
    gate: bool, names: Sequence[str], margin: Sequence[str] | None
) -> None:
    if gate and len(names) != 2:
        raise UsageError(
            f"--gate compares two targets, and {len(names)} are named",
            "the old one first: bench instructions FRAMEWORK@OLD FRAMEWORK --gate",
        )
    if margin and not gate:
        raise UsageError("--margin is the gate's", "add --gate")


def _status(
    counts: Sequence[CountedTwice], judged: Sequence[CountedChange]
) -> ExitStatus:
    if any(change.too_much for change in judged):
        return ExitStatus.NO
    exact = all(count.apart <= EXACT for count in counts)
    return ExitStatus.DONE if exact else ExitStatus.ENVIRONMENT


def _refuse_uncounted(chosen: Sequence[Target], counts: Sequence[CountedTwice]) -> None:
    """EnvironmentFailure where the count of a chosen target is missing; why was said when it was left out."""
    ids = {count.target for count in counts}
    lost = [target.id for target in chosen if target.id not in ids]
    if lost:
        raise EnvironmentFailure(
            f"{len(lost)} of {len(chosen)} targets were not counted: {', '.join(lost)}",
            "the reasons are above; name only those that can be counted",
        )


def _json(counts: Sequence[CountedTwice], requests: int) -> str:
    how = {"requests": requests, "valgrind": valgrind_version()}
    rows = [asdict(count) | {"apart": count.apart} | how for count in counts]
    return json.dumps(rows, indent=1)


def _chosen(
    names: list[str],
    version_requests: Sequence[str],
    workloads: Sequence[str],
    gate: bool,
    console: Console,
) -> tuple[Target, ...]:
    requested = requested_versions(version_requests, console.print)
    typed = [*names, *requested]
    refuse_unserved(typed, requested, workloads)
    if gate:
        return old_and_new(names, requested)
    beside = [] if names else ["contestant", "floor"]
    chosen = chosen_targets([*beside, *typed], requested)
    return tuple(t for t in chosen if any(t.serves(work) for work in workloads))


def followed_targets(record: RunRecord) -> tuple[Target, ...]:
    """The targets of a run that the history follows: its contestants and their floors."""
    followed = (Role.CONTESTANT, Role.FLOOR)
    return tuple(t for t in record.plan.targets if t.role in followed)


def to_keep(counts: Sequence[CountedTwice], requests: int) -> Instructions:
    """The counts with what they hold for: this machine, its Python, its valgrind."""
    machine = inspect_machine()
    return Instructions(
        schema=INSTRUCTIONS_SCHEMA,
        made_at=utc_now(),
        fingerprint=machine.fingerprint,
        python=machine.python,
        valgrind=valgrind_version(),
        requests=requests,
        counts=tuple(counts),
    )


def table(counts: Sequence[CountedTwice]) -> Iterator[str]:
    """By workload: instructions per request, exactness, and times the fewest."""
    for name in dict.fromkeys(count.workload for count in counts):
        own = [count for count in counts if count.workload == name]
        fewest = min(count.instructions for count in own)
        yield f"{name:34} {'instructions/request':>20} {'twice, apart':>14} {'times':>7}"
        for count in sorted(own, key=lambda count: count.instructions):
            yield (
                f"  {count.target:32} {count.instructions:>20,.0f} "
                f"{count.apart:>13.3%} {count.instructions / fewest:>7.2f}"
            )
    yield "user space, inside the application; without server and kernel"


def old_and_new(
    names: Sequence[str], requested: Sequence[str]
) -> tuple[Target, Target]:
    """The two targets in the order of their names; UsageError if a name means several, or they are no two versions."""
    old, new = (one_target(name, "--gate compares two", requested) for name in names)
    both = {f"{target.framework}@{target.version}" for target in (old, new)}
    unused = [
        version_request for version_request in requested if version_request not in both
    ]
    if unused:
        raise UsageError(
            f"--with asked for {', '.join(unused)}, and neither of the two is that",
            f"name it: bench instructions {old.framework}@OLD {unused[0]} --gate",
        )
    if old.id == new.id or old.framework != new.framework:
        raise UsageError(
            f"{old.id} and {new.id} are not two versions of one framework",
            "bench list targets names them all; any other one: --with PACKAGE==1.2.*",
        )
    return old, new


def gate_lines(judged: Sequence[CountedChange]) -> Iterator[str]:
    """A line for each workload."""
    for change in judged:
        verdict = "more than" if change.too_much else "within"
        if not change.exact:
            verdict = "but two counts differ, so it is not held against"
        yield (
            f"gate: {change.workload}: {change.times:.4f} times the old one's instructions, "
            f"{verdict} the margin of {100 * change.margin:g}%"
        )
