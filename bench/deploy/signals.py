"""What every engine does around its work: stay on its cores, end through the same doors."""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType

from bench.deploy.cleanup_registry import CleanupRegistry
from bench.deploy.engine import Say


@contextmanager
def alone_here(
    cache: Path, cores: Sequence[int], wait_s: float, say: Say = lambda line: None
) -> Iterator[CleanupRegistry]:
    """
    Keep other runs off this machine, and the harness on its cores, until the block ends.

    SIGTERM and SIGHUP leave through the same doors as an exception from here on.
    EnvironmentFailure while another run lives.
    """
    with (
        ending_cleanly(),
        closing(CleanupRegistry(cache / "running", wait_s, say)) as cleanup,
        on_cores(cores),
    ):
        yield cleanup


@contextmanager
def on_cores(cores: Sequence[int]) -> Iterator[None]:
    """Keep the harness itself to its cores."""
    before = os.sched_getaffinity(0)
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def ending_cleanly() -> Iterator[None]:
    """Let SIGTERM and SIGHUP leave through the same doors as an exception."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {
        number: signal.signal(number, leave)
        for number in numbers
        if signal.getsignal(number) is signal.SIG_DFL
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Do not let a second Ctrl-C break cleaning up; it is bounded anyway."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            # What was cleaned up may have put its own handler back meanwhile.
            if signal.getsignal(number) is signal.SIG_IGN:
                signal.signal(number, handler)
