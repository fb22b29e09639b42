"""What a user may say of the containers of a run, and where it is said."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bench.deploy.compose import of_the_run
from bench.deploy.compose_settings import read_settings
from bench.deploy.compose_tool import ComposeTool, find_tool
from tests.docker.standing import CORES, ROOT, needs_engine


pytestmark = [pytest.mark.docker, needs_engine]


@pytest.fixture
def tool(tmp_path: Path) -> ComposeTool:
    """Compose on a copy of the file, with the variables of a run."""
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    file = tmp_path / "docker-compose.yml"
    variables = of_the_run(tmp_path, "token", CORES)
    return replace(find_tool(), file=file, project="p", variables=variables)


def test_limits_and_images_come_from_the_shell_or_a_file(
    tool: ComposeTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shell goes before the file .env; where neither says anything, the defaults hold."""
    for name in ("APP_MEMORY", "DATABASE_MEMORY", "POSTGRES_IMAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_MEMORY", "3g")
    monkeypatch.setenv("PYTHON_IMAGE", "mine/python:3.13")
    file = tool.file.with_name(".env")
    file.write_text("APP_MEMORY=512m\nDATABASE_MEMORY=1g\n")

    found = read_settings(tool.call("config", "--format", "json"))

    assert found.memory_bytes["app"] == 512 << 20
    assert found.memory_bytes["database"] == 3 << 30
    assert found.memory_bytes["generator"] == found.memory_bytes["relay"] == 1 << 30
    assert found.python_image == "mine/python:3.13"
    assert found.postgres_image == "postgres:17"


def test_what_a_run_decides_is_not_taken_from_anywhere_else(
    tool: ComposeTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version, a port or a project of the shell or of .env, meant for something else, changes nothing."""
    before = tool.call("config")
    foreign = {
        "VERSION": "9", "FRAMEWORK": "rails", "PORT": "x", "SERVE": "rm", "ISOLATED": "no",
        "COMPOSE_PROJECT_NAME": "theirs", "COMPOSE_FILE": "/nowhere", "COMPOSE_PROFILES": "load",
        "COMPOSE_ENV_FILES": "/nowhere", "APP_CPUS": "77", "BENCH_RUN": "theirs",
    }  # fmt: skip
    for name, value in foreign.items():
        monkeypatch.setenv(name, value)
    assert tool.call("config") == before

    lines = [f"{k}={v}\n" for k, v in foreign.items() if not k.startswith("COMPOSE_")]
    tool.file.with_name(".env").write_text("".join(lines))
    assert tool.call("config") == before
