"""What docker and compose say when they refuse, in sentences that name a remedy."""

import re
import shlex
from collections.abc import Sequence

from bench.errors import MachineRefused


_KNOWN = (
    (
        r"permission denied.*(docker\.sock|docker api|docker daemon)"
        r"|dial unix .*permission denied|permissionerror",
        "this user may not talk to the container engine",
        "add the user to the group of its socket (often 'docker') and log in again, "
        "or use ENGINE=local",
    ),
    (
        r"cannot connect to the docker daemon|failed to connect to the docker api"
        r"|couldn't connect to docker daemon|is the docker daemon running"
        r"|error while fetching server api version|connection aborted",
        "no container engine answers",
        "start it, or name its socket in DOCKER_HOST, or use ENGINE=local",
    ),
    (
        r"address already in use|port is already allocated|ports are not available",
        "a port that would be published is in use on this machine",
        "end what listens there, or choose another with PORT=",
    ),
    (
        r"no matching distribution|could not find a version|connection.*pypi"
        r"|no route to host|temporary failure in name resolution",
        "the image cannot be built: its packages are not within reach",
        "name an index in PIP_INDEX_URL, or fill apps/docker/wheelhouse and set BUILD_NO_INDEX=1",
    ),
    (
        r"no such image|pull access denied|manifest .*(unknown|not found)"
        r"|repository does not exist|no such host|tls handshake timeout|dial tcp"
        r"|i/o timeout|client\.timeout|toomanyrequests|failed to resolve|unable to find image",
        "a base image is neither here nor can it be pulled",
        "check the network, or name an image that is here in PYTHON_IMAGE or POSTGRES_IMAGE",
    ),
    (
        r"client version .* is too old",
        "this compose is too old for the container engine",
        "install the compose plugin that belongs to the engine",
    ),
    (
        r"client version .* is too new|maximum supported api version",
        "the docker program is too new for the container engine",
        "set DOCKER_API_VERSION to the version that it names",
    ),
    (
        r"requested cpus are not available",
        "the container engine has fewer processors than this machine",
        "give the engine all processors, or use ENGINE=local",
    ),
    (
        r"setting rlimit",
        "the container engine cannot allow as many open files as docker-compose.yml asks for",
        "raise the engine's own limit, or lower nofile in docker-compose.yml",
    ),
    (
        r"no space left on device",
        "the container engine's disk is full",
        "remove what is not needed: docker system df shows it",
    ),
    (
        r"cannot allocate memory|minimum memory limit",
        "the container engine has not enough memory",
        "give it more, or lower the *_MEMORY limits",
    ),
)


def explain(command: Sequence[str], status: int, said: str) -> MachineRefused:
    """The error for a command that ended with that status; its own last words where it is unknown."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = lines[-1][:300] if lines else "it said nothing"
    for pattern, sentence, hint in _KNOWN:
        if re.search(pattern, said, re.IGNORECASE | re.DOTALL):
            return MachineRefused(f"{sentence}: {last}", hint)
    shown = shlex.join(command)
    if len(shown) > 120:
        shown = f"{shown[:117]}..."
    return MachineRefused(
        f"`{shown}` ended with status {status}: {last}",
        "compose.log among the run's logs has the whole answer",
    )
