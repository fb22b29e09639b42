"""The environment in which uv and pip run: made from scratch, with one set of index settings."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.child_environment import INSTALLERS, NETWORK, child_environment
from bench.install.index_settings import IndexSettings, index_settings


_LIMIT_S = 1800
_SHOWN_LINES = 12


class ToolFailed(Exception):
    """What could not be done, why, and what to do, in sentences."""


@dataclass(frozen=True)
class Tool:
    """The variables and the options that uv or pip is started with."""

    environment: dict[str, str]
    options: tuple[str, ...]


def uv_tool(shell: Mapping[str, str], folder: Path, *, locking: bool = False) -> Tool:
    """
    How `uv pip` is started for work in that folder; `locking`: to make a lock.

    No configuration file is read, and no variable of the shell names the Python to
    work on: whoever calls uv says which, by --python. Raises UnreadableSettings.
    """
    settings = index_settings(shell, folder)
    source = settings.for_a_lock() if locking else settings.for_an_installation()
    own = {"UV_NO_CONFIG": "1", "UV_NO_PROGRESS": "1", "NO_COLOR": "1"}
    environment = child_environment(
        shell, NETWORK, INSTALLERS, **source.uv_variables(), **own
    )
    return Tool(environment, source.uv_options())


def pip_tool(shell: Mapping[str, str], folder: Path) -> Tool:
    """The same for pip."""
    settings: IndexSettings = index_settings(shell, folder)
    own = {
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
    }
    environment = child_environment(
        shell, NETWORK, INSTALLERS, **settings.pip_variables(), **own
    )
    return Tool(environment, ())


def run_tool(words: Sequence[str], tool: Tool, doing: str, folder: Path) -> str:
    """What a program wrote to stdout; ToolFailed with the end of what it said. `doing`: make the lock."""
    try:
        done = subprocess.run(
            list(words),
            cwd=str(folder),
            env=tool.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolFailed(f"cannot {doing}: {error}") from error
    if done.returncode:
        lines = (done.stdout + done.stderr).decode(errors="replace").splitlines()
        shown = [f"  {line}" for line in lines if line.strip()]
        said = "\n".join(shown[-_SHOWN_LINES:])
        raise ToolFailed(f"cannot {doing}:\n{said}")
    return done.stdout.decode(errors="replace")


def output_of(
    words: Sequence[str], environment: Mapping[str, str] | None = None
) -> str:
    """What a program says, "" if it does not run or fails."""
    try:
        done = subprocess.run(
            list(words),
            env=dict(environment or child_environment({})),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace")
