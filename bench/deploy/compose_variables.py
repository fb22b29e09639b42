"""What docker-compose.yml and the containers are told of one run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.deploy import compose_leftovers
from bench.deploy.compose_database import INNER_DSN
from bench.deploy.compose_server import INNER_PORT
from bench.deploy.compose_settings import BY_HAND
from bench.deploy.engine import CpuPlacement
from bench.deploy.server import Where, fill, surroundings
from bench.model.framework import Target
from bench.model.plan import Pinning


# The image says these itself, for its own folders.
_OF_THE_IMAGE = ("PATH", "VIRTUAL_ENV", "TMPDIR")


def of_the_run(cache: Path, token: str, cores: Pinning) -> dict[str, str]:
    """The variables of docker-compose.yml that are the same for a whole run."""
    return {
        **dict.fromkeys(BY_HAND, ""),
        "BENCH_HOME": compose_leftovers.home(cache),
        "BENCH_RUN": token,
        "ISOLATED": "true",
        "HEALTH_INTERVAL": "1h",  # the harness asks by itself, from outside
        "APP_CPUS": cpu_list(cores.server),
        "LOAD_CPUS": cpu_list(cores.load),
        "DATABASE_CPUS": cpu_list(cores.database),
        "HARNESS_CPUS": cpu_list(cores.harness),
        "COMPOSE_IGNORE_ORPHANS": "1",
    }


def cpu_list(cpus: Sequence[int]) -> str:
    """Processors as the kernel and compose write them."""
    return ",".join(str(cpu) for cpu in cpus)


def command_and_environment(
    target: Target, placement: CpuPlacement, name: str, hash_seed: int
) -> tuple[list[str], list[str]]:
    """The words that a local server is started with, for a container of that name."""
    values: Mapping[str, str] = {
        "host": "0.0.0.0",
        "port": str(INNER_PORT),
        "workers": str(placement.workers),
        "threads": str(placement.threads),
        "connections": str(target.pool_connections),
    }
    temporary = Path("/tmp")
    where = Where(temporary, temporary, temporary, INNER_DSN)
    given = surroundings(target, where, values, hash_seed)
    given["APPLICATION_NAME"] = name
    command = [fill(word, values) for word in target.serve]
    return command, [f"{k}={v}" for k, v in given.items() if k not in _OF_THE_IMAGE]
