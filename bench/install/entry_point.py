"""`.venv/bin/bench`: the harness as a program of its environment, in whatever folder one stands."""

from __future__ import annotations

import shlex
from pathlib import Path


_TEXT = """\
#!/bin/sh
'''exec' {python} "$0" "$@"
' '''
# Made by `make setup`. A path may be too long, or have a space, for the first line.
import sys

sys.path[0] = {root!r}

from bench.__main__ import main

main()
"""


def entry_point(venv: Path, root: Path) -> str:
    """The program's text; it names its interpreter by full path, as all programs of an environment do."""
    python = shlex.quote(str(venv / "bin" / "python"))
    return _TEXT.format(python=python, root=str(root))


def write_entry_point(venv: Path, root: Path) -> None:
    """Write the program; OSError where the folder does not take it."""
    program = venv / "bin" / "bench"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(entry_point(venv, root), encoding="utf-8")
    program.chmod(0o755)
