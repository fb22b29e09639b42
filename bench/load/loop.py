"""What the engine needs of gevent's hub: watchers and timers, called back in the hub itself."""

from collections.abc import Callable
from typing import Protocol


READ, WRITE = 1, 2


class Watcher(Protocol):
    """Calls back when its event occurs, until it is closed."""

    def start(self, callback: Callable[..., object], *arguments: object) -> None:
        """Begin to watch."""

    def close(self) -> None:
        """End for good; harmless when repeated."""


class Loop(Protocol):
    """`gevent.get_hub().loop`, as far as it is used here."""

    def io(self, fd: int, events: int) -> Watcher:
        """Watch a file descriptor, level-triggered."""

    def timer(self, after: float, repeat: float = 0.0) -> Watcher:
        """Call after so many seconds, and then again every `repeat` seconds."""

    def run_callback(self, callback: Callable[[], object]) -> object:
        """Call once, in the hub, before it waits next."""

    def update_now(self) -> None:
        """Refresh the clock that timers start from."""
