"""Read the table of probes, and refuse what is wrong in it by the probe's own name."""

import re
import warnings
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bench.configure.table_rules import PLACES, refuse_no_port, refuse_places
from bench.configure.tables import DEFINITIONS, load_frameworks
from bench.configure.toml_file import Row, Words, read_toml
from bench.errors import UsageError, told, unknown
from bench.model.probe import Case, Counted, Probe, Send


type Command = Annotated[tuple[Words, ...], Field(min_length=1)]
type Play = Literal[
    "conversation", "wrong-types", "injection", "contract", "in-process", "script"
]


class _SendRow(Row):
    why: Words
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    path: Annotated[str, Field(pattern=r"^/")]
    status: Annotated[tuple[int, ...], Field(min_length=1)]
    body: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    take: dict[str, str] = Field(default_factory=dict)


class _CaseRow(Row):
    framework: Words
    play: Play
    name: str = ""
    measured: str | None = None
    serve: tuple[str, ...] = ()
    environment: dict[str, str] = Field(default_factory=dict)
    prepare: tuple[Command, ...] = ()
    clean: tuple[Command, ...] = ()
    script: tuple[str, ...] = ()
    send: tuple[_SendRow, ...] = ()
    sends: str | None = None
    log_says: str | None = None
    decides: bool = True
    added: tuple[str, ...] = ()
    wrote: tuple[str, ...] = ()
    note: str = ""


class _ProbeRow(Row):
    id: Annotated[str, Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$")]
    title: Words
    case: Annotated[tuple[_CaseRow, ...], Field(min_length=1)]


class _CountRow(Row):
    framework: Words
    entry: Command
    resource: Annotated[tuple[str, ...], Field(min_length=1)]
    left_out: tuple[str, ...] = ()
    new_project: tuple[str, ...] = ()
    first: str | None = None


class _File(Row):
    probe: Annotated[tuple[_ProbeRow, ...], Field(min_length=1)]
    count: tuple[_CountRow, ...] = ()
    conversation: dict[str, tuple[_SendRow, ...]] = Field(default_factory=dict)


def load_probes(path: Path = DEFINITIONS / "probes.toml") -> dict[str, Probe]:
    """
    The probes by id, in the order of the file.

    Raises UsageError, naming the file and the probe, for a key that does
    not exist, a framework that has no table, a conversation that nobody
    wrote, a pattern that is none, or two probes of one name.
    """
    table = read_toml(path, _File)
    frameworks = list(load_frameworks())
    probes: dict[str, Probe] = {}
    for row in table.probe:
        where = f"{path}: probe {told(row.id)}"
        if row.id in probes:
            raise UsageError(f"{where}: is there twice", "give each its own name")
        for case in row.case:
            if case.framework not in frameworks:
                raise unknown("framework", case.framework, frameworks, where)
        cases = tuple(_case(where, case, table.conversation) for case in row.case)
        probes[row.id] = Probe(row.id, row.title, cases)
    return probes


def load_counted(path: Path = DEFINITIONS / "probes.toml") -> tuple[Counted, ...]:
    """What is counted of each framework; UsageError for one that has no table."""
    frameworks = list(load_frameworks())
    rows = read_toml(path, _File).count
    for row in rows:
        if row.framework not in frameworks:
            raise unknown("framework", row.framework, frameworks, f"{path}: count")
        if bool(row.new_project) == (row.first is not None):
            raise UsageError(
                f"{path}: count of {row.framework}: a project begins either with a "
                "command or with a file",
                "name `new_project` or `first`, not both",
            )
    return tuple(Counted(**row.model_dump()) for row in rows)


def _case(
    where: str, row: _CaseRow, conversations: dict[str, tuple[_SendRow, ...]]
) -> Case:
    if row.sends is not None and row.sends not in conversations:
        raise unknown("conversation", row.sends, list(conversations), where)
    rows = conversations[row.sends] if row.sends else row.send
    sends = tuple(Send(**send.model_dump()) for send in rows)
    patterns = [row.log_says or "", *(p for send in sends for p in send.take.values())]
    for pattern in patterns:
        _refuse_no_pattern(where, pattern)
    _refuse_nothing_to_do(where, row, sends)
    _refuse_unfilled(f"{where}: the case of {row.framework}", row)
    values = row.model_dump(exclude={"send", "sends"})
    return Case(**values | {"sends": sends})


def _refuse_no_pattern(where: str, pattern: str) -> None:
    try:
        with warnings.catch_warnings():
            # What may mean something else in a later Python is refused now.
            warnings.simplefilter("error")
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise UsageError(
            f"{where}: {told(pattern)} is no regular expression: {error}",
            "mend the pattern; the head of the file says where patterns stand",
        ) from error


def _refuse_unfilled(where: str, row: _CaseRow) -> None:
    """What the head of the file says is filled in, and where."""
    served = (*row.serve, *row.environment.values())
    refuse_places(where, served, (*PLACES, "work", "app"))
    if row.serve:
        refuse_no_port(where, row.serve)
    commands = (word for command in (*row.prepare, *row.clean) for word in command)
    refuse_places(where, commands, ("work", "app"))
    refuse_places(where, row.script, ("work", "app", "url"))


def _refuse_nothing_to_do(where: str, row: _CaseRow, sends: tuple[Send, ...]) -> None:
    live = bool(row.serve) + (row.measured is not None)
    scripted = row.play in {"in-process", "script"}
    fault = None
    if live > 1:
        fault = "has both `measured` and `serve`: one server answers a case"
    elif not live and not scripted:
        fault = "starts no server: name `measured` or `serve`"
    elif scripted and not row.script:
        fault = "names no `script` to run"
    elif row.play == "conversation" and not sends:
        fault = "sends nothing: write [[probe.case.send]] or name a conversation"
    if fault:
        raise UsageError(f"{where}: the case of {row.framework} {fault}", "mend it")
