"""On another system than Linux make runs the harness in a container, or says what it needs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.install.checkouts import Checkout, new_checkout


ROOT = Path(__file__).resolve().parents[2]
COMPOSE = "bench/container/compose.yml"


def played(
    checkout: Checkout, *words: str, docker: str | None
) -> subprocess.CompletedProcess[str]:
    """make on a Mac, as far as make can see; docker is a script of this text, or missing."""
    programs = checkout.home / "programs"
    programs.mkdir()
    for name in ("make", "sh", "id", "dirname", "mkdir", "python3"):
        found = next(
            Path(folder, name)
            for folder in os.environ["PATH"].split(os.pathsep)
            if Path(folder, name).exists()
        )
        (programs / name).symlink_to(found)
    scripts = {"uname": "echo Darwin", **({"docker": docker} if docker else {})}
    for name, text in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    return subprocess.run(
        ["make", "--no-print-directory", *words],
        cwd=checkout.folder,
        env={"PATH": str(programs), "HOME": str(checkout.home)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return new_checkout(tmp_path)


@pytest.mark.parametrize("docker", [None, "exit 1"], ids=["none", "stopped"])
def test_without_docker_nothing_is_installed(
    docker: str | None, checkout: Checkout
) -> None:
    """One sentence says why, and what would help."""
    done = played(checkout, "bench", docker=docker)
    assert done.returncode != 0
    assert "This is Darwin, and the harness needs Linux" in done.stderr
    assert "Start Docker" in done.stderr
    assert not (checkout.folder / ".venv").exists()


def test_tests_are_for_linux(checkout: Checkout) -> None:
    """Docker or not."""
    done = played(checkout, "setup", docker="exit 0")
    assert done.returncode != 0
    assert "This is Darwin; linters and tests need Linux" in done.stderr
    assert not (checkout.folder / ".venv").exists()


def test_with_docker_make_bench_runs_in_a_container(checkout: Checkout) -> None:
    """So does every other command, on the same checkout, as the user."""
    docker = 'echo "$BENCH_USER_ID docker $*"'
    done = played(checkout, "bench", "report", "PROFILE=smoke", docker=docker)
    assert done.returncode == 0, done.stderr
    run = (
        rf"{os.getuid()} docker compose -f {COMPOSE} run --rm --build --name \S+ bench"
    )
    assert re.search(rf"{run} run --profile smoke --engine auto\n", done.stdout)
    assert re.search(rf"{run} report\n", done.stdout)
    assert not list((checkout.folder / ".venv").iterdir())


def test_an_interrupted_command_interrupts_its_container(checkout: Checkout) -> None:
    """Without a terminal compose goes and leaves it running; its last words are shown, its status is kept."""
    docker = """
    echo "docker $*" >> "$HOME/record"
    case "$1" in
      compose) [ "$2" = version ] || kill -INT $PPID ;;
      attach) echo "interrupted: every finished window is kept"; exit 130 ;;
    esac"""
    done = played(checkout, "bench", docker=docker)
    assert "interrupted: every finished window is kept" in done.stdout
    assert "Error 130" in done.stderr
    said = (checkout.home / "record").read_text().splitlines()
    names = set(re.findall(r"frameworks-on-trial-harness-\d+", " ".join(said)))
    assert len(names) == 1
    assert [line.split()[1] for line in said[-3:]] == ["kill", "attach", "rm"]


def test_the_container_has_the_checkout_and_packages_of_its_own() -> None:
    """Reports come out into the checkout; a .venv of another system stays outside."""
    text = (ROOT / COMPOSE).read_text("utf-8")
    assert (ROOT / COMPOSE).parent.joinpath("../..").resolve() == ROOT
    assert "- ../..:/checkout\n" in text
    assert "- venv:/checkout/.venv\n" in text
    assert "- cache:/checkout/.cache\n" in text
    assert "python3 -I bench/install/setup.py && exec .venv/bin/python -m bench" in text


def test_without_make_setup_says_the_line_to_type(checkout: Checkout) -> None:
    """Where somebody starts the script itself."""
    script = checkout.folder / "bench/install/setup.py"
    code = (
        "import runpy, sys; sys.platform = 'darwin'; sys.argv = ['setup.py']\n"
        f"runpy.run_path({str(script)!r}, run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert f"docker compose -f {COMPOSE} run --rm --build bench run" in done.stderr
    assert not (checkout.folder / ".venv").exists()
