"""
How long a reader waits: from `docker compose up` of one app to its first good health check.

    python -m tests.docker.up_to_healthy [--times 3]

PostgreSQL starts first and must be healthy; images are built before the clock
runs. Health is looked at each second, so the figures are whole seconds late
at most.
"""

import argparse
import sys
import time
from statistics import median

from tests.docker.hand import Hand
from tests.docker.standing import ROOT


def seconds(env_file: str) -> float:
    """One start of one app, in seconds; nothing is left."""
    hand = Hand()
    words = ("--env-file", env_file, "up", "-d", "app")
    try:
        began = time.monotonic()
        done = hand.call(*words, HEALTH_INTERVAL="1s")
        assert done.returncode == 0, done.stderr[-2000:]
        assert hand.healthy("app") == "healthy"
        return time.monotonic() - began
    finally:
        hand.call("down", "--volumes", "--timeout", "1")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--times", type=int, default=3)
    times = parser.parse_args().times
    files = sorted(ROOT.glob("apps/docker/*.env"))
    for file in (str(path.relative_to(ROOT)) for path in files):
        done = Hand().call("--env-file", file, "build", "app")
        assert done.returncode == 0, done.stderr[-2000:]
        took = [seconds(file) for _ in range(times)]
        spread = f"{min(took):.1f} to {max(took):.1f}"
        sys.stdout.write(
            f"{file:28} {median(took):4.1f} s ({spread}, {times} starts)\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
