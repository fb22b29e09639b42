"""uv, the one program that asks the package index."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.deploy.unreachable import unreachable
from bench.install.settings_files import UnreadableSettings
from bench.install.tools import Tool, uv_tool


LIMIT_S = 600
_MESSAGE_LINES = 6
_ROOT = Path(__file__).resolve().parents[2]


_NO_SUCH = 1
"""uv's status where the index answered, and has no such thing; 2: it could not be asked, or uv failed."""


class Refused(Exception):
    """Why an environment or a lock cannot be had, in one sentence."""

    def __init__(self, reason: str, exists: bool | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.exists = (
            exists  # False: what was asked for does not exist; None: not known
        )


def compile_lock(
    *words: str,
    doing: str = "make the lock",
    given: str | None = None,
    folder: Path = _ROOT,
) -> str:
    """The lock that `uv pip compile` makes in that folder; Refused with the end of uv's words."""
    tool = _tool(os.environ, locking=True)
    words = ("pip", "compile", *words, "--python", sys.executable, *tool.options)
    return _uv(tool, doing, words, given, folder)


def as_of() -> str | None:
    """The date, or the age, that the settings of uv or pip name for locks; None: today."""
    words = _tool(os.environ, locking=True).options
    named = "--exclude-newer"
    return words[words.index(named) + 1] if named in words else None


def make_environment(path: Path) -> None:
    """An empty environment of this Python; Refused with the end of uv's words."""
    words = ("venv", "--python", sys.executable, "--no-project", str(path))
    _uv(_tool(os.environ), _ENVIRONMENT, words)


def install(lock: Path, environment: Path, *options: str) -> None:
    """Make the environment hold exactly what the lock names; Refused with the end of uv's words."""
    tool = _tool(os.environ)
    python = ("--python", str(environment / "bin" / "python"))
    words = ("pip", "sync", *python, *tool.options, *options, str(lock))
    _uv(tool, _ENVIRONMENT, words)


_ENVIRONMENT = "make the environment"


def _tool(shell: Mapping[str, str], *, locking: bool = False) -> Tool:
    try:
        return uv_tool(shell, _ROOT, locking=locking)
    except UnreadableSettings as error:
        raise Refused(str(error)) from error


def _uv(
    tool: Tool,
    doing: str,
    words: tuple[str, ...],
    given: str | None = None,
    folder: Path = _ROOT,
) -> str:
    # The one of our own lock: another one may know other options.
    program = Path(sys.prefix, "bin", "uv")
    try:
        done = subprocess.run(
            [program, *words],
            env=tool.environment,
            input=given,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    except FileNotFoundError as error:
        raise Refused(f"there is no {program}: run `make install`") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"uv {words[0]} could not run: {error}") from error
    if done.returncode:
        why = unreachable(done.stderr)
        if why is not None:
            raise Refused(f"uv could not {doing}: {why.sentence}", why.exists)
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        said = f"uv could not {doing}: {' '.join(lines[-_MESSAGE_LINES:])}"
        raise Refused(said, False if done.returncode == _NO_SUCH else None)
    return done.stdout
