"""`make setup` makes .venv and changes nothing else, whatever the shell and the files say."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.child_environment import INSTALLERS, NETWORK, USER
from bench.install import setup
from bench.install.setup import write_entry_point
from bench.install.tools import ToolFailed
from tests.install.checkouts import (
    PYTHON,
    UV,
    Checkout,
    installed,
    new_checkout,
    uv_version,
    write_wheel,
)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return new_checkout(tmp_path)


@pytest.fixture
def victim(checkout: Checkout) -> Path:
    """A Python with a package of its own, which nobody may touch."""
    venv = checkout.home / "victim"
    write_wheel(checkout.wheels, "precious", "1.0")
    environment = checkout.environment({"UV_FIND_LINKS": str(checkout.wheels)})
    python = ("--python", str(venv / "bin/python"))
    for words in (
        ("venv", "--python", PYTHON, str(venv)),
        ("pip", "install", "--no-index", *python, "precious"),
    ):
        subprocess.run(
            [UV, *words, "--quiet", "--no-config"], env=environment, check=True
        )
    return venv


def files(folder: Path) -> dict[str, int]:
    """Every file with the time of its last change."""
    return {str(p): p.lstat().st_mtime_ns for p in folder.rglob("*")}


def right(checkout: Checkout) -> bool:
    return checkout.installed() == {"tiny-thing 1.0", f"uv {uv_version()}"}


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.EROFS, "Read-only file system", "/a/.cache"), "setup: /a/.cache: Read-only file system\nsetup writes .venv and .cache in the checkout"),
        (OSError(errno.EACCES, "Permission denied", "/a/.cache"), "give this user the right"),
        (ToolFailed("cannot install:\n  cause: No space left on device (os error 28)"), "\nmake room where the checkout"),
        (ToolFailed("cannot fetch uv"), "setup: cannot fetch uv\n"),
    ],
)  # fmt: skip
def test_what_the_machine_does_not_give_has_a_remedy(
    error: Exception,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whether setup met it, or uv did and said it in words of its own."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(setup, "_make", fail)
    monkeypatch.setattr(os, "umask", lambda mode: mode)
    assert setup.main(os.environ, []) == 3
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "refused"),
    [("i", True), ("-kt", True), ("--ignore-errors", True), ("k --output-sync=target", False)],
)  # fmt: skip
def test_make_that_would_call_a_failure_done_is_refused(
    flags: str, refused: bool, checkout: Checkout
) -> None:
    """MAKEFLAGS of the shell: with -i a step that failed ends with 0, with -t none is played."""
    done = checkout.make("help", given={"MAKEFLAGS": flags})
    assert done.returncode == (2 if refused else 0)
    assert ("MAKEFLAGS" in done.stderr) is refused


PYTHON_OF_A_BUILD = """#!/bin/sh
shift 2
exec {python} -I -c "import sys, sysconfig
sys.base_prefix = '/opt'
sysconfig.get_config_vars()['CONFIG_ARGS'] = '{flag}'
exec(sys.argv[1])" "$1"
"""
"""Answers -I -c QUESTION as an interpreter of /opt that was configured with `flag`."""

VARIABLES = {
    "the system's Python": {"UV_SYSTEM_PYTHON": "1"},
    "a Python": {"UV_PYTHON": "{victim}/bin/python"},
    "an active environment": {
        "VIRTUAL_ENV": "{victim}",
        "CONDA_PREFIX": "{victim}",
        "UV_PROJECT_ENVIRONMENT": "{victim}",
    },
    "other folders": {
        "PIP_TARGET": "{victim}/target",
        "PIP_PREFIX": "{victim}/prefix",
        "PIP_ROOT": "{victim}/root",
        "PIP_USER": "1",
        "PIP_REQUIRE_VIRTUALENV": "1",
        "UV_TARGET": "{victim}/target",
        "UV_PREFIX": "{victim}/prefix",
        "UV_WORKING_DIR": "{victim}",
        "UV_PROJECT": "{victim}",
    },
    "Python's own": {
        "PYTHONHOME": "{victim}",
        "PYTHONPATH": "{victim}/broken",
        "PYTHONUSERBASE": "{victim}",
    },
    "rules": {
        "UV_EXCLUDE_NEWER": "2001-01-01",
        "UV_CONSTRAINT": "/nowhere",
        "PIP_CONSTRAINT": "/nowhere",
        "UV_NO_BINARY": "1",
        "PIP_NO_BINARY": ":all:",
        "UV_REQUIRE_HASHES": "0",
    },
}


@pytest.mark.live
@pytest.mark.parametrize("kind", VARIABLES)
def test_no_variable_aims_setup_at_another_python(
    kind: str, checkout: Checkout, victim: Path
) -> None:
    """.venv is right, the other Python is as it was."""
    broken = victim / "broken"
    broken.mkdir()
    (broken / "json.py").write_text("raise SystemExit('not this one')\n")
    before = files(victim)
    given = {k: v.format(victim=victim) for k, v in VARIABLES[kind].items()}
    path = f"{victim}/bin{os.pathsep}{os.environ['PATH']}"
    done = checkout.make("install", given={"PATH": path} | given)
    assert files(victim) == before, done.stderr
    assert installed(victim) == {"precious 1.0"}
    assert (done.returncode, right(checkout)) == (0, True), done.stderr


FILES = {
    "home/.config/uv/uv.toml": '[pip]\nsystem = true\npython = "{victim}/bin/python"\n',
    "uv.toml": '[pip]\npython = "{victim}/bin/python"\ntarget = "{victim}/target"\n',
    "checkout/uv.toml": '[pip]\nsystem = true\nno-binary = [":all:"]\n',
    "home/named.toml": '[pip]\nprefix = "{victim}/prefix"\n',
    "home/.config/pip/pip.conf": "[install]\ntarget = {victim}/target\nuser = yes\n",
    "home/.pip/pip.conf": "[global]\nprefix = {victim}/prefix\nno-binary = :all:\n",
}


@pytest.mark.live
@pytest.mark.parametrize("name", FILES)
def test_no_file_aims_setup_at_another_python(
    name: str, checkout: Checkout, victim: Path, tmp_path: Path
) -> None:
    """The same for the files of uv and pip: the user's, a parent folder's, a named one."""
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(FILES[name].format(victim=victim), encoding="utf-8")
    before = files(victim)
    given = {"UV_CONFIG_FILE": str(file)} if "named" in name else {}
    path = f"{victim}/bin{os.pathsep}{os.environ['PATH']}"
    done = checkout.make("install", given={"PATH": path} | given)
    assert files(victim) == before, done.stderr
    assert (done.returncode, right(checkout)) == (0, True), done.stderr


RECORDER = """#!{python} -I
import json, os, sys
with open({record!r}, "a") as record:
    print(json.dumps([sys.argv, dict(os.environ)]), file=record)
if sys.argv[1:] == ["--version"]:
    print("uv {version} (a stand-in)")
elif sys.argv[1:3] == ["python", "find"]:
    print({python!r})
elif sys.argv[1] == "venv":
    os.makedirs(sys.argv[-1])
"""


def test_uv_is_told_what_the_lists_name_and_nothing_else(
    checkout: Checkout, tmp_path: Path
) -> None:
    """Its variables are those of the lists and the index settings; --python is always said."""
    record = tmp_path / "record"
    uv = checkout.folder / ".cache/tools/bin/uv"
    uv.unlink()
    text = RECORDER.format(python=PYTHON, record=str(record), version=uv_version())
    uv.write_text(text)
    uv.chmod(0o755)
    done = checkout.make("install", given={"UV_SYSTEM_PYTHON": "1", "STRANGE": "1"})
    assert done.returncode == 0, done.stderr
    calls = [json.loads(line) for line in record.read_text().splitlines()]
    known = {*USER, *NETWORK, *INSTALLERS, "UV_FIND_LINKS", "UV_NO_CONFIG"}
    known |= {"NO_COLOR", "UV_NO_PROGRESS", "UV_PYTHON_INSTALL_DIR", "LC_CTYPE"}
    (sync,) = [(argv, shell) for argv, shell in calls if argv[1:3] == ["pip", "sync"]]
    for argv, shell in calls:
        if argv[1:] != ["--version"]:
            assert shell.keys() <= known
            assert shell["UV_NO_CONFIG"] == "1"
            assert "--python" in argv or argv[1] == "python"
    argv, shell = sync
    assert argv[argv.index("--python") + 1] == str(checkout.folder / ".venv/bin/python")
    assert {"--require-hashes", "--no-index"} <= set(argv)
    assert shell["UV_FIND_LINKS"] == str(checkout.wheels)


@pytest.mark.live
def test_setup_makes_venv_again_where_it_was_moved_or_its_python_is_gone(
    checkout: Checkout, tmp_path: Path
) -> None:
    """It also does nothing where nothing is to be done."""
    assert checkout.make("install").returncode == 0
    again = checkout.make("install")
    assert (again.stdout, again.stderr) == ("", "")
    (checkout.folder / ".venv/bin/python").unlink()
    assert "making .venv again" in checkout.make("install").stdout
    assert right(checkout)
    moved = Checkout(tmp_path / "moved", checkout.wheels, checkout.home)
    checkout.folder.rename(moved.folder)
    assert "making .venv again" in moved.make("install").stdout
    assert right(moved)
    assert str(moved.folder) in (moved.folder / ".venv/bin/activate").read_text()


@pytest.mark.live
def test_tests_add_what_they_need_and_measuring_takes_nothing_away(
    checkout: Checkout,
) -> None:
    """What the harness runs on has no tools of tests; who has them keeps them, also with a new lock."""
    assert checkout.make("install").returncode == 0
    assert right(checkout)
    assert checkout.make("setup").returncode == 0
    tools = {"tiny-tool 1.0"}
    assert checkout.installed() >= tools
    again = checkout.make("install")
    assert (again.stdout, checkout.installed() >= tools) == ("", True)
    lock = checkout.folder / "requirements.lock"
    lock.write_text(lock.read_text() + write_wheel(checkout.wheels, "tiny-new", "2.0"))
    assert "installing 4 packages" in checkout.make("install").stdout
    assert checkout.installed() >= tools | {"tiny-new 2.0"}


@pytest.mark.live
def test_a_link_to_another_environment_is_refused(
    checkout: Checkout, victim: Path
) -> None:
    """A .venv that leads elsewhere would empty what it leads to."""
    (checkout.folder / ".venv").symlink_to(victim)
    before = files(victim)
    done = checkout.make("install")
    assert done.returncode != 0
    assert f".venv is a link to {victim}" in done.stderr
    assert files(victim) == before


@pytest.mark.live
def test_an_old_uv_in_the_way_is_replaced(checkout: Checkout) -> None:
    """A uv of another version than the lock's is fetched anew, here from the shelf."""
    uv = checkout.folder / ".cache/tools/bin/uv"
    uv.unlink()
    uv.write_text("#!/bin/sh\necho uv 0.1.0\n")
    uv.chmod(0o755)
    done = checkout.make("install", given={"PIP_TARGET": str(checkout.home / "target")})
    # The shelf's uv is an empty distribution: it is fetched, and then cannot run.
    assert f"fetching uv {uv_version()}" in done.stdout
    assert f"uv {uv_version()}" in installed(checkout.folder / ".cache/tools")
    assert not (checkout.home / "target").exists()
    assert done.returncode != 0


@pytest.mark.live
def test_what_setup_makes_is_readable_for_others(checkout: Checkout) -> None:
    """PostgreSQL runs as another user where the harness is root, whatever the umask."""
    words = f"umask 077; exec make install PYTHON={PYTHON}"
    subprocess.run(
        ["sh", "-c", words],
        cwd=checkout.folder,
        env=checkout.environment(),
        check=True,
        capture_output=True,
    )
    closed = [
        path
        for path in (checkout.folder / ".venv").rglob("*")
        if not path.is_symlink() and not path.stat().st_mode & 0o004
    ]
    assert closed == []


@pytest.mark.live
def test_without_python_and_network_it_says_what_is_missing(
    checkout: Checkout,
) -> None:
    """Which Python, where it would come from, and what to do."""
    (checkout.folder / ".python-version").write_text("3.7\n")
    given = {
        "PATH": "/usr/bin:/bin",
        "UV_PYTHON_INSTALL_MIRROR": "http://127.0.0.1:9/none",
        "UV_HTTP_RETRIES": "0",
    }
    done = checkout.make("install", given=given)
    assert done.returncode != 0
    assert "there is no Python 3.7 on this machine" in done.stderr
    assert "http://127.0.0.1:9/none" in done.stderr
    assert "Install Python 3.7" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("there", "better", "chosen", "says"),
    [
        (["slow", "fast"], None, "fast", ""),
        (["slow"], "fast", "fast", "slow was built without optimisation"),
        (["slow"], None, "slow", "none could be fetched"),
        ([], "fast", "fast", ""),
    ],
)
def test_an_optimised_python_is_preferred(
    there: list[str],
    better: str | None,
    chosen: str,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One that is there, else one that can be fetched; else what there is, said."""

    def fetch(*_: object) -> str:
        if better is None:
            raise ToolFailed("no network")
        return better

    monkeypatch.setattr(setup, "_find_pythons", lambda shell: there)
    monkeypatch.setattr(setup, "_optimised", lambda python: python == "fast")
    monkeypatch.setattr(setup, "_fetch_python", fetch)
    assert setup._choose_python({}) == chosen
    said = capsys.readouterr().out
    assert says in said
    assert bool(said) is bool(says)


@pytest.mark.parametrize("flag", ["", "--enable-optimizations"])
def test_what_a_python_was_configured_with_is_asked_of_itself(
    flag: str, tmp_path: Path
) -> None:
    """A stand-in that answers as such a one does; one that does not run is not chosen."""
    python = tmp_path / "python"
    script = PYTHON_OF_A_BUILD.format(flag=flag, python=PYTHON)
    python.write_text(script, encoding="utf-8")
    python.chmod(0o755)
    assert setup._optimised(str(python)) is bool(flag)
    assert not setup._optimised(str(tmp_path / "missing"))


def test_a_python_that_is_missing_is_named(checkout: Checkout) -> None:
    """Before anything is installed."""
    done = subprocess.run(
        ["make", "install", "PYTHON=python-is-not-here"],
        cwd=checkout.folder,
        env=checkout.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "python-is-not-here is missing or older than Python 3.8" in done.stderr
    assert not (checkout.folder / ".venv").exists()


def test_no_python_and_no_pytest_of_make_is_told_anything_by_the_shell(
    checkout: Checkout,
) -> None:
    """PYTHONSAFEPATH hides the harness from `python -m bench`; others load, trace or stop it."""
    names = ("PYTHONPATH", "PYTHONSAFEPATH", "PYTHONINSPECT", "PYTEST_PLUGINS")
    given = dict.fromkeys((*names, "PYTHONUNBUFFERED"), "1")
    shown = checkout.make("bench-in-container", "IN_CONTAINER=env; true", given=given)
    found = {line.partition("=")[0] for line in shown.stdout.splitlines()}
    assert {"PATH", "PYTHONUNBUFFERED"} <= found, shown.stderr
    assert not found & set(names)


MAKE_VARIABLES = ("PYTHON", "PROFILE", "ENGINE", "RESUME", "RUN", "CONFIRM", "SITE")


def test_make_takes_its_variables_from_its_command_line_alone(
    checkout: Checkout,
) -> None:
    """A shell that has PROFILE or RUN for its own purposes changes nothing."""
    targets = ("bench", "smoke", "news", "compare", "report", "site")

    def printed(*words: str, **shell: str) -> str:
        return subprocess.run(
            ["make", "--dry-run", *targets, *words],
            cwd=checkout.folder,
            env=checkout.environment(shell),
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    usual = printed()
    assert printed(**dict.fromkeys(MAKE_VARIABLES, "of-the-shell")) == usual
    for name in MAKE_VARIABLES:
        assert "typed" in printed(f"{name}=typed"), name


ROOT = Path(__file__).resolve().parents[2]


def test_the_program_runs_from_any_folder(tmp_path: Path) -> None:
    """With a space and a quotation mark in its path, through a link to it, where Python looks into no folder by itself."""
    venv = tmp_path / "it's a folder"
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").write_text((Path(sys.prefix) / "pyvenv.cfg").read_text())
    (venv / "lib").symlink_to(Path(sys.prefix) / "lib")
    (venv / "bin" / "python").symlink_to(Path(sys.prefix) / "bin" / "python")
    write_entry_point(venv, ROOT)
    link = tmp_path / "bench"
    link.symlink_to(venv / "bin" / "bench")

    module = (venv / "bin" / "python", "-m", "bench")
    for program in ((venv / "bin" / "bench",), (link,), module):
        done = subprocess.run(
            [*program, "list", "profiles"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONSAFEPATH": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("smoke ")
