"""A file that stands there as a whole, or not at all."""

import os
from collections.abc import Buffer
from pathlib import Path


def write_whole(path: Path, content: str | Buffer, synced: bool = True) -> Path:
    """
    Replace a file, so that no reader ever meets half of it; OSError where the disk does not take it.

    Until it is whole it has a name of this process's own, by which
    `bench.store.folder` knows what a killed one left. `synced`: it is on the
    disk before this returns, which what can be made again need not be.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    if isinstance(content, str):
        # Lone surrogates stand for bytes that were no text; as escapes they are JSON.
        content = content.encode("utf-8", "backslashreplace")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # Made anew: what is left of a crash, or a link, is not written to.
        beside.unlink(missing_ok=True)
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            if synced:
                os.fsync(file.fileno())
        return beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
