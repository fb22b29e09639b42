"""The engines by name, and the generator that goes with each."""

from collections.abc import Sequence
from pathlib import Path

from bench.cli.load_workers import credentials_of
from bench.cli.places import CACHE, ROOT
from bench.cli.run_options import frameworks
from bench.deploy.compose import ComposeEngine
from bench.deploy.engine import Say
from bench.deploy.external import ExternalEngine
from bench.deploy.local import LocalEngine, Options
from bench.load.container_generator import ContainerGenerator
from bench.load.distributed_generator import DistributedGenerator
from bench.load.locust_generator import LocustGenerator
from bench.load.worker_pool import WorkerPool
from bench.model.framework import Target
from bench.model.plan import Pinning
from bench.run.contract import refuse_broken


type AnyEngine = LocalEngine | ComposeEngine | ExternalEngine


def new_engine(
    name: str, cores: Pinning, logs: Path, say: Say, *, timed: bool = True
) -> LocalEngine | ComposeEngine:
    """The engine of that name that starts servers, not entered yet; processes whose starts are not timed are not compiled beforehand."""
    packages = {f.name: f.package for f in frameworks()}
    options = Options(timed=timed, say=say)
    if name == ComposeEngine.name:
        return ComposeEngine(ROOT, CACHE, logs, cores, packages, options)
    return LocalEngine(ROOT, CACHE, logs, cores, packages, options)


def external_engine(
    targets: Sequence[Target], cores: Pinning, i_own_this: bool
) -> ExternalEngine:
    """The engine for targets that stand already, not entered yet."""
    return ExternalEngine(CACHE, targets, cores, refuse_broken, i_own_this)


def new_generator(
    engine: AnyEngine, cores: Pinning, log: Path, worker_pool: WorkerPool | None = None
) -> LocustGenerator:
    """The generator for servers of that engine: a process, one inside its container, or a crew of several."""
    if isinstance(engine, ComposeEngine):
        return ContainerGenerator(
            engine.generator_command, engine.inside, log, engine.generator_ended
        )
    if worker_pool is not None:
        return DistributedGenerator(
            cores.load, worker_pool, credentials_of(worker_pool), log
        )
    return LocustGenerator(cores.load, log=log)


def engine_version(engine: AnyEngine) -> str | None:
    """What runs the containers; None without containers."""
    return engine.version() if isinstance(engine, ComposeEngine) else None


MEMORY_LIMIT = "memory_limit_bytes_"
"""What a container of a service may hold, among the details of the machine."""


def container_details(engine: AnyEngine) -> dict[str, str]:
    """What a user may have changed of the containers, for the run's record; nothing without containers."""
    if not isinstance(engine, ComposeEngine):
        return {}
    return {
        f"{MEMORY_LIMIT}{service}": "not limited" if most is None else str(most)
        for service, most in engine.memory_limits().items()
    }
