"""uv, the one program that asks the package index."""

import configparser
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from uv import find_uv_bin


LIMIT_S = 600
_MESSAGE_LINES = 6
_DROPPED = ("VIRTUAL_ENV", "UV_PYTHON", "UV_PROJECT_ENVIRONMENT")
_OWN = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_CONFIG_FILE")
"""Whoever sets one of these has told uv itself where its index is."""


class Refused(Exception):
    """Why an environment or a lock cannot be had, in one sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def uv(
    doing: str, *words: str, given: str | None = None, folder: Path | None = None
) -> str:
    """Run uv and return what it wrote; Refused with the end of its words. `doing`: make the lock."""
    kept = {k: v for k, v in os.environ.items() if k not in _DROPPED}
    try:
        done = subprocess.run(
            [find_uv_bin(), *words],
            env=kept | of_pip(kept) | {"UV_NO_PROGRESS": "1", "NO_COLOR": "1"},
            input=given,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"uv {words[0]} could not run: {error}") from error
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise Refused(f"uv could not {doing}: {' '.join(lines[-_MESSAGE_LINES:])}")
    return done.stdout


def of_pip(environment: Mapping[str, str]) -> dict[str, str]:
    """
    The mirror that pip was told of, for uv; nothing where uv was told itself.

    A machine behind a mirror often says so to pip alone: in a variable, or in
    a pip.conf. Further indexes (extra-index-url) are left out: uv and pip
    choose among several in different ways, so whoever has them tells uv.
    """
    if any(environment.get(name) for name in _OWN):
        return {}
    mirror = environment.get("PIP_INDEX_URL") or _configured(environment)
    return {"UV_DEFAULT_INDEX": mirror} if mirror else {}


def _configured(environment: Mapping[str, str]) -> str | None:
    home = Path(environment.get("HOME") or "/")
    user = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    files = [Path("/etc/pip.conf"), home / ".pip/pip.conf", user / "pip/pip.conf"]
    if environment.get("PIP_CONFIG_FILE"):
        files.append(Path(environment["PIP_CONFIG_FILE"]))
    found = configparser.RawConfigParser(strict=False)
    try:
        found.read(files, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return None  # pip will complain of its own file
    return found.get("global", "index-url", fallback=None)
