"""The docker and compose programs: which ones, and how they are called."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.deploy.compose_refusals import explain
from bench.errors import MachineRefused


COMPOSE_VARIABLE = "BENCH_COMPOSE"
"""Names the compose command to use; otherwise the first that works."""

BUILD_LIMIT_S = 1800.0
_LIMIT_S = 120.0
_LOOK_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Tool:
    """
    One compose program, with the project and the variables it is called with.

    `log` gets every command with all that it said.
    """

    compose: tuple[str, ...]
    version: str
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
        """Run compose on the project; its stdout. MachineRefused, explained, if it fails."""
        command = [*self.compose, "-f", self.file.name, "-p", self.project]
        command += ["--profile", "harness"]
        given = {**self.variables, **(variables or {})}
        return self.run([*command, *words], given, limit_s)

    def docker(self, *words: str, limit_s: float = _LIMIT_S) -> str:
        """Run docker; its stdout. MachineRefused, explained, if it fails."""
        return self.run(["docker", *words], {}, limit_s)

    def run(
        self, command: Sequence[str], variables: Mapping[str, str], limit_s: float
    ) -> str:
        """Run a command in a session of its own, so that Ctrl-C reaches the harness alone."""
        status, out, err = run(command, variables, limit_s, self.file.parent)
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(f"$ {shlex.join(command)}\n{out}{err}[{status}]\n")
        if status:
            # The old compose puts what a build said on stdout.
            raise explain(command, status, f"{out}\n{err}")
        return out


def run(
    command: Sequence[str],
    variables: Mapping[str, str],
    limit_s: float = _LOOK_LIMIT_S,
    folder: Path | None = None,
) -> tuple[int, str, str]:
    """Status, stdout and stderr of a command; MachineRefused if it cannot run or takes too long."""
    environment = {**os.environ, **variables, "DOCKER_CLI_HINTS": "false"}
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
        raise MachineRefused(
            f"`{shlex.join(command)[:120]}` did not end within {limit_s:g} s",
            "is the container engine overloaded? try again, or use ENGINE=local",
        ) from error
    except OSError as error:
        raise MachineRefused(
            f"{command[0]} cannot be run: {error.strerror}",
            "install it, or use ENGINE=local",
        ) from error
    return done.returncode, done.stdout, done.stderr


def find_tool() -> Tool:
    """
    The compose program to use, once an engine has answered.

    MachineRefused with what is missing: the docker program, an engine that
    answers, permission to talk to it, or compose.
    """
    if not shutil.which("docker"):
        raise MachineRefused(
            "there is no docker program on this machine",
            "install a container engine, or use ENGINE=local",
        )
    asked = ["docker", "version", "--format", "{{.Server.Version}}"]
    status, out, err = run(asked, {})
    if status or not out.strip():
        raise explain(asked, status, err or out)
    given = os.environ.get(COMPOSE_VARIABLE)
    tried = (
        [shlex.split(given)] if given else [["docker", "compose"], ["docker-compose"]]
    )
    for command in tried:
        version = compose_version(command)
        if version:
            return Tool(tuple(command), version)
    names = " nor ".join(f"`{shlex.join(command)}`" for command in tried)
    raise MachineRefused(
        f"a container engine answers, but {'' if given else 'neither '}{names} works",
        "install the compose plugin, or use ENGINE=local",
    )


def compose_version(command: Sequence[str]) -> str | None:
    """What a compose program says of its version, None if it does not work."""
    if not command or not shutil.which(command[0]):
        return None
    status, out, _ = run([*command, "version", "--short"], {})
    found = re.search(r"\d+\.\d+\.\d+", out)
    return found.group() if found and not status else None
