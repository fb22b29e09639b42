"""Caches of the tests: each has a lock of its own, and all have the same environments."""

from contextlib import suppress
from pathlib import Path


ROOT = Path(__file__).resolve().parents[1]


def cache_of(name: str) -> Path:
    """
    A cache, and so a lock, of that name: a run may go on beside it.

    Its environments are everybody's. They are made under a lock, are named by
    what is in them and where they really are, and never change, so each is made
    once.
    """
    cache = ROOT / ".cache" / name
    cache.mkdir(parents=True, exist_ok=True)
    (ROOT / ".cache" / "environments").mkdir(exist_ok=True)
    with suppress(FileExistsError):
        (cache / "environments").symlink_to("../environments", target_is_directory=True)
    return cache
