"""What runs leave on an engine, found by our own labels, and only by them."""

import hashlib
import platform
import time
from contextlib import suppress
from pathlib import Path

from bench.deploy.compose_tool import Tool
from bench.errors import BenchError, MachineRefused


LABEL = "org.frameworks-on-trial"
_KINDS = (
    ("container", ("ps", "--all"), ("rm", "--force", "--volumes")),
    ("network", ("network", "ls"), ("network", "rm")),
    ("volume", ("volume", "ls"), ("volume", "rm", "--force")),
)
_LOOKS = 20
_PAUSE_S = 0.2


def home(cache: Path) -> str:
    """A name for this checkout on this machine: whoever holds its lock owns what bears the name."""
    place = f"{platform.node()}\0{cache.resolve()}"
    return hashlib.sha256(place.encode()).hexdigest()[:12]


def found(tool: Tool, label: str, value: str) -> list[tuple[str, str]]:
    """Kind and id of everything that bears our label with that value."""
    filters = ("--quiet", "--filter", f"label={LABEL}.{label}={value}")
    return [
        (kind, name)
        for kind, listing, _ in _KINDS
        for name in tool.docker(*listing, *filters).split()
    ]


def remove(tool: Tool, label: str, value: str, certain: bool = True) -> list[str]:
    """
    Remove every container, network and volume that bears our label with that value.

    What was removed. The engine may still be at work on an order of a program
    that was interrupted: where it must be `certain`, nothing has to be there
    twice in a row. MachineRefused if something cannot be removed.
    """
    removed: list[str] = []
    empty = 0
    for _ in range(_LOOKS):
        left = found(tool, label, value)
        empty = 0 if left else empty + 1
        if empty > certain:
            return removed
        for kind, _, removing in _KINDS:
            names = [name for its_kind, name in left if its_kind == kind]
            if names:
                with suppress(BenchError):
                    tool.docker(*removing, *names)
                removed += [
                    f"{kind} {n}" for n in names if f"{kind} {n}" not in removed
                ]
        time.sleep(_PAUSE_S)
    shown = ", ".join(f"{kind} {name}" for kind, name in left)
    raise MachineRefused(
        f"the container engine did not remove what a run had started: {shown}",
        "compose.log among the run's logs may say why; the next run tries again",
    )
