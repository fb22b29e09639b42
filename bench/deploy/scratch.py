"""Folders for the length of a command, of which none outlives the next one, even after kill -9."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path


_HELD = "held"  # locked by the process whose folder it is


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """
    An empty folder beside everybody's temporary files, removed at the end.

    Those of the same name that a killed process of this user left are removed
    first: nobody holds them any more, as the kernel drops the locks of the dead.
    """
    base, prefix = Path(tempfile.gettempdir()), f"bench-{name}-"
    for left in base.glob(f"{prefix}*"):
        _sweep(left)
    with ExitStack() as stack:
        owned = Path(tempfile.mkdtemp(prefix=prefix))
        stack.callback(shutil.rmtree, owned, ignore_errors=True)
        half = owned / "half"
        held = stack.enter_context(half.open("w"))
        # Without locks nobody could tell whether we live: then nobody may ask.
        with suppress(OSError):
            fcntl.flock(held, fcntl.LOCK_EX)
            half.rename(owned / _HELD)  # from here on others may ask for it
        inside = owned / "inside"
        inside.mkdir()
        yield inside


def _sweep(left: Path) -> None:
    """Remove it, if it is ours and its owner is dead; of two who try one does."""
    with suppress(OSError):
        if left.is_symlink() or left.stat().st_uid != os.getuid():
            return
        with (left / _HELD).open() as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left)
