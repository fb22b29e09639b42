"""What docker and compose say when they refuse, in sentences that name a remedy."""

import re
import shlex
from collections.abc import Sequence

from bench.errors import EnvironmentFailure


LOCAL = "use ENGINE=local"
"""What remains where containers cannot be had."""

_KNOWN = (
    (
        r"permission denied.*(docker\.sock|docker api|docker daemon)"
        r"|dial unix .*permission denied|permissionerror",
        "this user may not talk to the container engine",
        "add the user to the group of its socket (often 'docker') and log in again, "
        f"or {LOCAL}",
    ),
    (
        r"context \"?[^\"\n]*\"?:? (context )?not found|context .* does not exist"
        r"|unable to resolve docker endpoint",
        "the docker context that is chosen cannot be used",
        "`docker context ls` names those that exist: correct or unset DOCKER_CONTEXT "
        f"and DOCKER_HOST, or {LOCAL}",
    ),
    (
        r"unable to parse docker host|invalid proto|invalid bind address",
        "DOCKER_HOST is not an address of a container engine",
        "write it as unix:///var/run/docker.sock, or unset it",
    ),
    (
        r"cannot connect to the docker daemon|failed to connect to the docker api"
        r"|couldn't connect to docker daemon|is the docker daemon running"
        r"|error during connect|connection aborted",
        "no container engine answers",
        f"start it, or correct or unset DOCKER_HOST and DOCKER_CONTEXT, or {LOCAL}",
    ),
    (
        r"(ca|cert|key)\.pem|x509:|tls: ",
        "the certificates for the container engine cannot be used",
        "correct or unset DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH, "
        f"or {LOCAL}",
    ),
    (
        r"docker-credential-|error getting credentials",
        "the docker program's credential helper does not work",
        "install it, or remove credsStore and credHelpers from config.json in "
        f"DOCKER_CONFIG (often ~/.docker), or {LOCAL}",
    ),
    (
        r"address already in use|port is already allocated|ports are not available",
        "a port that would be published is in use on this machine",
        "end what listens there, or choose another with PORT=",
    ),
    (
        r"network mode .*not supported by buildkit|network \S+ not found",
        "the network that images are built in does not exist",
        "correct or unset BUILD_NETWORK: default, none and host exist",
    ),
    (
        r"error decoding .*(mem_limit|cpuset)|invalid size",
        "a setting of the containers is not a size",
        "write APP_MEMORY, DATABASE_MEMORY and GENERATOR_MEMORY as 512m or 2g, or unset them",
    ),
    (
        r"failed to read .*\.env|\.env: (line|unexpected)|setenv: invalid argument",
        "the file .env beside docker-compose.yml cannot be read",
        "correct it or remove it: a line is NAME=value",
    ),
    (
        r"no matching distribution|could not find a version|connection.*pypi"
        r"|no route to host|temporary failure in name resolution",
        "the image cannot be built: its packages are not within reach",
        "name an index in PIP_INDEX_URL, or fill apps/docker/wheelhouse and set "
        f"BUILD_NO_INDEX=1, or {LOCAL}",
    ),
    (
        r"do not match the hashes|have --require-hashes",
        "the image cannot be built: a package is not the one that its lock names",
        "empty apps/docker/wheelhouse, or name another index in PIP_INDEX_URL",
    ),
    (
        r"client version .* is too old",
        "this compose is too old for the container engine",
        "install the compose plugin that belongs to the engine",
    ),
    (
        r"requires api version",
        "DOCKER_API_VERSION names an interface that is too old for a run",
        "unset DOCKER_API_VERSION",
    ),
    (
        r"client version .* is too new|maximum supported api version",
        "the docker program is too new for the container engine",
        "set DOCKER_API_VERSION to the version that it names",
    ),
    (
        r"requested cpus are not available",
        "the container engine has fewer processors than this machine",
        f"give the engine all processors, or {LOCAL}",
    ),
    (
        r"setting rlimit",
        "the container engine cannot allow as many open files as docker-compose.yml asks for",
        "raise the engine's own limit, or lower nofile in docker-compose.yml",
    ),
    (
        r"no space left on device|disk quota exceeded",
        "the container engine's disk is full",
        "remove what is not needed: docker system df shows it",
    ),
    (
        r"read-only file system",
        "the container engine cannot write",
        f"look at the disk of its data (docker info: Docker Root Dir), or {LOCAL}",
    ),
    (
        r"cannot allocate memory|minimum memory limit",
        "the container engine has not enough memory",
        "give it more, or correct APP_MEMORY, DATABASE_MEMORY or GENERATOR_MEMORY",
    ),
    (
        r"executable file not found",
        "an image does not have the program that is started in it",
        "correct the server's command in bench/definitions/frameworks.toml, or "
        "PYTHON_IMAGE and POSTGRES_IMAGE where they are set",
    ),
    (
        r"exec format error",
        "an image is made for other processors than the container engine's",
        "unset DOCKER_DEFAULT_PLATFORM, and remove that image",
    ),
)

_PULL = (
    (
        r"no matching manifest|does not match the specified platform"
        r"|image operating system",
        "it exists for other processors only",
        "name one for these processors in {variable}",
    ),
    (
        r"docker-credential-|error getting credentials",
        "the docker program's credential helper does not work",
        "install it, or remove credsStore and credHelpers from config.json in "
        "DOCKER_CONFIG (often ~/.docker)",
    ),
    (
        r"toomanyrequests|rate limit",
        "the registry allows no more downloads for now",
        "wait, or `docker login`, or name an image that is here in {variable}",
    ),
    (
        r"manifest .*(unknown|not found)|pull access denied|repository does not exist"
        r"|not found: |: not found|name unknown|invalid reference format"
        r"|requested access to the resource is denied",
        "its registry has none of that name",
        "correct or unset {variable}",
    ),
    (
        r"no such host|tls handshake timeout|dial tcp|i/o timeout|client\.timeout"
        r"|deadline exceeded|connection refused|network is unreachable|eof$"
        r"|proxyconnect|x509|server misbehaving|did not end within",
        "its registry cannot be reached",
        "check the engine's network and proxy, or name an image that is here in {variable}",
    ),
)


def explain(
    command: Sequence[str], status: int, said: str, logged: bool
) -> EnvironmentFailure:
    """
    The error for a command that ended with that status; its own last words where it is unknown.

    `logged` says whether its whole answer stands in compose.log of the run.
    """
    last = last_words(said)
    for pattern, sentence, hint in _KNOWN:
        if re.search(pattern, said, re.IGNORECASE | re.DOTALL):
            return EnvironmentFailure(f"{sentence}: {last}", hint)
    shown = shlex.join(command)
    if len(shown) > 120:
        shown = f"{shown[:117]}..."
    whole = "compose.log among the run's logs has the whole answer" if logged else None
    return EnvironmentFailure(
        f"`{shown}` ended with status {status}: {last}",
        whole or f"type it to see its whole answer, or {LOCAL}",
    )


def explain_pull(image: str, variable: str, said: str) -> EnvironmentFailure:
    """The error for a base image that is not here and was not pulled; `variable` is what names it."""
    matching = (
        (sentence, hint)
        for pattern, sentence, hint in _PULL
        if re.search(pattern, said, re.IGNORECASE | re.MULTILINE)
    )
    sentence, hint = next(
        matching,
        ("it was not pulled", "name an image that is here in {variable}"),
    )
    return EnvironmentFailure(
        f"the base image {image} is not here, and {sentence}: {last_words(said)}",
        f"{hint.format(variable=variable)}; or {LOCAL}",
    )


def last_words(said: str) -> str:
    """The last line of an answer, cut to what a message can hold."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"
