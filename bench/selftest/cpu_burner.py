"""
A program that wants one core for itself, and ends by itself.

`python -m bench.selftest.cpu_burner --core 0 --seconds 60`: the background process of the
self-test on a disturbed machine. It ends sooner when its standard input does,
so that nobody has to find and kill it.
"""

import argparse
import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import bench
from bench.child_environment import sending_environment


ROOT = Path(bench.__file__).parent.parent
LONGEST_S = 1800.0
_END_S = 5.0


def work_until(over: Callable[[], bool]) -> None:
    """Spend processor time, looking some hundred times a second whether it is over."""
    while not over():
        end_s = time.monotonic() + 0.01
        while time.monotonic() < end_s:
            pass


@contextmanager
def burn_cpu(core: int, seconds: float = LONGEST_S) -> Iterator[int]:
    """The program at work on that core while the block runs; its process id."""
    command = [sys.executable, "-m", "bench.selftest.cpu_burner"]
    command += ["--core", str(core), "--seconds", str(seconds)]
    environment = sending_environment(os.environ, str(ROOT))
    with Popen(command, cwd=ROOT, env=environment, stdin=PIPE) as child:
        try:
            # From its first moment: to load Python is work on a core, too.
            os.sched_setaffinity(child.pid, {core})
            yield child.pid
        finally:
            assert child.stdin is not None
            child.stdin.close()
            try:
                child.wait(_END_S)
            finally:
                child.kill()


def main() -> None:
    """Work, until the time or the standard input ends."""
    parser = argparse.ArgumentParser(description="A program that wants one core.")
    parser.add_argument("--core", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    asked = parser.parse_args()
    os.sched_setaffinity(0, {asked.core})
    end_s = time.monotonic() + min(asked.seconds, LONGEST_S)

    def over() -> bool:
        ended, _, _ = select.select([sys.stdin], [], [], 0)
        return bool(ended) or time.monotonic() >= end_s

    work_until(over)


if __name__ == "__main__":
    main()
