"""Probes: what is not timed. It behaves so, or it does not; or it is counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field


EXHIBITS_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Send:
    """One request of a conversation, and what must come back."""

    why: str  # what it shows, in a few words
    method: str
    path: str
    status: tuple[int, ...]  # any of these
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    take: Mapping[str, str] = field(default_factory=dict)  # name -> pattern, one group


@dataclass(frozen=True, slots=True)
class Case:
    """
    One probe played on one framework.

    `play` names the way it is played, see bench/run/probes. Commands hold
    placeholders that the runner fills: {host}, {port}, {url}, {work}.
    """

    framework: str
    play: str
    name: str  # tells several cases of one framework apart; may be ""
    measured: str | None  # deployment of a measured target to start instead of `serve`
    serve: tuple[str, ...]
    environment: Mapping[str, str]
    prepare: tuple[tuple[str, ...], ...]
    clean: tuple[tuple[str, ...], ...]
    script: tuple[str, ...]
    sends: tuple[Send, ...]
    log_says: str | None  # a pattern that the server's own log must hold
    decides: bool  # False: recorded beside the others, and decides nothing
    added: tuple[str, ...]  # distributions that it took beside the framework
    wrote: tuple[str, ...]  # files of own code that it took, in apps/probes/<framework>
    note: str  # what else it took, or what a reader must know


@dataclass(frozen=True, slots=True)
class Probe:
    """A question about behaviour, asked of every framework that it concerns."""

    id: str
    title: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class ProbeOutcome:
    """What became of one case."""

    probe: str
    framework: str
    name: str
    version: str  # of the framework, as installed where it was played
    decides: bool
    passed: bool | None  # None: it could not be played
    sent: str
    came_back: str
    evidence: tuple[str, ...]
    needed: tuple[str, ...]  # what had to be added to the framework to get there


@dataclass(frozen=True, slots=True)
class Counted:
    """What of a framework's equivalent application is counted."""

    framework: str
    entry: tuple[str, ...]  # the modules that are loaded once it has answered
    resource: tuple[str, ...]  # files of one more resource, in apps/probes/<framework>
    left_out: tuple[str, ...] = ()  # files and folders that the contract does not need
    new_project: tuple[str, ...] = ()  # the command that begins a project, or
    first: str | None = None  # the file that the documentation begins with


@dataclass(frozen=True, slots=True)
class ProbeMeasure:
    """Something that is counted of each framework, and by what."""

    name: str
    title: str
    unit: str
    tool: str


IMPORT_STARTS = 5
"""Of an interpreter, to see what an import takes."""

_METADATA = "importlib.metadata"
_OWN = "Python's tokenize and ast"
_INTERPRETER = "Python's own clock and sys.modules"

MEASURES = (
    ProbeMeasure("packages_direct", "Packages named beside the framework", "packages", "apps/<framework>/requirements.in"),
    ProbeMeasure("packages_all", "Packages installed beside the framework", "packages", _METADATA),
    ProbeMeasure("packages_bytes", "Size of all that is installed, compiled files left out", "bytes", _METADATA),
    ProbeMeasure("import_modules", "Modules that the import of the application loads", "modules", _INTERPRETER),
    ProbeMeasure("import_cpu_ms", f"Processor time of that import, the least of {IMPORT_STARTS} fresh interpreters", "ms", _INTERPRETER),
    ProbeMeasure("app_files", "Files of the application that hold code", "files", _OWN),
    ProbeMeasure("app_lines", "Lines of code of the application", "lines", _OWN),
    ProbeMeasure("app_statements", "Logical lines (statements) of the application", "statements", _OWN),
    ProbeMeasure("resource_lines", "Lines of code for one more resource, validated, stored, listed", "lines", _OWN),
    ProbeMeasure("resource_statements", "Logical lines (statements) for that resource", "statements", _OWN),
    ProbeMeasure("first_files", "Files of a new project", "files", "the framework's own command, or the first file of its documentation"),
    ProbeMeasure("first_statements", "Logical lines (statements) of a new project", "statements", _OWN),
)  # fmt: skip

COUNTED = tuple(measure.name for measure in MEASURES)
"""The names of the measures that are counted; claims name them."""


@dataclass(frozen=True, slots=True)
class Count:
    """One measure of one framework; `value` None: not counted, and why."""

    framework: str
    version: str
    measure: str
    value: float | None
    detail: str  # the names behind the number, or the reason why there is none


@dataclass(frozen=True, slots=True)
class ProbeResults:
    """Everything that was probed and counted at one time."""

    schema: int
    made_at: str  # UTC, ISO 8601
    identity: str  # hash over the probes, their apps, the locks and the Python
    python: str
    database: str  # version of the PostgreSQL that it was played against
    outcomes: tuple[ProbeOutcome, ...]
    measures: tuple[ProbeMeasure, ...]
    counts: tuple[Count, ...]

    def of(self, probe: str) -> tuple[ProbeOutcome, ...]:
        """The outcomes of one probe, in the order of its cases."""
        return tuple(outcome for outcome in self.outcomes if outcome.probe == probe)

    def count(self, framework: str, measure: str) -> Count | None:
        """One count, or None."""
        for count in self.counts:
            if (count.framework, count.measure) == (framework, measure):
                return count
        return None
