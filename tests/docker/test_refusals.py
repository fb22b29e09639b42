"""What the user reads when containers cannot be had."""

import os
import subprocess
from pathlib import Path

import pytest

from bench.deploy import compose
from bench.deploy.choose import choose_engine
from bench.deploy.compose_refusals import explain
from bench.errors import AskedWrongly, MachineRefused
from tests.docker.standing import needs_engine, new_engine


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
            'Error response from daemon: Get "https://registry.invalid/v2/": dial tcp: lookup registry.invalid on [::1]:53: no such host',
            "a base image is neither here nor can it be pulled",
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
    error = explain(["docker", "run"], 1, f"some line before\n{said}\n")

    assert sentence in error.message
    assert error.hint


def test_an_unknown_refusal_keeps_its_words() -> None:
    """What nobody foresaw is shown as it was said, with the command and its status."""
    error = explain(["docker", "frob"], 7, "first\nthe moon is in the wrong phase\n")

    assert "`docker frob` ended with status 7" in error.message
    assert "the moon is in the wrong phase" in error.message


def test_local_is_not_looked_into() -> None:
    """Asked for local, nothing about containers matters."""
    assert choose_engine("local")[0] == "local"


def test_an_unknown_engine_is_refused() -> None:
    """A name that does not exist is the user's mistake, with the right ones named."""
    with pytest.raises(AskedWrongly, match="podman") as refused:
        choose_engine("podman")
    assert "compose" in (refused.value.hint or "")


def test_without_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No docker program: auto is local and says so; compose by name is refused."""
    monkeypatch.setenv("PATH", str(tmp_path))

    name, why = choose_engine("auto")

    assert name == "local"
    assert "no docker program" in why and "\n" not in why
    with pytest.raises(MachineRefused, match="no docker program"):
        choose_engine("compose")


@pytest.mark.docker
@needs_engine
def test_without_an_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program without an engine behind it: auto is local and says that none answers."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")

    name, why = choose_engine("auto")

    assert name == "local"
    assert "no container engine answers" in why and "\n" not in why
    with pytest.raises(MachineRefused, match="no container engine answers"):
        choose_engine("compose")


@pytest.mark.docker
@needs_engine
def test_an_engine_with_little_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What it has and what a run needs, before any container is started."""
    monkeypatch.setattr(compose, "_NEED_BYTES", 1 << 50)

    with (
        pytest.raises(
            MachineRefused, match=r"has [\d.]+ GiB of memory, and a run needs"
        ) as refused,
        new_engine(tmp_path, tmp_path / "logs"),
    ):
        raise AssertionError("it was entered")
    assert "ENGINE=local" in (refused.value.hint or "")


@pytest.mark.docker
@needs_engine
def test_without_compose(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine without compose is named as that."""
    monkeypatch.setenv("BENCH_COMPOSE", "no-such-compose")

    with pytest.raises(MachineRefused, match="`no-such-compose` works"):
        choose_engine("compose")


@pytest.mark.docker
@needs_engine
def test_with_an_engine() -> None:
    """An engine that answers is chosen, with the compose that will be used."""
    name, why = choose_engine("auto")

    assert name == "compose"
    assert "compose 1." in why or "compose 2." in why or "compose v" in why


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

    error = explain(asked, done.returncode, done.stderr)

    assert done.returncode != 0
    assert "may not talk to the container engine" in error.message


@pytest.mark.docker
@needs_engine
@pytest.mark.timeout(300)
def test_a_base_image_that_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A name that exists nowhere is refused before anything is started."""
    monkeypatch.setenv("PYTHON_IMAGE", "localhost:1/no-such/image:0")

    with pytest.raises(MachineRefused) as refused:
        new_engine(tmp_path / "cache", tmp_path / "logs").__enter__()

    assert "a base image is neither here nor can it be pulled" in refused.value.message
    assert "PYTHON_IMAGE" in (refused.value.hint or "")
    assert "localhost:1" in (tmp_path / "logs/compose.log").read_text()
