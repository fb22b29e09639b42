"""The table of contents of the command line, in the order of the work."""

import os
import signal
import sys
from importlib import import_module
from types import FrameType

import typer

from bench.cli.faults import complain, internal, of_the_machine
from bench.cli.streams import OutputFailed, last_words_written, open_streams
from bench.errors import BenchError, ExitStatus, MachineRefused


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
    "bisect": "Which releases between two changed what a request costs.",
    "selftest": "Hold the harness itself against truths that are known.",
}

MEASURING = {
    *("check", "calibrate", "probe", "agent", "run", "load", "worker"),
    *("instructions", "selftest"),
}
"""Those that need Linux."""

app = typer.Typer(
    name="bench",
    help="Frameworks on trial: measure, judge, report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """Run one command and leave with its status, as `ExitStatus` lists them."""
    open_streams()
    status = _played()
    failed = last_words_written()
    if failed is not None and status in (ExitStatus.DONE, ExitStatus.NO):
        # Nobody has read the answer that the status stands for.
        status = _refused(failed)
        last_words_written()
    sys.exit(status)


def _played() -> int:
    """Every foreseen fault is one sentence and a hint; an unforeseen one has its traceback in a file."""
    try:
        _listen_to_signals()
        _register()
        _refuse_other_systems()
        app(standalone_mode=True)
        return ExitStatus.DONE
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else ExitStatus.DONE
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except BenchError as error:
        if os.environ.get("BENCH_DEBUG"):
            raise
        return _refused(error)
    except Exception as error:
        if os.environ.get("BENCH_DEBUG"):
            raise
        refused = of_the_machine(error)
        return _refused(refused) if refused else internal(error)


def _refused(error: BenchError) -> int:
    if not (isinstance(error, OutputFailed) and error.quiet):
        complain(error)
    return error.exit_status


def _listen_to_signals() -> None:
    """SIGTERM and SIGHUP unwind like Ctrl-C; not where whoever started us had them ignored (nohup)."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminated)


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


def _refuse_other_systems() -> None:
    """What starts, sends or measures reads the kernel's accounts; what reads runs goes anywhere."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    helped = {"-h", "--help"} & set(sys.argv)
    if sys.platform != "linux" and asked in MEASURING and not helped:
        raise MachineRefused(
            f"`bench {asked}` works on Linux only, and this is {sys.platform}",
            "run it in a Linux machine or container; pages of stored runs are made here, "
            "too: bench report",
        )


def _nothing() -> None:
    """Measure, judge, report."""


def _terminated(number: int, frame: FrameType | None) -> None:
    # Unwinds like Ctrl-C, so that every `with` stops what it started.
    raise KeyboardInterrupt
