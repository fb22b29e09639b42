"""How the harness starts uv, shown by a stand-in that writes down what it was given."""

import json
import sys
from pathlib import Path

import pytest

from bench.configure.tables import load_frameworks
from bench.configure.version_requests import VersionRequest
from bench.deploy import committed_locks
from bench.deploy.environments import Environments
from bench.deploy.requested_locks import resolve
from bench.deploy.uv_tool import Refused, compile_lock
from bench.model.framework import Framework


RECORDER = """#!{python} -I
import json, os, sys
with open({record!r}, "a") as record:
    print(json.dumps([sys.argv[1:], dict(os.environ)]), file=record)
if sys.argv[1:3] == ["pip", "compile"]:
    print("tiny-thing==1.0")
"""
AIMS = {
    "UV_SYSTEM_PYTHON": "1",
    "UV_PYTHON": "/victim/bin/python",
    "UV_TARGET": "/victim",
    "VIRTUAL_ENV": "/victim",
    "PYTHONPATH": "/victim",
    "UV_CONFIG_FILE": "",
    "UV_EXCLUDE_NEWER": "2025-06-01",
}
LOOK = next(iter(load_frameworks().values()))[0].look
GOOD = Framework("good", "Good", "tiny-thing", ("1.0",), LOOK)
Call = tuple[list[str], dict[str, str]]


class StandIn:
    """A uv that does nothing, beside a Python that is not there."""

    def __init__(self, folder: Path) -> None:
        self._record = folder / "record"
        program = folder / "bin/uv"
        program.parent.mkdir()
        text = RECORDER.format(python=sys.executable, record=str(self._record))
        program.write_text(text)
        program.chmod(0o755)

    def calls(self) -> list[Call]:
        """Its arguments and its environment, call by call."""
        lines = self._record.read_text().splitlines()
        return [(call[0], call[1]) for call in map(json.loads, lines)]


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    made = StandIn(tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    for name, value in AIMS.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "apps/good/locks").mkdir(parents=True)
    (tmp_path / "apps/good/requirements.in").write_text("tiny-thing==2.*\n")
    (tmp_path / "apps/good/locks/1.0.txt").write_text("tiny-thing==1.0\n")
    return made


def test_an_environment_is_installed_into_itself(uv: StandIn, tmp_path: Path) -> None:
    """The environment's own Python is named, and no variable names another one."""
    made = Environments(tmp_path / "apps", tmp_path / "made")
    path = made.path("good", "1.0")
    path.mkdir(parents=True)
    with pytest.raises(FileNotFoundError):  # the stand-in made nothing
        made.make("good", "1.0", print)
    venv, sync = uv.calls()
    assert venv[0][-1] == str(path)
    assert sync[0][:4] == ["pip", "sync", "--python", str(path / "bin/python")]
    for argv, environment in (venv, sync):
        assert not AIMS.keys() & environment.keys()
        assert "--exclude-newer" not in argv
        assert environment["UV_NO_CONFIG"] == "1"


def test_whatever_is_resolved_is_resolved_as_of_the_users_date(
    uv: StandIn, tmp_path: Path
) -> None:
    """A date in the shell reaches --with, the standing locks and the look at the index; once."""
    wished = VersionRequest(
        "tiny-thing==1.*", "good", "tiny-thing", ("tiny-thing==1.*",)
    )
    resolve(wished, tmp_path / "apps", tmp_path / "cache", print)
    committed_locks.today(tmp_path, GOOD, "1.0")
    committed_locks.newest_release("tiny-thing")
    calls = uv.calls()
    assert len(calls) == 3
    for words, _ in calls:
        assert words.count("--exclude-newer") == 1
        assert words[words.index("--exclude-newer") + 1] == "2025-06-01"


def test_another_uv_is_not_used(uv: StandIn, tmp_path: Path) -> None:
    """Without the locked one nothing runs: others may know other options."""
    (tmp_path / "bin/uv").unlink()
    with pytest.raises(Refused, match="run `make install`"):
        compile_lock("-", given="tiny-thing")
