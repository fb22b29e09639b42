"""Who sends the load of a run, where it is more than one process."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkerPool:
    """Who sends: so many workers started here, so many awaited from elsewhere, and where the master listens for them."""

    here: int
    elsewhere: int = 0
    host: str = "127.0.0.1"
    port: int = 0  # 0: any free one
