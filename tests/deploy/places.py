"""A small repository of its own: one app that needs nothing, and an engine on it."""

import shutil
import sys
from pathlib import Path

from bench.deploy.engine import CpuPlacement
from bench.deploy.local import LocalEngine, Options
from bench.model.framework import Target
from bench.model.plan import Pinning
from tests.builders import target


HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
PINNING = Pinning((0,), (1,), (1,), (1,), "load, database and harness share core 1")


def tiny(mode: str = "ok", **changes: object) -> Target:
    """The small server, in one of its moods."""
    serve = ("python", "serve.py", "{port}", mode)
    return target("tiny", **{"serve": serve, "id": f"tiny@1.0/{mode}", **changes})


def make_root(folder: Path) -> Path:
    """A repository with the small app, an empty lock and the real database scripts."""
    app = folder / "apps" / "tiny"
    (app / "locks").mkdir(parents=True)
    (app / "locks" / "1.0.txt").write_text("# needs nothing\n")
    shutil.copy(HERE / "programs" / "serve.py", app)
    scripts = REPOSITORY / "apps" / "database"
    shutil.copytree(scripts, folder / "apps" / "database")
    return folder


def tiny_engine(root: Path, **options: float) -> LocalEngine:
    """An engine on that repository, with its own cache and so its own lock."""
    chosen = Options(**options)  # type: ignore[arg-type]
    return LocalEngine(root, None, root / "logs", PINNING, {"tiny": None}, chosen)


def placement(root: Path) -> CpuPlacement:
    """One worker on the first core."""
    return CpuPlacement(1, 8, PINNING, root / "logs")


def python() -> str:
    """The interpreter that runs the tests."""
    return sys.executable
