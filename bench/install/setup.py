"""
`make install` and `make setup`: make .venv, of uv, Python 3.13 and what the locks name.

    setup.py          what the harness runs on
    setup.py dev      its tests and linters, too

Any Python from 3.8 on runs this file. Nothing outside .venv and .cache is changed,
whatever the user's variables and files say.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from bench.child_environment import NETWORK, NPM, child_environment  # noqa: E402
from bench.install.index_settings import UnreadableSettings  # noqa: E402
from bench.install.tools import (  # noqa: E402
    Tool,
    ToolFailed,
    output_of,
    pip_tool,
    run_tool,
    uv_tool,
)


VENV = ROOT / ".venv"
TOOLS = ROOT / ".cache" / "tools"
NPM_FOLDER = ROOT / ".cache" / "npm"
PYTHONS = ROOT / ".cache" / "python"
UV = TOOLS / "bin" / "uv"
LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
_STAMP = VENV / ".ready"
_ENTRY_POINT = """\
#!/bin/sh
'''exec' {python} "$0" "$@"
' '''
# Made by `make setup`. A path may be too long, or have a space, for the first line.
import sys

sys.path[0] = {root!r}

from bench.__main__ import main

main()
"""
_ELSEWHERE = (
    f"this is {sys.platform}, and the harness needs Linux. With Docker it runs in a "
    "container: docker compose -f bench/container/compose.yml run --rm --build bench "
    "run --profile quick\nNothing was installed."
)


def main(shell: Mapping[str, str], groups: Sequence[str]) -> int:
    """Make what is missing; 0, or 3 with sentences on stderr."""
    if sys.platform != "linux":
        print(f"setup: {_ELSEWHERE}", file=sys.stderr)
        return 3
    # Other users read .venv, too: PostgreSQL does not run as root.
    os.umask(0o022)
    try:
        with _alone():
            _make(shell, "dev" in groups)
    except (ToolFailed, UnreadableSettings, OSError) as error:
        print(f"setup: {_told(error)}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("setup: interrupted; the same command goes on", file=sys.stderr)
        return 130
    return 0


_NO_RIGHT = (
    "setup writes .venv and .cache in the checkout, and uv's cache (UV_CACHE_DIR): give "
    "this user the right to write there, or clone it where you may"
)
_NO_ROOM = (
    "make room where the checkout and uv's cache lie (0.6 GB; twice that with what "
    "tests need), or name other places in UV_CACHE_DIR and TMPDIR"
)
_REMEDIES = {
    errno.EROFS: _NO_RIGHT,
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
}


def _told(error: Exception) -> str:
    """The cause, ours or in the words of uv and pip, and what to do where the machine did not give something."""
    said = str(error)
    if isinstance(error, OSError) and error.filename:
        said = f"{error.filename}: {error.strerror}"
    remedies = [r for number, r in _REMEDIES.items() if os.strerror(number) in said]
    return "\n".join([said, *remedies[:1]])


def _make(shell: Mapping[str, str], dev: bool) -> None:
    ours = _is_ours()
    if ours:
        # Also where all else was made before there was one.
        write_entry_point(VENV, ROOT)
    # Who tests and then measures keeps what the tests need.
    wanted = _wanted(dev or (ours and "dev" in _stamp()))
    if ours and _stamp() == wanted:
        if dev and shutil.which("npm", path=shell.get("PATH")):
            _ensure_html_checker(shell)
        return
    _ensure_uv(shell)
    if not ours:
        _make_venv(shell)
    locks = [LOCK, DEV_LOCK] if "dev" in wanted else [LOCK]
    _say(f"installing {sum(map(_count, locks))} packages into .venv")
    _write_stamp({name: value for name, value in wanted.items() if name != "lock"})
    tool = uv_tool(shell, ROOT)
    exactly = ("--require-hashes", "--only-binary", ":all:", "--compile-bytecode")
    python = str(VENV / "bin" / "python")
    sync = [str(UV), "pip", "sync", "--quiet", *tool.options, "--python", python]
    run_tool(
        [*sync, *exactly, *map(str, locks)],
        tool,
        f"install what {' and '.join(lock.name for lock in locks)} name",
        ROOT,
    )
    write_entry_point(VENV, ROOT)
    _write_stamp(wanted)
    if dev:
        _ensure_html_checker(shell)


def _wanted(dev: bool) -> dict[str, str]:
    """What a finished .venv is made of, and where."""
    made = {"place": str(ROOT), "python": _python_version(), "lock": _sha256(LOCK)}
    return {**made, "dev": _sha256(DEV_LOCK)} if dev else made


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _stamp() -> dict[str, str]:
    try:
        stamp = json.loads(_STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(made: Mapping[str, str]) -> None:
    _STAMP.write_text(json.dumps(made), encoding="utf-8")


def _is_ours() -> bool:
    """Whether .venv was made here, and its Python runs and is of the right version."""
    # The programs in it name their interpreter by its full path.
    if _stamp().get("place") != str(ROOT):
        return False
    look = "import sys; print(sys.prefix); print(*sys.version_info[:2], sep='.')"
    said = output_of([str(VENV / "bin" / "python"), "-I", "-c", look])
    return said.splitlines() == [str(VENV), _python_version()]


def _python_version() -> str:
    return (ROOT / ".python-version").read_text(encoding="utf-8").strip()


def _ensure_uv(shell: Mapping[str, str]) -> None:
    """The uv that the lock names, in a folder of its own."""
    entry = _lock_entry("uv")
    version = entry.split("==")[1].split()[0]
    if output_of([str(UV), "--version"]).split()[1:2] == [version]:
        return
    _say(f"fetching uv {version}")
    shutil.rmtree(TOOLS, ignore_errors=True)
    TOOLS.parent.mkdir(exist_ok=True)
    plain = Tool(child_environment(shell), ())
    run_tool(
        [sys.executable, "-I", "-m", "venv", str(TOOLS)],
        plain,
        f"make a virtual environment with {sys.executable} "
        "(on Debian and Ubuntu it needs the package python3-venv)",
        ROOT,
    )
    own = TOOLS / "uv.lock"
    own.write_text(entry, encoding="utf-8")
    tool = pip_tool(shell, ROOT)
    options = ["--quiet", "--require-hashes", "--no-deps", "--only-binary", ":all:"]
    python = str(TOOLS / "bin" / "python")
    run_tool(
        [python, "-I", "-m", "pip", "install", *options, "-r", str(own)],
        tool,
        f"fetch uv {version} from the package index",
        ROOT,
    )


def _ensure_html_checker(shell: Mapping[str, str]) -> None:
    """What tests/package-lock.json names; one test does without it, so a failure is only told."""
    lock = (ROOT / "tests" / "package-lock.json").read_text(encoding="utf-8")
    done = NPM_FOLDER / "done.json"
    if done.is_file() and done.read_text(encoding="utf-8") == lock:
        return
    NPM_FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "tests" / name, NPM_FOLDER / name)
    # An .npmrc may say that packages are everybody's: then npm would install them so.
    here = ("--prefix", str(NPM_FOLDER), "--no-global", "--location=project")
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    try:
        run_tool(
            ["npm", "ci", *here, *quiet],
            Tool(child_environment(shell, NETWORK, NPM), ()),
            "fetch the HTML checker with npm; the test of the pages' HTML is skipped",
            NPM_FOLDER,
        )
    except ToolFailed as error:
        _say(str(error))
    else:
        done.write_text(lock, encoding="utf-8")


def write_entry_point(venv: Path, root: Path) -> None:
    """Write the program, and where `python -m bench` finds it under PYTHONSAFEPATH; OSError where the folder does not take it."""
    program = venv / "bin" / "bench"
    program.parent.mkdir(parents=True, exist_ok=True)
    # As all programs of an environment do, it names its interpreter by full path.
    python = shlex.quote(str(venv / "bin" / "python"))
    _write(program, _ENTRY_POINT.format(python=python, root=str(root)))
    program.chmod(0o755)
    for packages in venv.glob("lib/python*/site-packages"):
        _write(packages / "bench.pth", f"{root}\n")


def _write(path: Path, text: str) -> None:
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _lock_entry(package: str) -> str:
    """The lines of one package in the lock: its version and its hashes."""
    pattern = rf"^{package}==\S+.*\n(?:    --hash=.*\n)+"
    entry = re.search(pattern, LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    if entry is None:
        raise ToolFailed(f"{LOCK.name} names no {package}; `git checkout {LOCK.name}`")
    return entry.group()


def _make_venv(shell: Mapping[str, str]) -> None:
    if VENV.is_symlink():
        raise ToolFailed(
            f".venv is a link to {VENV.resolve()}, which is no environment of this "
            "checkout; remove the link, and make a folder or nothing in its place"
        )
    python = _choose_python(shell)
    content = list(VENV.iterdir()) if VENV.is_dir() else []
    if content:
        _say("making .venv again: it was made elsewhere, or its Python is gone")
    # Its content alone: in a container .venv is a volume.
    for path in content:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    tool = uv_tool(shell, ROOT)
    run_tool(
        [str(UV), "venv", "--quiet", "--no-project", "--python", python, str(VENV)],
        tool,
        f"make .venv with {python}",
        ROOT,
    )


def _choose_python(shell: Mapping[str, str]) -> str:
    """A Python of the right version: one built with optimisation, if it is there or can be fetched."""
    pythons = _find_pythons(shell)
    for python in pythons:
        if _optimised(python):
            return python
    if not pythons:
        return _fetch_python(shell)
    _say(
        f"{pythons[0]} was built without optimisation (--enable-optimizations): "
        "servers are slower on it than on what people run; looking for a better one"
    )
    try:
        return _fetch_python(shell, {"UV_HTTP_RETRIES": "0"})
    except ToolFailed:
        _say("none could be fetched, so .venv is made of it; every page says so")
        return pythons[0]


def _find_pythons(shell: Mapping[str, str]) -> list[str]:
    """Those of the right version on this machine; only looked for, never changed."""
    tool = uv_tool(shell, ROOT)
    wanted = _python_version()
    look = [
        *(str(UV), "python", "list", "--only-installed", "--no-python-downloads"),
        *("--output-format", "json", wanted),
    ]
    usual = {k: shell[k] for k in ("UV_PYTHON_INSTALL_DIR",) if shell.get(k)}
    pythons: list[str] = []
    for folder in (usual, {"UV_PYTHON_INSTALL_DIR": str(PYTHONS)}):
        listed = output_of(look, {**tool.environment, **folder}) or "[]"
        pythons += [
            python["path"]
            for python in json.loads(listed)
            if (python["implementation"], python["variant"]) == ("cpython", "default")
        ]
    return list(dict.fromkeys(pythons))


def _optimised(python: str) -> bool:
    """Whether it was built with profile-guided optimisation; a distribution's own is, but does not tell."""
    look = (
        "import sys, sysconfig; print(sys.base_prefix == '/usr' or "
        "'--enable-optimizations' in str(sysconfig.get_config_var('CONFIG_ARGS')))"
    )
    return output_of([python, "-I", "-c", look]).strip() == "True"


def _fetch_python(
    shell: Mapping[str, str], given: Mapping[str, str] | None = None
) -> str:
    """uv's own build of it; ToolFailed where it cannot be fetched. `given` is told to uv, too."""
    wanted = _python_version()
    _say(f"fetching Python {wanted}")
    tool = uv_tool(shell, ROOT)
    tool = Tool({**tool.environment, **(given or {})}, tool.options)
    mirror = tool.environment.get("UV_PYTHON_INSTALL_MIRROR")
    source = mirror or "the releases of python-build-standalone on GitHub"
    try:
        run_tool(
            [
                *(str(UV), "python", "install", "--quiet", "--no-bin"),
                *("--install-dir", str(PYTHONS), wanted),
            ],
            tool,
            f"fetch Python {wanted} from {source}",
            ROOT,
        )
    except ToolFailed as error:
        raise ToolFailed(
            f"there is no Python {wanted} on this machine, and it could not be "
            f"fetched from {source}.\nInstall Python {wanted} (your system's packages, "
            "pyenv, or python.org), or connect to the network, or name a mirror in "
            f"UV_PYTHON_INSTALL_MIRROR; then try again.\n{error}"
        ) from error
    pythons = _find_pythons(shell)
    return next(filter(_optimised, pythons), pythons[0] if pythons else str(PYTHONS))


def _count(lock: Path) -> int:
    return len(re.findall(r"^[A-Za-z0-9].*==", lock.read_text("utf-8"), re.MULTILINE))


def _say(line: str) -> None:
    print(f"setup: {line}", flush=True)


@contextmanager
def _alone() -> Iterator[None]:
    """One setup at a time in a checkout; the kernel gives the lock back if it dies."""
    import fcntl  # not on Windows

    folder = ROOT / ".cache"
    folder.mkdir(exist_ok=True)
    with (folder / "setup.lock").open("a") as lock:
        with suppress(OSError):  # some network file systems have no locks
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(os.environ, sys.argv[1:]))
