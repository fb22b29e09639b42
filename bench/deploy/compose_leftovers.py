"""What runs leave on an engine, found by our own labels, and only by them."""

import hashlib
import platform
from pathlib import Path

from bench.deploy.compose_tool import Tool


LABEL = "org.frameworks-on-trial"
_KINDS = (
    ("container", ("ps", "--all"), ("rm", "--force", "--volumes")),
    ("network", ("network", "ls"), ("network", "rm")),
    ("volume", ("volume", "ls"), ("volume", "rm", "--force")),
)


def home(cache: Path) -> str:
    """A name for this checkout on this machine: whoever holds its lock owns what bears the name."""
    place = f"{platform.node()}\0{cache.resolve()}"
    return hashlib.sha256(place.encode()).hexdigest()[:12]


def remove(tool: Tool, label: str, value: str) -> list[str]:
    """Remove every container, network and volume that bears our label with that value; what it was."""
    removed = []
    for kind, listing, removing in _KINDS:
        filters = ("--quiet", "--filter", f"label={LABEL}.{label}={value}")
        found = tool.docker(*listing, *filters).split()
        if found:
            tool.docker(*removing, *found)
            removed += [f"{kind} {name}" for name in found]
    return removed
