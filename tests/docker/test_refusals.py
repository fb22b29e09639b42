"""What the user reads when containers cannot be had."""

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bench.deploy import compose
from bench.deploy.choose import choose_engine
from bench.deploy.compose_refusals import explain, explain_pull
from bench.deploy.compose_settings import index_of_builds
from bench.deploy.compose_tool import find_tool, surroundings
from bench.errors import EnvironmentFailure, UsageError
from tests.docker.programs import answers, stand_in
from tests.docker.standing import needs_engine, new_engine, traces


type Says = Callable[[Mapping[str, object]], Path]


A, B = "https://a.invalid/simple", "https://b.invalid/simple"
WITH_A_LOGIN = "https://me@a.invalid/simple"


@pytest.mark.parametrize(
    ("said", "file", "expected"),
    [
        ({}, "", {}),
        ({"PIP_INDEX_URL": A}, f'index-url = "{B}"', {"PIP_INDEX_URL": A}),
        ({}, f'index-url = "{A}"\nextra-index-url = ["{B}", "file:///here"]\nallow-insecure-host = ["b.invalid"]', {"PIP_INDEX_URL": A, "PIP_EXTRA_INDEX_URL": B, "PIP_TRUSTED_HOST": "b.invalid"}),
        ({"PIP_NO_INDEX": "1"}, f'index-url = "{WITH_A_LOGIN}"', {}),
        ({"PIP_INDEX_URL": WITH_A_LOGIN}, "", None),
        ({}, f'extra-index-url = ["{WITH_A_LOGIN}"]', None),
    ],
)  # fmt: skip
def test_images_are_built_from_the_users_index(
    said: dict[str, str], file: str, expected: dict[str, str] | None, tmp_path: Path
) -> None:
    """What a file of uv or pip names, where neither shell nor .env do; no password, which an image would keep."""
    (tmp_path / "uv.toml").write_text(file)
    shell = {"XDG_CONFIG_DIRS": "/nowhere", "PIP_CONFIG_FILE": "/dev/null"}
    if expected is None:
        with pytest.raises(EnvironmentFailure, match="a user or a password") as told:
            index_of_builds(said, shell, tmp_path)
        assert "me@" not in str(told.value)
        assert "BUILD_NO_INDEX=1" in str(told.value.hint)
    else:
        assert index_of_builds(said, shell, tmp_path) == expected


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.24/version": dial unix /var/run/docker.sock: connect: permission denied',
            "may not talk to the container engine",
        ),
        (
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
            "no container engine answers",
        ),
        (
            "Error response from daemon: driver failed programming external connectivity on endpoint app: Bind for 127.0.0.1:8000 failed: port is already allocated",
            "a port that would be published is in use",
        ),
        (
            "Error response from daemon: network nosuch not found",
            "the network that images are built in does not exist",
        ),
        (
            'network mode "nosuch" not supported by buildkit - you can define a custom network',
            "the network that images are built in does not exist",
        ),
        (
            "open /etc/docker/ca.pem: no such file or directory",
            "certificates for the container engine cannot be used",
        ),
        (
            "docker network ls requires API version 1.21, but the Docker daemon API version is 1.12",
            "DOCKER_API_VERSION names an interface that is too old",
        ),
        (
            "setenv: invalid argument",
            "the file .env beside docker-compose.yml cannot be read",
        ),
        (
            "failed to read /a b/.env: line 3: unexpected character",
            "the file .env beside docker-compose.yml cannot be read",
        ),
        (
            "exec /usr/local/bin/docker-entrypoint.sh: exec format error",
            "made for other processors",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement flask==3.1.3 (from versions: none)",
            "the image cannot be built",
        ),
        (
            "Error response from daemon: Requested CPUs are not available - requested 7, available: 0-1",
            "fewer processors",
        ),
        (
            "write /layer.tar: no space left on device",
            "disk is full",
        ),
        (
            "fork/exec runc: cannot allocate memory",
            "not enough memory",
        ),
    ],
)
def test_known_refusals_have_a_sentence_and_a_remedy(said: str, sentence: str) -> None:
    """Each of the engine's common refusals is one sentence with its own last words, and a hint."""
    error = explain(["docker", "run"], 1, f"some line before\n{said}\n", logged=True)

    assert sentence in error.message
    assert error.hint


def test_an_unknown_refusal_keeps_its_words() -> None:
    """What nobody foresaw is shown as it was said, with the command and its status."""
    error = explain(
        ["docker", "frob"], 7, "first\nthe moon is in the wrong phase\n", logged=True
    )

    assert "`docker frob` ended with status 7" in error.message
    assert "the moon is in the wrong phase" in error.message


def test_local_is_not_looked_into() -> None:
    """Asked for local, nothing about containers matters."""
    assert choose_engine("local")[0] == "local"


def test_an_unknown_engine_is_refused() -> None:
    """A name that does not exist is the user's mistake, with the right ones named."""
    with pytest.raises(UsageError, match="podman") as refused:
        choose_engine("podman")
    assert "compose" in (refused.value.hint or "")


def test_without_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No docker program: auto is local and says so; compose by name is refused."""
    monkeypatch.setenv("PATH", str(tmp_path))

    name, why = choose_engine("auto")

    assert name == "local"
    assert "no docker program" in why and "\n" not in why
    with pytest.raises(EnvironmentFailure, match="no docker program"):
        choose_engine("compose")


@pytest.mark.docker
@needs_engine
def test_without_an_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program without an engine behind it: auto is local and says that none answers."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")

    name, why = choose_engine("auto")

    assert name == "local"
    assert "no container engine answers" in why and "\n" not in why
    with pytest.raises(EnvironmentFailure, match="no container engine answers"):
        choose_engine("compose")


@pytest.fixture
def docker_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[Mapping[str, object]], Path]:
    """Put a docker of our own on the path; the engine that answers for real is out of sight."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "BENCH_COMPOSE"):
        monkeypatch.delenv(name, raising=False)

    def put(told: Mapping[str, object]) -> Path:
        folder = stand_in(tmp_path / "bin", told)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        return folder

    return put


def test_an_engine_that_can_carry_a_run_is_taken(docker_says: Says) -> None:
    """With nothing amiss the stand-in is an engine like any other, so the tests below refuse it for what they change."""
    docker_says(answers())

    assert choose_engine("auto") == (
        "compose",
        "engine compose: a container engine answers (compose 2.26.1)",
    )
    tool = find_tool()
    assert tool.engine.platform == "linux/arm64"
    assert tool.engine.memory_bytes == 25276510208


@pytest.mark.parametrize(
    ("changed", "sentence", "remedy"),
    [
        ({"context": "ssh://me@far.example:22"}, r"on another machine \(ssh://far.example\)", "DOCKER_CONTEXT=default"),
        ({"context": "tcp://10.0.0.7:2375"}, r"on another machine \(tcp://10.0.0.7\)", "unset DOCKER_HOST"),
        ({"context": '!context "nope": context not found: open /x: no such file'}, "docker context that is chosen cannot be used", "docker context ls"),
        ({"context": "!unable to parse docker host `me`"}, "DOCKER_HOST is not an address", "unix:///"),
        ({"--version": "podman version 4.3.1"}, "answers as docker is Podman", "ENGINE=local"),
        ({"version": {"Server": {"Components": [{"Name": "Podman Engine"}]}}}, "answers as docker is Podman", "ENGINE=local"),
        ({"version": {"Server": None}}, "no container engine answers", "start it"),
        ({"version": "!error during connect: Get http://x: dial tcp: lookup x: no such host"}, "no container engine answers", "DOCKER_HOST"),
        ({"version": "Emulate Docker CLI"}, "`docker version", "type it"),
        ({"version": {"Server": {"Os": "windows", "Arch": "amd64", "Version": "27.0"}}}, "runs windows/amd64 containers", "Linux containers"),
        ({"info": {"MemTotal": None}}, "does not tell its MemTotal", "ENGINE=local"),
        ({"info": {"MemTotal": "much"}}, "does not tell its MemTotal", "ENGINE=local"),
        ({"info": {"CPUSet": None}}, "does not tell its CPUSet", "ENGINE=local"),
        ({"info": {"CPUSet": False}}, "cannot keep containers on processors", "kernel"),
        ({"info": {"CPUSet": False, "SecurityOptions": ["name=rootless"]}}, "the rootless container engine cannot keep", "Delegate="),
        ({"info": "!permission denied while trying to connect to the docker API at unix:///s"}, "may not talk to the container engine", "group"),
        ({"compose": "!docker: 'compose' is not a docker command."}, "`docker compose` does not work", "Compose 2"),
        ({"compose": "1.29.2"}, "is Compose 1.29.2, no longer maintained", "Compose 2"),
    ],
)  # fmt: skip
def test_an_engine_that_cannot_carry_a_run_is_refused(
    docker_says: Says, changed: dict[str, object], sentence: str, remedy: str
) -> None:
    """By name it is refused with the cause and a remedy; `auto` is local then, and says the cause; no log is named, since there is none."""
    docker_says(answers(**changed))

    with pytest.raises(EnvironmentFailure, match=sentence) as refused:
        choose_engine("compose")
    assert remedy in (refused.value.hint or "")
    assert "compose.log" not in (refused.value.hint or "")
    name, why = choose_engine("auto")
    assert name == "local"
    assert why == f"engine local: {refused.value.message}" and "\n" not in why


def test_an_emulated_processor_is_refused(
    docker_says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Images for other processors than the engine's would be emulated; for its own the variable says nothing new."""
    docker_says(answers())

    monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/amd64")
    with pytest.raises(EnvironmentFailure, match="processors are linux/arm64"):
        find_tool()
    monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/arm64/v8")
    assert find_tool().engine.platform == "linux/arm64"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("docker 'compose", "is no command: No closing quotation"),
        ("no-such-compose", "names `no-such-compose`, which does not work"),
    ],
)
@pytest.mark.parametrize("engine", ["auto", "compose"])
def test_a_compose_that_was_named_is_used_or_refused(
    docker_says: Says,
    monkeypatch: pytest.MonkeyPatch,
    given: str,
    sentence: str,
    engine: str,
) -> None:
    """BENCH_COMPOSE is the user's own word: no other compose, and no other engine, is taken instead."""
    docker_says(answers())
    monkeypatch.setenv("BENCH_COMPOSE", given)

    with pytest.raises(UsageError, match=sentence):
        choose_engine(engine)


def test_the_shell_reaches_compose_by_name_only(
    docker_says: Says, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a shell has for other reasons (VERSION, COMPOSE_FILE) does not pass; which engine and the settings of a run do."""
    given = {"VERSION": "9", "PORT": "x", "COMPOSE_FILE": "/x", "PROFILE": "p"}
    passing = {"DOCKER_HOST": "unix:///x", "APP_MEMORY": "512m", "PYTHON_IMAGE": "a:1"}
    for name, value in {**given, **passing}.items():
        monkeypatch.setenv(name, value)

    made = surroundings()

    assert not made.keys() & given.keys()
    assert made.items() >= passing.items()


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("Error response from daemon: manifest for python:9 not found: manifest unknown", "registry has none of that name"),
        ("Error response from daemon: pull access denied for x, repository does not exist or may require 'docker login'", "registry has none of that name"),
        ("invalid reference format: repository name must be lowercase", "registry has none of that name"),
        ('Error response from daemon: Get "https://registry.invalid/v2/": dial tcp: lookup registry.invalid: no such host', "registry cannot be reached"),
        ('Get "https://registry.invalid/v2/": context deadline exceeded', "registry cannot be reached"),
        ('Get "https://registry.invalid/v2/": proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused', "registry cannot be reached"),
        ("toomanyrequests: You have reached your pull rate limit.", "no more downloads for now"),
        ('error getting credentials - err: exec: "docker-credential-desktop": executable file not found in $PATH', "credential helper does not work"),
        ("no matching manifest for linux/arm64/v8 in the manifest list entries", "for other processors only"),
        ("the moon is in the wrong phase", "it was not pulled: the moon"),
    ],
)  # fmt: skip
def test_a_base_image_that_is_not_pulled_has_its_name_its_cause_and_remedies(
    said: str, cause: str
) -> None:
    """No registry, no such image, no credentials, other processors: different sentences."""
    error = explain_pull("python:9", "PYTHON_IMAGE", said)

    assert error.message.startswith("the base image python:9 is not here, and ")
    assert cause in error.message
    assert "PYTHON_IMAGE" in (error.hint or "") or "credsStore" in (error.hint or "")
    assert (error.hint or "").endswith("or use ENGINE=local")


@pytest.mark.docker
@needs_engine
@pytest.mark.parametrize(
    ("variables", "sentence", "remedy"),
    [
        ({"APP_MEMORY": "much"}, "is not a size: .*'much'", "APP_MEMORY"),
        ({"DATABASE_MEMORY": "-1"}, "PostgreSQL did not come up|is not a size|not enough memory", "DATABASE_MEMORY"),
        ({"DATABASE_MEMORY": "32m"}, "for want of memory .DATABASE_MEMORY", "DATABASE_MEMORY"),
        ({"POSTGRES_IMAGE": os.environ.get("PYTHON_IMAGE", "python:3.13-slim")}, "PostgreSQL did not come up in its container: .*; the last that it said: |did not start|postgres", "POSTGRES_IMAGE"),
        ({"GENERATOR_MEMORY": "1k"}, "not enough memory", "GENERATOR_MEMORY"),
        ({"PYTHON_IMAGE": "localhost:1/no-such/image:0"}, "localhost:1/no-such/image:0 is not here, and its registry cannot be reached", "PYTHON_IMAGE"),
        ({"POSTGRES_IMAGE": "localhost:1/no-such/image:0"}, "localhost:1/no-such/image:0 is not here", "POSTGRES_IMAGE"),
    ],
)  # fmt: skip
def test_settings_that_cannot_work_are_refused_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    variables: dict[str, str],
    sentence: str,
    remedy: str,
) -> None:
    """With a real engine; nothing is left."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(EnvironmentFailure, match=sentence) as refused:
        new_engine(tmp_path / "cache", tmp_path / "logs").__enter__()

    assert remedy in (refused.value.hint or "")
    assert traces(tmp_path / "cache") == []


@pytest.mark.docker
@needs_engine
def test_an_engine_with_little_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What it has and what a run needs, before any container is started."""
    monkeypatch.setattr(compose, "_NEED_BYTES", 1 << 50)

    with (
        pytest.raises(
            EnvironmentFailure, match=r"has [\d.]+ GiB of memory, and a run needs"
        ) as refused,
        new_engine(tmp_path, tmp_path / "logs"),
    ):
        raise AssertionError("it was entered")
    assert "ENGINE=local" in (refused.value.hint or "")


@pytest.mark.docker
@needs_engine
def test_with_an_engine() -> None:
    """An engine that answers is chosen, with the compose that will be used."""
    name, why = choose_engine("auto")

    assert name == "compose"
    assert "compose 2." in why or int(why.split("compose ")[-1].split(".")[0]) > 2


@pytest.mark.docker
@needs_engine
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_without_permission() -> None:
    """What docker tells a user who may not use the socket is understood."""
    asked = ["docker", "version", "--format", "{{.Server.Version}}"]
    done = subprocess.run(
        asked,
        user="nobody",
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )

    error = explain(asked, done.returncode, done.stderr, logged=False)

    assert done.returncode != 0
    assert "may not talk to the container engine" in error.message


def test_a_named_database_goes_with_processes_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`auto` takes processes and says why; containers that were asked for are refused, and the database is not dropped."""
    monkeypatch.setenv("BENCH_DATABASE_DSN", "postgresql://u@h/d")

    assert choose_engine("auto") == (
        "local",
        "engine local: BENCH_DATABASE_DSN names a database",
    )
    with pytest.raises(UsageError, match="BENCH_DATABASE_DSN"):
        choose_engine("compose")
