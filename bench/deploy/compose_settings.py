"""What a user may say of the containers of a run, and what docker-compose.yml makes of it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.deploy.compose_refusals import LOCAL
from bench.errors import EnvironmentFailure
from bench.install.index_settings import UnreadableSettings, index_settings


SETTINGS = {
    "PYTHON_IMAGE": "a base image of the user's own",
    "POSTGRES_IMAGE": "the same",
    "PIP_INDEX_URL": "a mirror of the package index",
    "PIP_EXTRA_INDEX_URL": "the same, beside it",
    "PIP_TRUSTED_HOST": "the same, without certificates",
    "BUILD_NO_INDEX": "a build from wheels that are here",
    "BUILD_NETWORK": "the network that builds run in",
    "APP_MEMORY": "a limit, recorded in the run",
    "DATABASE_MEMORY": "the same",
    "GENERATOR_MEMORY": "the same",
}
"""What the user's shell or the file .env may say of a run's containers."""

BY_HAND = (
    *("BENCH_HOME", "BENCH_RUN", "ISOLATED", "PORT", "HEALTH_INTERVAL", "HEALTH_PATH"),
    *("FRAMEWORK", "VERSION", "EXTRA", "LOCKS", "SERVE", "APP_SUFFIX", "APP_PACKAGES"),
    *("GENERATOR_SUFFIX", "GENERATOR_PACKAGES", "DATABASE_IMAGE"),
    *("APP_CPUS", "DATABASE_CPUS", "LOAD_CPUS", "HARNESS_CPUS"),
    *("WORKLOAD", "CLIENTS", "DURATION", "WORKERS"),
)
"""What people set by hand and the harness decides itself; a shell has a VERSION for other reasons."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What docker-compose.yml comes to for a run, wherever that was said."""

    python_image: str
    postgres_image: str
    memory_bytes: Mapping[str, int]  # the limits, by service
    index: Mapping[str, str]  # where builds take packages from, as pip's variables


def read_settings(config: str) -> Settings:
    """From what `compose config --format json` prints."""
    services = json.loads(config)["services"]
    said = services["app"]["build"]["args"]
    return Settings(
        python_image=said["BASE_IMAGE"],
        postgres_image=services["database"]["build"]["args"]["BASE_IMAGE"],
        memory_bytes={
            name: int(services[name]["mem_limit"])
            for name in ("app", "database", "generator", "relay")
        },
        index={name: said[name] for name in said if name.startswith("PIP_")},
    )


def index_of_builds(
    said: Mapping[str, str], shell: Mapping[str, str], folder: Path
) -> dict[str, str]:
    """
    The index that images are built from, as pip's variables: what the shell or the file .env say, else pip's and uv's settings.

    EnvironmentFailure where an address has a password: images keep the arguments
    of their builds. What lies on this machine, a build does not see.
    """
    if said.get("PIP_NO_INDEX"):
        return {}
    if not (said.get("PIP_INDEX_URL") or said.get("PIP_EXTRA_INDEX_URL")):
        said = _told(shell, folder)
    index = {name: value for name, value in said.items() if value}
    for name, value in index.items():
        if re.search(r"://[^/\s]*@", value):
            raise EnvironmentFailure(
                f"the package index of {name} has a user or a password in its address, "
                "and images keep the arguments of their builds",
                "fill apps/docker/wheelhouse and set BUILD_NO_INDEX=1 "
                f"(apps/docker/README.md), or {LOCAL}",
            )
    return index


def _told(shell: Mapping[str, str], folder: Path) -> dict[str, str]:
    try:
        variables = index_settings(shell, folder).pip_variables()
    except UnreadableSettings as error:
        raise EnvironmentFailure(str(error)) from error
    reached = {
        name: " ".join(
            url for url in variables.get(name, "").split() if url.startswith("http")
        )
        for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL")
    }
    return {**reached, "PIP_TRUSTED_HOST": variables.get("PIP_TRUSTED_HOST", "")}
