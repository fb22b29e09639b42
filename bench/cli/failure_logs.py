"""Where the logs are of what could not be started."""

from pathlib import Path

from bench.cli.places import RUNS, shown
from bench.errors import EnvironmentFailure
from bench.store.leftovers import keep_logs


def keep_and_tell(error: EnvironmentFailure, logs: Path, runs: Path = RUNS) -> None:
    """Keep the logs of a refusal, whose folder is about to go, and say in its hint where they are."""
    kept = keep_logs(logs, runs)
    if kept is not None:
        told = f"its logs are kept in {shown(kept)}"
        error.hint = f"{error.hint}; {told}" if error.hint else told
