"""`make lock`: resolves the harness' own dependencies again."""

import os
import sys

from bench.install.settings_files import UnreadableSettings
from bench.install.setup import LOCK, ROOT, UV
from bench.install.tools import ToolFailed, run_tool, uv_tool


OPTIONS = (
    *("--generate-hashes", "--universal", "--no-emit-index-url", "--no-header"),
    *("--python-version", "3.13"),
)


def main() -> int:
    """Write the lock; 0, or 3 with sentences on stderr."""
    try:
        tool = uv_tool(os.environ, ROOT, locking=True)
        words = ("pyproject.toml", "--group", "dev", "--output-file", LOCK.name)
        python = ("--python", sys.executable)
        run_tool(
            [str(UV), "pip", "compile", *tool.options, *python, *OPTIONS, *words],
            tool,
            f"make {LOCK.name}",
            ROOT,
        )
    except (ToolFailed, UnreadableSettings) as error:
        print(f"lock: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
