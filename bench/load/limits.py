"""What the machine lets a generator process have: processors and open files."""

import os
import resource
from pathlib import Path

from bench.errors import EnvironmentFailure


SPARE_FILES = 64  # beside connections: libraries, channel, log, timer, samples


def pin(cpus: str) -> None:
    """Put every thread of this process on these processors ("0,3"; "": anywhere); EnvironmentFailure if that cannot be."""
    try:
        if cpus:
            # Imports have started threads, and each is pinned on its own.
            for thread in Path("/proc/self/task").iterdir():
                wanted = {int(cpu) for cpu in cpus.split(",")}
                os.sched_setaffinity(int(thread.name), wanted)
    except OSError as error:
        raise EnvironmentFailure(
            f"the generator cannot be pinned to processors {cpus}: {error}",
            hint="name processors that this machine has and allows",
        ) from error


def open_many() -> None:
    """Have as many connections as the machine allows: the lower limit is for programs that use select."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def refuse_beyond_files(clients: int, kept: int) -> None:
    """EnvironmentFailure where so many connections, beside those kept to other servers, cannot be opened."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = clients + kept + SPARE_FILES
    if limit != resource.RLIM_INFINITY and needed > limit:
        raise EnvironmentFailure(
            f"{clients} connections, beside {kept} to other servers, need some "
            f"{needed} open files, and the generator may have {limit}",
            hint="raise the limit (ulimit -n), or ask for fewer clients",
        )
