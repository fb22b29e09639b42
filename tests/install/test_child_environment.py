"""What of the user's shell reaches a child."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.child_environment import (
    NETWORK,
    behind_ones_back,
    child_environment,
    measured_environment,
    sending_environment,
)


ROOT = Path(__file__).resolve().parents[2]
STARTING = {"subprocess.run", "subprocess.Popen", "Popen"}
WHOLE = re.compile(
    r"\*\*os\.environ|dict\(os\.environ|os\.environ( \||\.items)|env=os\.environ"
)
INSIDE = {"bench/load/container_process.py"}
"""Runs in a container, whose environment is its image's."""

SHELL = {
    "PATH": "/usr/bin",
    "HOME": "/home/reader",
    "LANG": "",
    "HTTPS_PROXY": "http://proxy.invalid:8080",
    "PYTHONPATH": "/elsewhere",
    "UV_SYSTEM_PYTHON": "1",
}


def test_only_what_is_named_passes() -> None:
    """Names outside the lists and empty variables stay behind; own values go first."""
    assert child_environment(SHELL) == {"PATH": "/usr/bin", "HOME": "/home/reader"}
    assert child_environment(SHELL, NETWORK, HOME="/tmp", MARK="1") == {
        "PATH": "/usr/bin",
        "HOME": "/tmp",
        "HTTPS_PROXY": "http://proxy.invalid:8080",
        "MARK": "1",
    }


def test_a_child_has_a_path_in_any_case() -> None:
    """Without PATH in the shell it is the system's default one."""
    assert child_environment({}).keys() == {"PATH"}


def test_what_is_measured_gets_nothing_that_changes_its_speed() -> None:
    """No allocator, no debug switch, no thread count, no proxy, no locale of the shell: the same everywhere."""
    shell = {
        **SHELL,
        "TMPDIR": "here",
        "TZ": "Asia/Tokyo",
        **dict.fromkeys(
            [
                "LD_PRELOAD",
                "MALLOC_ARENA_MAX",
                "GLIBC_TUNABLES",
                "PYTHONMALLOC",
                "PYTHONTRACEMALLOC",
                "PYTHONDEVMODE",
                "OMP_NUM_THREADS",
                "LC_ALL",
                "GUNICORN_CMD_ARGS",
                "UVICORN_WORKERS",
                "LOCUST_HOST",
                "FLASK_DEBUG",
                "DJANGO_SETTINGS_MODULE",
                "SQLALCHEMY_WARN_20",
                "PGSSLMODE",
                "PGHOST",
            ],
            "1",
        ),
    }

    assert measured_environment(shell, MARK="1") == {
        "TMPDIR": os.path.abspath("here"),  # noqa: PTH100
        "TZ": "Asia/Tokyo",
        "PATH": os.defpath,
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "MARK": "1",
    }
    sending = sending_environment(shell, "/checkout", PYTHONHASHSEED="3")
    assert sending["PYTHONPATH"] == "/checkout" and sending["PYTHONHASHSEED"] == "3"
    assert not {"LD_PRELOAD", "PYTHONMALLOC", "LOCUST_HOST"} & set(sending)


def test_what_libraries_of_the_harness_would_take_is_told() -> None:
    """Of libpq, Python, matplotlib and Locust; a setting of ours, and what only concerns output, stays."""
    shell = dict.fromkeys(
        [
            "PGHOST",
            "PGOPTIONS",
            "PYTHONMALLOC",
            "PYTHON_GIL",
            "MPLBACKEND",
            "LOCUST_USERS",
            "PYTHON_IMAGE",
            "PYTHONUNBUFFERED",
            "PATH",
        ],
        "1",
    )

    found = behind_ones_back(shell | {"PYTHONPATH": "/checkout"}, "/checkout")
    assert found == ["PGHOST", "PGOPTIONS", "PYTHONMALLOC", "PYTHON_GIL", "MPLBACKEND", "LOCUST_USERS"]  # fmt: skip
    assert behind_ones_back({"PYTHONPATH": "/checkout:/b"}, "/checkout")


def test_every_child_has_an_environment_of_its_own() -> None:
    """No call that starts a program leaves `env` out, and none hands the whole shell on."""
    found = []
    for path in sorted((ROOT / "bench").rglob("*.py")):
        place = str(path.relative_to(ROOT))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) in STARTING
                and "env" not in {word.arg for word in node.keywords}
            ):
                found.append(f"{place}:{node.lineno}: without env")
        if place not in INSIDE and WHOLE.search(path.read_text(encoding="utf-8")):
            found.append(f"{place}: hands the whole environment on")

    assert not found, "\n".join(found)


def test_nothing_asks_the_users_proxy_for_a_server_of_this_machine() -> None:
    """urllib, requests and httpx obey HTTP_PROXY for 127.0.0.1, too; http.client and sockets do not."""
    obeying = re.compile(r"^\s*(from|import) (urllib\.request|requests|httpx|aiohttp)\b", re.MULTILINE)  # fmt: skip
    for path in (ROOT / "bench").rglob("*.py"):
        assert not obeying.search(path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("name", ["PYTHONPATH", "PYTHONMALLOC", "PYTHONIOENCODING"])
def test_the_harness_starts_afresh_without_what_python_took(
    tmp_path: Path, name: str
) -> None:
    """A package of the same name elsewhere, an unknown allocator: the command works, from any folder."""
    value = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "PYTHONMALLOC": "debug"}
    (tmp_path / "typer.py").write_text("raise ImportError('not this one')")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    words = [sys.executable, "-m", "bench", "list", "profiles"]

    done = subprocess.run(
        words,
        cwd=elsewhere if name == "PYTHONPATH" else ROOT,
        env={"PATH": os.defpath, name: value.get(name, "ascii:strict")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "smoke" in done.stdout
