"""What runs leave on an engine, found by our own labels, and only by them."""

import hashlib
import os
import platform
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from bench.child_environment import CONTAINERS
from bench.deploy.compose_refusals import explain
from bench.deploy.compose_tool import run
from bench.errors import BenchError, EnvironmentFailure


LABEL = "org.frameworks-on-trial"
_KINDS = (
    ("container", ("ps", "--all"), ("rm", "--force", "--volumes")),
    ("network", ("network", "ls"), ("network", "rm")),
    ("volume", ("volume", "ls"), ("volume", "rm", "--force")),
)
type Docker = Callable[..., str]
"""Calls the docker program: what it says; EnvironmentFailure, explained, if it fails."""

_LOOKS = 20
_PAUSE_S = 0.2


def home(cache: Path) -> str:
    """A name for this checkout on this machine: whoever holds its lock owns what bears the name."""
    place = f"{platform.node()}\0{cache.resolve()}"
    return hashlib.sha256(place.encode()).hexdigest()[:12]


def found(docker: Docker, label: str, value: str) -> list[tuple[str, str]]:
    """Kind and id of everything that bears our label with that value."""
    filters = ("--quiet", "--filter", f"label={LABEL}.{label}={value}")
    return [
        (kind, name)
        for kind, listing, _ in _KINDS
        for name in docker(*listing, *filters).split()
    ]


def remove(docker: Docker, label: str, value: str, certain: bool = True) -> list[str]:
    """
    Remove every container, network and volume that bears our label with that value.

    What was removed. The engine may still be at work on an order of a program
    that was interrupted: where it must be `certain`, nothing has to be there
    twice in a row. EnvironmentFailure if something cannot be removed.
    """
    removed: list[str] = []
    empty = 0
    for _ in range(_LOOKS):
        left = found(docker, label, value)
        empty = 0 if left else empty + 1
        if empty > certain:
            return removed
        for kind, _, removing in _KINDS:
            names = [name for its_kind, name in left if its_kind == kind]
            if names:
                with suppress(BenchError):
                    docker(*removing, *names)
                removed += [
                    f"{kind} {n}" for n in names if f"{kind} {n}" not in removed
                ]
        time.sleep(_PAUSE_S)
    shown = ", ".join(f"{kind} {name}" for kind, name in left)
    raise EnvironmentFailure(
        f"the container engine did not remove what a run had started: {shown}",
        "compose.log among the run's logs may say why; the next run tries again",
    )


def chosen_engine() -> dict[str, str]:
    """The variables that say which engine this run has; for whoever must clean up after it."""
    return {name: os.environ[name] for name in CONTAINERS if os.environ.get(name)}


def end_killed_run(token: str, variables: Mapping[str, str]) -> str | None:
    """
    Remove what the containers' part of a killed run left, whatever engine is used now.

    What there is to tell: what was removed, or why it could not be and the
    command that does it; None if nothing was left.
    """
    # Empty is as good as not set, and what is set now is not that run's.
    chosen = {**dict.fromkeys(CONTAINERS, ""), **variables}

    def docker(*words: str) -> str:
        command = ["docker", *words]
        status, out, err = run(command, chosen)
        if status:
            raise explain(command, status, err or out, logged=False)
        return out

    try:
        removed = remove(docker, "run", token, certain=False)
    except EnvironmentFailure as error:
        where = variables.get("DOCKER_HOST") or variables.get("DOCKER_CONTEXT")
        there = f" (of {where})" if where else ""
        return (
            "a killed run may have left containers, and its container engine"
            f"{there} cannot be asked ({error.message}); what removes them: "
            f"docker rm -f $(docker ps -aq --filter label={LABEL}.run={token})"
        )
    if not removed:
        return None
    return f"removed what a killed run had left: {', '.join(removed)}"
