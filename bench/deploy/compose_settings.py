"""What a user may say of the containers of a run, and what docker-compose.yml makes of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass


SETTINGS = {
    "PYTHON_IMAGE": "a base image of the user's own",
    "POSTGRES_IMAGE": "the same",
    "PIP_INDEX_URL": "a mirror of the package index",
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


def read_settings(config: str) -> Settings:
    """From what `compose config --format json` prints."""
    services = json.loads(config)["services"]
    return Settings(
        python_image=services["app"]["build"]["args"]["BASE_IMAGE"],
        postgres_image=services["database"]["build"]["args"]["BASE_IMAGE"],
        memory_bytes={
            name: int(services[name]["mem_limit"])
            for name in ("app", "database", "generator", "relay")
        },
    )
