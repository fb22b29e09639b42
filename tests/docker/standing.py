"""What the container tests share: whether an engine is there, the engine of a test, its traces."""

import json
import os
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import all_targets
from bench.deploy.compose import ComposeEngine
from bench.deploy.compose_leftovers import LABEL, home
from bench.deploy.compose_tool import find_tool
from bench.deploy.engine import CpuPlacement
from bench.deploy.local import Options
from bench.errors import EnvironmentFailure
from bench.model.framework import Target
from bench.model.plan import Pinning


ROOT = Path(__file__).resolve().parents[2]
CORES = Pinning((0,), (1,), (1,), (1,), "load, database and harness share processor 1")


@cache
def refusal() -> str | None:
    """Why there can be no container test here; None if there can."""
    try:
        find_tool()
    except EnvironmentFailure as error:
        return f"needs a container engine: {error.message} (.ci/engine start makes one)"
    return None


needs_engine = pytest.mark.skipif(refusal() is not None, reason=refusal() or "")


def targets() -> dict[str, Target]:
    """Every target of the tables, by id without the version."""
    found = all_targets(load_frameworks(), load_profiles()[1])
    return {f"{target.framework}/{target.deployment}": target for target in found}


def new_engine(cache_folder: Path, logs: Path, wait_s: float = 0.0) -> ComposeEngine:
    """An engine on the repository's own apps, with a cache and so with leftovers of its own."""
    packages = {name: row.framework.package for name, row in load_frameworks().items()}
    options = Options(wait_s=wait_s)
    return ComposeEngine(ROOT, cache_folder, logs, CORES, packages, options)


def placement(logs: Path) -> CpuPlacement:
    """One worker process, eight threads."""
    return CpuPlacement(1, 8, CORES, logs)


def docker(*words: str) -> str:
    """What a docker command says."""
    done = subprocess.run(
        ["docker", *words], capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout.strip()


def inspect(name: str) -> dict[str, object]:
    """All that the engine knows of a container."""
    found: list[dict[str, object]] = json.loads(docker("inspect", name))
    return found[0]


def traces(cache_folder: Path) -> Sequence[str]:
    """Containers and networks that bear the label of that cache's owner."""
    label = f"label={LABEL}.home={home(cache_folder)}"
    containers = docker("ps", "--all", "--quiet", "--filter", label)
    networks = docker("network", "ls", "--quiet", "--filter", label)
    return [*containers.split(), *networks.split()]


def any_image() -> str:
    """An image that is here."""
    label = "label=org.frameworks-on-trial.framework"
    listed = docker("images", "--quiet", "--filter", label).split()
    return listed[0] if listed else os.environ.get("PYTHON_IMAGE", "python:3.13-slim")
