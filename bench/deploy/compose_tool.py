"""The docker program, its engine and Compose: what they are, and how they are called."""

import ipaddress
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.child_environment import CONTAINERS, NETWORK, child_environment
from bench.deploy.compose_refusals import LOCAL, explain
from bench.deploy.compose_settings import SETTINGS
from bench.errors import EnvironmentFailure, UsageError


COMPOSE_VARIABLE = "BENCH_COMPOSE"
"""Names the command that is Compose 2 here; otherwise `docker compose`."""

BUILD_LIMIT_S = 1800.0
_LIMIT_S = 120.0
_LOOK_LIMIT_S = 30.0
_OLDEST_COMPOSE = 2


@dataclass(frozen=True, slots=True)
class ContainerEngine:
    """What an engine tells of itself."""

    version: str
    endpoint: str  # where it is reached, as unix:///var/run/docker.sock
    platform: str  # of its containers, as linux/arm64
    memory_bytes: int
    limits_memory: bool  # False: its kernel cannot


@dataclass(frozen=True, slots=True)
class ComposeTool:
    """
    One compose program and its engine, with the project and the variables it is called with.

    `log` gets every command with all that it said.
    """

    compose: tuple[str, ...]
    version: str
    engine: ContainerEngine
    file: Path = Path("docker-compose.yml")
    project: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    log: Path | None = None

    def call(
        self,
        *words: str,
        variables: Mapping[str, str] | None = None,
        limit_s: float = _LIMIT_S,
    ) -> str:
        """Run compose on the project; its stdout. EnvironmentFailure, explained, if it fails."""
        command = [*self.compose, "-f", self.file.name, "-p", self.project]
        command += ["--profile", "harness"]
        given = {**self.variables, **(variables or {})}
        return self.run([*command, *words], given, limit_s)

    def docker(self, *words: str, limit_s: float = _LIMIT_S) -> str:
        """Run docker; its stdout. EnvironmentFailure, explained, if it fails."""
        return self.run(["docker", *words], {}, limit_s)

    def run(
        self, command: Sequence[str], variables: Mapping[str, str], limit_s: float
    ) -> str:
        """Run a command in a session of its own, so that Ctrl-C reaches the harness alone."""
        status, out, err = self.attempt(command, variables, limit_s)
        if status:
            raise explain(command, status, f"{out}\n{err}", self.log is not None)
        return out

    def attempt(
        self, command: Sequence[str], variables: Mapping[str, str], limit_s: float
    ) -> tuple[int, str, str]:
        """Like `run`, for whoever knows better what a failure means: status, stdout, stderr."""
        status, out, err = run(command, variables, limit_s, self.file.parent)
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(f"$ {shlex.join(command)}\n{out}{err}[{status}]\n")
        return status, out, err

    def refuse_silent(self) -> None:
        """EnvironmentFailure if the engine does not answer any more; whatever failed is its doing then."""
        self.docker("version", "--format", "{{.Server.Version}}", limit_s=_LOOK_LIMIT_S)


def run(
    command: Sequence[str],
    variables: Mapping[str, str],
    limit_s: float = _LOOK_LIMIT_S,
    folder: Path | None = None,
) -> tuple[int, str, str]:
    """Status, stdout and stderr of a command; EnvironmentFailure if it cannot run or takes too long."""
    environment = {**surroundings(), **variables}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit_s,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise EnvironmentFailure(
            f"`{shlex.join(command)[:120]}` did not end within {limit_s:g} s",
            f"is the container engine overloaded? try again, or {LOCAL}",
        ) from error
    except OSError as error:
        raise EnvironmentFailure(
            f"{command[0]} cannot be run: {error.strerror}",
            f"install it, or {LOCAL}",
        ) from error
    return done.returncode, done.stdout, done.stderr


def surroundings() -> dict[str, str]:
    """The environment of docker and compose: a shell's VERSION or COMPOSE_FILE is meant for other things."""
    return child_environment(
        os.environ, NETWORK, CONTAINERS, SETTINGS, DOCKER_CLI_HINTS="false"
    )


def find_tool() -> ComposeTool:
    """
    Compose and the engine behind it, once that has answered.

    EnvironmentFailure with what is missing: the docker program, an engine on this
    machine that answers and can do what a run needs, permission to talk to it,
    or Compose 2. UsageError for a BENCH_COMPOSE that is none.
    """
    if not shutil.which("docker"):
        raise EnvironmentFailure(
            "there is no docker program on this machine",
            f"install a container engine, or {LOCAL}",
        )
    engine = _engine()
    command = _compose_command()
    version = compose_version(command)
    shown = shlex.join(command)
    old = version is not None and int(version.split(".")[0]) < _OLDEST_COMPOSE
    if version is None or old:
        fault = (
            f"is Compose {version}, no longer maintained" if old else "does not work"
        )
        if os.environ.get(COMPOSE_VARIABLE):
            raise UsageError(
                f"{COMPOSE_VARIABLE} names `{shown}`, which {fault}",
                "name a Compose 2 or newer, or unset it",
            )
        raise EnvironmentFailure(
            f"a container engine answers, but `{shown}` {fault}",
            f"install the compose plugin of docker (Compose 2 or newer), or {LOCAL}",
        )
    return ComposeTool(tuple(command), version, engine)


def _compose_command() -> list[str]:
    given = os.environ.get(COMPOSE_VARIABLE, "")
    try:
        return shlex.split(given) or ["docker", "compose"]
    except ValueError as error:
        raise UsageError(
            f"{COMPOSE_VARIABLE} is {given!r}, which is no command: {error}",
            "write it as `docker compose`, or unset it",
        ) from error


def compose_version(command: Sequence[str]) -> str | None:
    """What a compose program says of its version, None if it does not work."""
    if not shutil.which(command[0]):
        return None
    status, out, _ = run([*command, "version", "--short"], {})
    number = re.search(r"\d+\.\d+\.\d+", out)
    return number.group() if number and not status else None


def _engine() -> ContainerEngine:
    """The engine that docker talks to; EnvironmentFailure if it cannot carry a run."""
    if "podman" in run(["docker", "--version"], {})[1].lower():
        raise _podman()
    endpoint = _endpoint()
    _refuse_elsewhere(endpoint)
    version = _asked("version")
    server = version.get("Server") or {}
    names = {str(part.get("Name")) for part in server.get("Components") or ()}
    if "Podman Engine" in names:
        raise _podman()
    if not server:
        raise EnvironmentFailure(
            "no container engine answers",
            f"start it, or correct DOCKER_HOST, or {LOCAL}",
        )
    info = {**server, **_asked("info")}
    platform = f"{_told(info, 'Os', str)}/{_told(info, 'Arch', str)}"
    _refuse_unfit(info, platform)
    return ContainerEngine(
        version=_told(info, "Version", str),
        endpoint=endpoint,
        platform=platform,
        memory_bytes=_told(info, "MemTotal", int),
        limits_memory=_told(info, "MemoryLimit", bool),
    )


def _podman() -> EnvironmentFailure:
    return EnvironmentFailure(
        "what answers as docker is Podman",
        f"the harness is tried with Docker's own engine: {LOCAL}",
    )


def _endpoint() -> str:
    command = ["docker", "context", "inspect"]
    status, out, err = run([*command, "--format", "{{.Endpoints.docker.Host}}"], {})
    if not status:
        return out.strip()
    raise explain(command, status, err, logged=False)


def _refuse_elsewhere(endpoint: str) -> None:
    """The page would tell of this machine, and the figures be another's."""
    parts = urlsplit(endpoint)
    if parts.scheme == "ssh" or (
        parts.scheme == "tcp" and not _loopback(parts.hostname)
    ):
        raise EnvironmentFailure(
            f"the container engine is on another machine ({parts.scheme}://"
            f"{parts.hostname}), and a run measures the machine that it is started on",
            "start the run there, or choose an engine here with DOCKER_CONTEXT=default "
            f"(unset DOCKER_HOST), or {LOCAL}",
        )


def _loopback(host: str | None) -> bool:
    if host in (None, "localhost"):
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _asked(what: str) -> Mapping[str, Any]:
    """Everything that `docker version` or `docker info` tells."""
    command = ["docker", what, "--format", "{{json .}}"]
    status, out, err = run(command, {})
    try:
        answer = json.loads(out)
    except ValueError:
        answer = None
    if status or not isinstance(answer, dict):
        raise explain(command, status, err or out, logged=False)
    return answer


def _refuse_unfit(info: Mapping[str, Any], platform: str) -> None:
    if not platform.startswith("linux/"):
        raise EnvironmentFailure(
            f"the container engine runs {platform} containers, and the apps need Linux",
            f"switch it to Linux containers, or {LOCAL}",
        )
    wanted = os.environ.get("DOCKER_DEFAULT_PLATFORM", "")
    if wanted and not f"{wanted}/".startswith(f"{platform}/"):
        raise EnvironmentFailure(
            f"DOCKER_DEFAULT_PLATFORM is {wanted}, and the container engine's processors "
            f"are {platform}: an emulated processor is not worth measuring",
            "unset DOCKER_DEFAULT_PLATFORM",
        )
    if not _told(info, "CPUSet", bool):
        rootless = any("rootless" in str(o) for o in info.get("SecurityOptions") or ())
        remedy = (
            "delegate the cpuset controller to the user (Delegate=cpu cpuset memory "
            f"pids), or {LOCAL}"
        )
        raise EnvironmentFailure(
            f"the {'rootless ' if rootless else ''}container engine cannot keep containers on processors "
            "of their own (no cpuset)",
            remedy
            if rootless
            else f"let its kernel have control groups for cpuset, or {LOCAL}",
        )


def _told[T](info: Mapping[str, Any], name: str, kind: type[T]) -> T:
    """One field of the engine's answer; EnvironmentFailure if it is not there."""
    value = info.get(name)
    if type(value) is not kind or value == "":
        raise EnvironmentFailure(
            f"the container engine does not tell its {name} (`docker info`)",
            f"is it Docker's, and does it work? or {LOCAL}",
        )
    return value
