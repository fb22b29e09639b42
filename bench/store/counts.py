"""
Counted instructions that were made once, by what they hold for: one small file each.

A count depends on the packages, the application, the interpreter, valgrind and
the requests, and on nothing else; whoever asks for the same again is told at once.
So is whoever asks for something that broke the contract.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.store.whole_file import write_whole


@dataclass(frozen=True, slots=True)
class CountOf:
    """Everything that a count depends on."""

    packages: Mapping[str, str]
    app_sha256: str
    python: str
    valgrind: str
    calling_sha256: str  # of what calls the application
    workload: str
    requests: int

    @property
    def name(self) -> str:
        """The file's name."""
        held = (self.app_sha256, self.python, self.valgrind, self.calling_sha256)
        text = json.dumps(
            [sorted(self.packages.items()), *held, self.workload, self.requests]
        )
        return f"{self.workload}-{hashlib.sha256(text.encode()).hexdigest()[:20]}.json"


def read_counts(folder: Path, of: CountOf) -> tuple[float, ...]:
    """The counts that were made of it, none if there are none or the file is damaged."""
    try:
        counts = json.loads((folder / of.name).read_text(encoding="utf-8"))
        return tuple(float(count) for count in counts)
    except (OSError, ValueError, TypeError):
        return ()


def keep_count(folder: Path, of: CountOf, count: float) -> None:
    """Add one count; a disk that does not take it costs a later count, and nothing else."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        counts = [*read_counts(folder, of), count]
        write_whole(folder / of.name, json.dumps(counts) + "\n")


def read_fault(folder: Path, of: CountOf) -> str | None:
    """Why it met no contract when that was last asked; None if it did, or was never asked."""
    try:
        fault = json.loads((folder / f"fault-{of.name}").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return fault if isinstance(fault, str) else None


def keep_fault(folder: Path, of: CountOf, fault: str) -> None:
    """Note why nothing was counted of it."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"fault-{of.name}", json.dumps(fault) + "\n")
