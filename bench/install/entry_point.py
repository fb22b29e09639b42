"""The harness as a program and as a module of its environment, in whatever folder one stands."""

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
    """Write the program, and where `python -m bench` finds it under PYTHONSAFEPATH; OSError where the folder does not take it."""
    program = venv / "bin" / "bench"
    program.parent.mkdir(parents=True, exist_ok=True)
    _write(program, entry_point(venv, root))
    program.chmod(0o755)
    for packages in venv.glob("lib/python*/site-packages"):
        _write(packages / "bench.pth", f"{root}\n")


def _write(path: Path, text: str) -> None:
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
