"""The table of contents of the command line, in the order of the work."""

import os
import signal
import sys
from importlib import import_module
from types import FrameType

import typer

from bench.errors import BenchError
from bench.report.clean import clean_text


COMMANDS = {
    "list": "What exists: targets, workloads, claims, profiles, runs.",
    "check": "Start targets and play the whole contract against them.",
    "calibrate": "What generator and machine can do here, against known servers.",
    "probe": "Play what is not timed: does it behave as a claim says?",
    "agent": "Tell what a server on this machine uses, for runs from elsewhere.",
    "run": "Measure: a plan, rounds, a run folder, a page.",
    "report": "Write the page and the tables of a stored run again.",
    "compare": "Old against new in one run, or a run against an older one.",
    "versions": "What is newer at the package index than what is locked and measured.",
    "history": "What runs of all days showed, by machine, and where a level changed.",
    "load": "Drive load at one URL on this machine.",
    "worker": "Send a part of the load of a run on another machine.",
    "instructions": "Count what a request costs inside the application, exactly.",
    "selftest": "Hold the harness itself against truths that are known.",
}
INTERRUPTED = 130

app = typer.Typer(
    name="bench",
    help="Frameworks on trial: measure, judge, report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run one command; every foreseen fault is one sentence, a hint and an exit status."""
    signal.signal(signal.SIGTERM, _terminated)
    signal.signal(signal.SIGHUP, _terminated)
    _register()
    try:
        app(standalone_mode=True)
    except BenchError as error:
        if os.environ.get("BENCH_DEBUG"):
            raise
        complain(error)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def complain(error: BenchError) -> None:
    """Say on stderr what was refused and what to do."""
    print(f"error: {_shown(error.message)}", file=sys.stderr)
    if error.hint:
        print(f"hint:  {_shown(error.hint)}", file=sys.stderr)
    tail = getattr(error, "log_tail", None)
    if tail:
        print("the end of its log:", file=sys.stderr)
        for line in clean_text(tail).rstrip().splitlines()[-12:]:
            print(f"  | {line}", file=sys.stderr)


def _shown(text: str) -> str:
    """Somebody else's words among ours: nothing that a terminal obeys, no line that looks like ours."""
    return clean_text(text).replace("\n", "\n       ")


def _register() -> None:
    # Importing a command may load SciPy and matplotlib: only the one that is
    # asked for is imported, all of them only to list their names.
    asked = [word for word in sys.argv[1:2] if word in COMMANDS] or list(COMMANDS)
    if len(asked) == 1:
        # With a single command Typer would drop its name.
        app.callback()(_nothing)
    for name in asked:
        sentence = COMMANDS[name]
        command = import_module(f"bench.cli.{name}_command").command
        app.command(name, help=sentence)(command)


def _nothing() -> None:
    """Measure, judge, report."""


def _terminated(number: int, frame: FrameType | None) -> None:
    # Unwinds like Ctrl-C, so that every `with` stops what it started.
    raise KeyboardInterrupt
