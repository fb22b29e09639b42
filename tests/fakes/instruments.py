"""What a run measures with, where nothing is to be seen of clock and machine."""

from pathlib import Path
from typing import Any

from bench.deploy.engine import Engine
from bench.load.generator import Generator
from bench.run.instruments import Instruments


def instruments(
    engine: Engine,
    generator: Generator,
    folder: Path,
    wrong: str | None = None,
    **more: Any,
) -> Instruments:
    """Every target answers as `wrong` says (None: rightly), nothing is stolen, and time stands still."""
    now = "2026-01-01T00:00:00.000Z"
    verify, steal_s, utc_now = lambda *_: wrong, lambda: 0.0, lambda: now
    return Instruments(engine, generator, folder, verify, steal_s, utc_now, **more)
