"""The locks of the harness: what the harness runs on, and what its tests need besides."""

import ast
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bench.install.lock import GENERATOR, LEFT_OUT, entries
from bench.install.tools import ToolFailed, run_tool, uv_tool


ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / "requirements.lock"
DEV = ROOT / "requirements-dev.lock"
GENERATOR_LOCK = ROOT / f"{GENERATOR}.txt"
NAMES = {"arro3": {"arro3-core", "arro3-io"}, "pydantic_core": {"pydantic"}}
"""Modules that are called otherwise than the package that brings them."""


def locked(path: Path) -> dict[str, str]:
    """The entries of a lock by the package's name."""
    found = entries(path.read_text(encoding="utf-8"))
    return {re.split("==", line)[0]: text for line, text in found.items()}


def test_nothing_is_locked_twice_and_everything_by_hash() -> None:
    """The second lock adds to the first one."""
    run, dev = locked(RUN), locked(DEV)
    assert not run.keys() & dev.keys()
    for name, text in {**run, **dev}.items():
        assert "--hash=sha256:" in text, name
        assert "://" not in text, name


def test_what_the_harness_runs_on_has_no_tools_of_its_tests() -> None:
    """Nor what a dependency declares and nobody imports."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    tools = {Requirement(one).name for one in project["dependency-groups"]["dev"]}
    run = locked(RUN)
    assert not {canonicalize_name(name) for name in tools} & run.keys()
    assert not LEFT_OUT.keys() & run.keys()


def test_the_harness_imports_only_what_it_declares() -> None:
    """A package that only the tests have, or that is there by chance, would be missing."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    declared = {
        canonicalize_name(Requirement(one).name)
        for one in project["project"]["dependencies"]
    }
    own = {"bench", *sys.stdlib_module_names}
    for path in (ROOT / "bench").rglob("*.py"):
        for name in imported(path) - own:
            packages = NAMES.get(name, {canonicalize_name(name)})
            assert packages <= declared, f"{path.relative_to(ROOT)} imports {name}"


def imported(path: Path) -> set[str]:
    """The first part of each module that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


SOURCE_ONLY = {"promise"}
"""Of Graphene, for one probe: it has no wheel for any machine, and nothing in it to compile."""


@pytest.mark.live
def test_every_lock_can_be_had_as_wheels_on_64_bit_arm(tmp_path: Path) -> None:
    """The harness', the generator's, and each framework's; only resolved, nothing is installed."""
    tool = uv_tool(os.environ, ROOT)
    uv = str(Path(sys.prefix, "bin", "uv"))
    place = tmp_path / "empty"
    run_tool([uv, "venv", "--python", sys.executable, str(place)], tool, "start", ROOT)
    words = (
        *(uv, "pip", "install", "--dry-run", "--no-deps", "--require-hashes"),
        *("--only-binary", ":all:", "--python", str(place / "bin/python")),
        *("--python-platform", "aarch64-unknown-linux-gnu", *tool.options),
    )
    missing = {}
    for lock in (RUN, DEV, *ROOT.glob("apps/**/locks/*.txt"), GENERATOR_LOCK):
        found = entries(lock.read_text(encoding="utf-8"))
        wanted = tmp_path / lock.name
        wanted.write_text(
            "".join(
                text
                for line, text in found.items()
                if line.partition("==")[0] not in SOURCE_ONLY
            )
        )
        try:
            run_tool([*words, "-r", str(wanted)], tool, "resolve", ROOT)
        except ToolFailed as error:
            if "error sending request" in str(error):
                pytest.skip("the package index does not answer")
            missing[lock.relative_to(ROOT)] = str(error)
    assert not missing
