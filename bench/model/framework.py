"""Frameworks and the targets that are made of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a target is for in a run."""

    CONTESTANT = "contestant"  # the framework as a team that loves it deploys it
    ABLATION = "ablation"  # a contestant with one thing changed
    FLOOR = "floor"  # the server without a framework
    TWIN = "twin"  # a contestant entered twice: the noise floor


class CostPart(StrEnum):
    """What a request's CPU time goes into, in the order in which it is drawn."""

    SERVER = "server"  # the bare server
    FRAMEWORK = "framework"  # what the framework adds to it
    VALIDATION = "validation"  # what a validator costs more than a leaner one
    DATABASE = "database"  # what a mapper costs more than its driver
    REST = "rest"  # what nothing in the run tells apart


MARKERS = tuple("os^v<>Ddph8PX*H")
"""matplotlib's filled markers, which can also be drawn hollow."""
DASHES = ("solid", "dashed", "dotted", "dashdot")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Style:
    """How a framework is drawn; colour never stands alone."""

    light: str
    dark: str
    text_light: str
    text_dark: str
    marker: str  # one of MARKERS
    dash: str  # one of DASHES

    @property
    def fault(self) -> str | None:
        """What of it cannot be drawn, and what can; None if all of it can be."""
        for colour in (self.light, self.dark, self.text_light, self.text_dark):
            if not _COLOUR.fullmatch(colour):
                return f"{colour[:40]!r} is not a colour: # and six hexadecimal digits"
        if self.marker not in MARKERS:
            return f"no marker {self.marker[:40]!r}, there are {' '.join(MARKERS)}"
        if self.dash not in DASHES:
            return f"no dash {self.dash[:40]!r}, there are {', '.join(DASHES)}"
        return None


@dataclass(frozen=True, slots=True)
class Framework:
    """Everything the harness knows of a framework; all of it from a table."""

    name: str  # also the folder in apps/
    title: str
    package: str | None  # its installed version is the receipt; None for the floor
    versions: tuple[str, ...]  # oldest first; each has apps/<name>/locks/<version>.txt
    look: Style


@dataclass(frozen=True, slots=True)
class Target:
    """
    One server command that answers the contract.

    `serve` and `environment` hold placeholders that the engine fills:
    {host}, {port}, {workers}, {threads}, {connections}.
    """

    id: str  # framework@version/deployment
    framework: str
    version: str
    deployment: str  # gunicorn-gthread
    role: Role
    title: str  # for charts; a twin has "(again)" after it
    interface: str  # wsgi or asgi
    concurrency: str  # one sentence, shown only: "1 process, 8 threads"
    serve: tuple[str, ...]
    why: str
    environment: Mapping[str, str] = field(default_factory=dict)
    workloads: tuple[str, ...] | None = None  # None: all of the contract
    twin_of: str | None = None  # the id of the target that this one repeats
    keeps_alive: bool = True  # False: closes each connection, by design
    pool_connections: int = 8  # database connections per worker process
    lock: str | None = None  # what its own lock adds to that of the version: granian
    names_all_faults: bool = True  # False: its validator stops at the first one
    workers: int | None = None  # its own number of worker processes; None: the plan's
    validator: str | None = None  # what checks bodies; None: not what it is about
    layer: str | None = None  # between a handler and its rows, likewise
    isolates: CostPart | None = None  # what its contestant costs more than it is this
    serial: bool = False  # each process handles one request at a time

    def same_release(self, other: "Target") -> bool:
        """Whether both are the same version of one framework."""
        mine, others = (self.framework, self.version), (other.framework, other.version)
        return mine == others

    @property
    def lock_name(self) -> str:
        """The name of its lock, without the ending: 3.1, or 3.1+granian."""
        return f"{self.version}+{self.lock}" if self.lock else self.version

    def serves(self, workload: str) -> bool:
        """Whether it answers the workload at all."""
        return self.workloads is None or workload in self.workloads


def contestants(
    targets: Sequence[Target], frameworks: Sequence[Framework]
) -> dict[str, Target]:
    """
    By framework: of several versions the newest by the framework's own table.

    A version outside the table was asked for by hand, to be compared with the
    standing one; it speaks for its framework only if nobody else is there, and
    of several the last one.
    """
    age_of = {
        (framework.name, version): age
        for framework in frameworks
        for age, version in enumerate(framework.versions)
    }
    chosen: dict[str, Target] = {}
    for target in targets:
        if target.role is not Role.CONTESTANT:
            continue
        standing = chosen.get(target.framework)
        age = age_of.get((target.framework, target.version), -1)
        if standing is None or (
            target.version != standing.version
            and age >= age_of.get((standing.framework, standing.version), -1)
        ):
            chosen[target.framework] = target
    return chosen
