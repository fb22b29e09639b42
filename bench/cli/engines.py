"""The engines by name, and the generator that goes with each."""

from pathlib import Path

from bench.cli.asked import frameworks
from bench.cli.crew import credentials_of
from bench.cli.places import CACHE, ROOT
from bench.deploy.compose import ComposeEngine, ComposeOptions
from bench.deploy.engine import Say
from bench.deploy.local import LocalEngine
from bench.load.container_generator import ContainerGenerator
from bench.load.distributed_generator import Crew, DistributedGenerator
from bench.load.locust_generator import LocustGenerator
from bench.model.plan import Pinning


type AnyEngine = LocalEngine | ComposeEngine


def new_engine(name: str, cores: Pinning, logs: Path, say: Say) -> AnyEngine:
    """The engine of that name, not entered yet."""
    packages = {f.name: f.package for f in frameworks()}
    if name == ComposeEngine.name:
        options = ComposeOptions(say=say)
        return ComposeEngine(ROOT, CACHE, logs, cores, packages, options)
    return LocalEngine(ROOT, CACHE, logs, cores, packages)


def new_generator(
    engine: AnyEngine, cores: Pinning, log: Path, crew: Crew | None = None
) -> LocustGenerator:
    """The generator for servers of that engine: a process, one inside its container, or a crew of several."""
    if isinstance(engine, ComposeEngine):
        return ContainerGenerator(engine.generator_command, engine.inside, log)
    if crew is not None:
        return DistributedGenerator(cores.load, crew, credentials_of(crew), log)
    return LocustGenerator(cores.load, log=log)


def engine_version(engine: AnyEngine) -> str | None:
    """What runs the containers; None without containers."""
    return engine.version() if isinstance(engine, ComposeEngine) else None
