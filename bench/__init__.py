"""Django, Flask and FastAPI on trial: the harness."""

from os import PathLike
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from bench.analyse.frames import Frames


def frames(run: str | PathLike[str] | None = None) -> "Frames":
    """
    A stored run as pandas data frames: `windows`, `rounds` and `comparisons`.

    `run` is a run's id, the beginning of it, or its folder; None: the newest.
    Raises UsageError where there is no such run, or where it cannot be read.
    """
    # Loaded when asked for: a load process imports this package, too.
    from bench.analyse.frames import frames_of
    from bench.cli.places import PUBLISHED, RUNS
    from bench.store.folder import find, read

    return frames_of(read(find(RUNS, PUBLISHED, None if run is None else str(run))))
