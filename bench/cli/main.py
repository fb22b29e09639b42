"""The table of contents of the command line, in the order of the work."""

import os
import signal
import sys
import tomllib
from collections.abc import Callable
from importlib import import_module
from types import FrameType
from typing import Annotated

import typer

from bench.cli.contents import COMMANDS, examples
from bench.cli.faults import complain, internal, of_the_machine
from bench.cli.places import ROOT
from bench.cli.streams import last_words_written, open_streams
from bench.errors import BenchError, EnvironmentFailure, ExitStatus


SETTINGS = {"help_option_names": ["-h", "--help"]}


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
        _refuse_other_systems()
        program(_asked())(standalone_mode=True, prog_name="bench")
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
    complain(error)
    return error.exit_status


def _listen_to_signals() -> None:
    """SIGTERM and SIGHUP unwind like Ctrl-C; not where whoever started us had them ignored (nohup)."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminated)


def program(asked: str) -> typer.Typer:
    """
    The command line with all commands by name, of which one can be used: that which is asked for.

    Importing a command may load SciPy and matplotlib; to list the others takes
    their names and summaries.
    """
    app = typer.Typer(
        name="bench",
        no_args_is_help=True,
        context_settings=SETTINGS,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback(epilog="bench COMMAND --help shows examples.")(_root)
    for name, entry in COMMANDS.items():
        command: Callable[..., None] = _named
        if name == asked:
            command = import_module(f"bench.cli.{name}_command").command
        app.command(
            name,
            help=command.__doc__,
            short_help=entry.summary,
            epilog=examples(name),
            context_settings=SETTINGS,
        )(command)
    return app


def _asked() -> str:
    """The command that is typed, or completed by a shell; "" if none is yet."""
    line = os.environ.get("_TYPER_COMPLETE_ARGS") or os.environ.get("COMP_WORDS", "")
    words = line.split() if os.environ.get("_BENCH_COMPLETE") else sys.argv
    return words[1] if len(words) > 1 else ""


def _refuse_other_systems() -> None:
    """What starts, sends or measures reads the kernel's accounts; what reads runs goes anywhere."""
    asked = _asked()
    helped = {"-h", "--help"} & set(sys.argv)
    entry = COMMANDS.get(asked)
    if sys.platform != "linux" and entry and entry.measures and not helped:
        raise EnvironmentFailure(
            f"`bench {asked}` works on Linux only, and this is {sys.platform}",
            "run it in a Linux machine or container; pages of stored runs are made here, "
            "too: bench report",
        )


def _version(wanted: bool) -> None:
    if wanted:
        print(version_line())
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=_version,
            help="Print the version and the commit.",
        ),
    ] = False,
) -> None:
    """Frameworks on trial: measure, judge, report."""


def _named() -> None:
    """Stands for a command that is not asked for."""


def version_line() -> str:
    """Name, version and, in a clone, the commit."""
    from bench.cli.record import git

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    commit = git("rev-parse", "--short", "HEAD")
    return f"{project['name']} {project['version']}" + (
        f" ({commit})" if commit else ""
    )


def _terminated(number: int, frame: FrameType | None) -> None:
    # Unwinds like Ctrl-C, so that every `with` stops what it started.
    raise KeyboardInterrupt
