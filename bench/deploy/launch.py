"""
Becomes another program, after what must be set from inside the new process.

Run by path with `python -I -S`, its order as one JSON argument. Code that
runs between fork and exec inside the harness is unsafe once it has threads;
here it is an ordinary program, and exec leaves no trace of it: same process,
same CPU clock.
"""

import ctypes
import json
import os
import signal
import sys
import time


_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Set cores, user and death signal, say when, and become the program."""
    order = json.loads(sys.argv[1])
    report = order["report"]
    os.set_inheritable(report, False)
    try:
        _prepare(order)
        os.write(report, f"{time.monotonic_ns()}\n".encode())
        os.execv(order["program"], order["argv"])
    except OSError as error:
        os.write(report, f"{error.strerror}: {order['program']}".encode())
        os._exit(127)


def _prepare(order: dict[str, object]) -> None:
    if order["cores"]:
        os.sched_setaffinity(0, order["cores"])  # type: ignore[arg-type]
    if order["user"]:
        user, group = order["user"]  # type: ignore[misc]
        os.setgroups([])
        os.setgid(group)  # type: ignore[has-type]
        os.setuid(user)  # type: ignore[has-type]
    # Python ignores these two; a program must get them as a shell would give them.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    if order["death_signal"]:
        # After the change of user, which would clear it.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, order["death_signal"], 0, 0, 0)
        if os.getppid() != order["parent"]:
            os._exit(127)  # the harness died before it could be asked for


if __name__ == "__main__":
    main()
