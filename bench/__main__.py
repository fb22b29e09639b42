"""`python -m bench`."""

import os
import sys
from pathlib import Path

from bench.child_environment import behind_ones_back
from bench.errors import ExitStatus


ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """
    Run one command, without what the shell would have the harness' libraries do.

    What Python has read already (PYTHONPATH, PYTHONMALLOC) is gone only from
    a fresh start, in the same process.
    """
    harmful = behind_ones_back(os.environ, str(ROOT))
    for name in harmful:
        del os.environ[name]
    if any(name.startswith("PYTHON") for name in harmful):
        if "PYTHONPATH" in harmful:
            os.environ["PYTHONPATH"] = str(ROOT)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    # Fonts are found once; a matplotlibrc of the user would change every chart.
    os.environ["MPLCONFIGDIR"] = str(ROOT / ".cache" / "matplotlib")
    try:
        from bench.cli.main import main as played
    except ImportError as error:
        sys.stderr.write(
            f"error: the harness is not installed here: {error}\n"
            "hint:  make install; then .venv/bin/python -m bench\n"
        )
        sys.exit(ExitStatus.ENVIRONMENT)
    played()


if __name__ == "__main__":
    main()
