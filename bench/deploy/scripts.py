"""A short program of a framework's environment: run to its end, its words kept."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.errors import TargetFailed


LIMIT_S = 120.0


def run_script(
    environment: Path,
    argv: Sequence[str],
    folder: Path,
    variables: Mapping[str, str],
    given: str = "",
) -> str:
    """
    What the program wrote to stdout; `given` is its stdin.

    Raises TargetFailed, with the end of what it said, when it is missing,
    fails, or takes longer than two minutes.
    """
    program = environment / "bin" / argv[0]
    if not program.is_file():
        raise TargetFailed(
            f"{argv[0]} is not a program of the environment {environment.name}",
            "its lock must name what the probe runs",
        )
    shown = " ".join(argv)
    try:
        done = subprocess.run(
            [str(program), *argv[1:]],
            cwd=folder,
            env=dict(variables),
            input=given,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TargetFailed(f"{shown}: {error}") from error
    if done.returncode:
        tail = done.stderr.strip().splitlines()[-12:]
        raise TargetFailed(
            f"{shown} ended with status {done.returncode}"
            + (f": {tail[-1]}" if tail else ""),
            log_tail="\n".join(tail),
        )
    return done.stdout
