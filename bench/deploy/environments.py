"""One environment per framework and lock, made by uv from a lock with hashes."""

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

from packaging.utils import canonicalize_name

from bench.child_environment import measured_environment
from bench.deploy.cleanup_registry import no_locks
from bench.deploy.engine import Say
from bench.deploy.requested_locks import REASON, asked_lock
from bench.deploy.uv_tool import Refused, install, make_environment
from bench.errors import TargetFailed
from bench.model.framework import Target
from bench.model.releases import by_plain_name
from bench.model.run import Receipt


_LOOK_LIMIT_S = 60
_COMPILE_LIMIT_S = 600
_COMPLETE = "complete"  # the file that only a finished build has
_COMPILED = "compiled"  # the file of one whose packages are compiled
FROM_COMMIT = re.compile(r"^\S+ @ git\+", re.MULTILINE)
_SKIPPED = {"__pycache__", ".pytest_cache", ".ruff_cache", ".mypy_cache"}
LOOK = """
import importlib.metadata, json, platform, sysconfig
print(json.dumps({
    "python": platform.python_version(),
    "optimised": "--enable-optimizations" in str(sysconfig.get_config_var("CONFIG_ARGS")),
    "packages": {d.metadata["Name"]: d.version for d in importlib.metadata.distributions()},
}))
"""


class Seen(TypedDict):
    """What an environment's interpreter tells."""

    python: str
    optimised: bool
    packages: dict[str, str]


class Environments:
    """
    The environments under one folder; made once, then found again.

    An environment is built where it will stay, since its scripts name their
    interpreter by full path, and it counts only once its last file is
    written: a build that was killed is thrown away and made anew.

    Unless starts are not timed, everything is compiled before the first one.
    That takes most of the time of making an environment; whoever only plays
    the contract leaves it to Python, which compiles what it imports.
    """

    def __init__(self, apps: Path, folder: Path, *, compiled: bool = True) -> None:
        self._apps = apps
        self._folder = folder
        self._compiled = compiled
        self.built = 0  # how often uv had to run
        self._ready = set[Path]()  # compiled, and the app with them
        self._seen: dict[Path, Seen] = {}

    def path(self, framework: str, version: str) -> Path:
        """Where the environment of that lock and this Python is; Refused without a lock."""
        lock = self.lock(framework, version)
        # Wherever a link to it was, scripts must find their interpreter; and in a
        # folder that was moved they would not.
        folder = self._folder.resolve()
        python = f"{sys.version}\n{Path(sys.executable).resolve()}\n{folder}\n"
        digest = hashlib.sha256(python.encode() + lock.read_bytes()).hexdigest()
        return folder / f"{framework}-{version}-{digest[:12]}"

    def lock(self, framework: str, version: str) -> Path:
        """The lock of a version (3.1, or 3.1+granian), standing or asked for; Refused if there is none."""
        return lock_of(self._apps, self._folder.parent, framework, version)

    def make(self, framework: str, version: str, say: Say) -> Path:
        """The environment, built if it is not there; Refused with uv's words."""
        path = self.path(framework, version)
        if (path / _COMPLETE).is_file():
            return path
        with _alone(self._folder):
            if not (path / _COMPLETE).is_file():
                say(f"making the environment of {framework} {version}")
                self._build(path, self.lock(framework, version))
        return path

    def _build(self, path: Path, lock: Path) -> None:
        self.built += 1
        shutil.rmtree(path, ignore_errors=True)
        try:
            make_environment(path)
            options = ["--strict"]
            if self._compiled:
                options += ["--compile-bytecode"]
            # What comes from a commit is named by its own hash, and uv refuses a second one.
            if not FROM_COMMIT.search(lock.read_text(encoding="utf-8")):
                options += ["--require-hashes"]
            install(lock, path, *options)
            if self._compiled:
                (path / _COMPILED).touch()
            (path / _COMPLETE).write_text(platform.python_version())
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise

    def receipt(self, target: Target, package: str | None) -> Receipt:
        """What the target runs on, read by its own interpreter; Refused if that cannot be known."""
        path = self.path(target.framework, target.lock_name)
        if path not in self._seen:
            self._seen[path] = _look(path / "bin" / "python")
        lock = self.lock(target.framework, target.lock_name)
        return receipt_of(target, package, self._seen[path], self._apps, lock)

    def compile(self, framework: str, version: str) -> None:
        """Compile packages and the app's own files, so that no start pays for it."""
        path = self.path(framework, version)
        if not self._compiled or path in self._ready:
            return
        self._ready.add(path)
        # A read-only checkout is no reason to stop; its starts are slower, all alike.
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            with _alone(self._folder):
                if not (path / _COMPILED).exists() and _compile(path, path / "lib"):
                    (path / _COMPILED).touch()
            _compile(path, self._apps / framework)


def lock_of(apps: Path, cache: Path, framework: str, version: str) -> Path:
    """The lock of a version (3.1, or 3.1+granian), standing or asked for; Refused if there is none."""
    lock = apps / framework / "locks" / f"{version}.txt"
    if lock.is_file():
        return lock
    asked = asked_lock(cache, framework, version)
    if asked.is_file():
        return asked
    refused = asked.with_suffix(REASON)
    if refused.is_file():
        raise Refused(refused.read_text(encoding="utf-8").strip())
    raise Refused(
        f"there is no lock for {framework} {version}: "
        f"apps/{framework}/locks/{version}.txt is missing"
    )


def prepare(
    environments: Environments,
    targets: Sequence[Target],
    packages: Mapping[str, str | None],
    say: Say,
) -> dict[str, Receipt | str]:
    """A receipt for every target, or the reason why it has none; one failure stops nobody else."""
    results: dict[str, Receipt | str] = {}
    refused: dict[tuple[str, str], str] = {}
    for target in targets:
        key = (target.framework, target.lock_name)
        if key in refused:
            results[target.id] = refused[key]
            continue
        try:
            environments.make(*key, say)
        except Refused as error:
            results[target.id] = refused[key] = error.reason
            continue
        try:
            environments.compile(*key)
            package = packages.get(target.framework)
            results[target.id] = environments.receipt(target, package)
        except Refused as error:
            results[target.id] = error.reason
    return results


def server_package(serve: Sequence[str]) -> str:
    """The distribution that a command runs: its program, or the module after -m."""
    words = list(serve)
    if "-m" in words[:-1] and words[0].startswith("python"):
        return words[words.index("-m") + 1].split(".")[0]
    return Path(words[0]).name


def receipt_of(
    target: Target, package: str | None, interpreter: Seen, apps: Path, lock: Path
) -> Receipt:
    """The receipt of what an interpreter has told; Refused where the package that counts is not among it."""
    counted = package or server_package(target.serve)
    version = by_plain_name(interpreter["packages"]).get(canonicalize_name(counted))
    if version is None:
        raise Refused(
            f"{target.id}: {counted} is not installed in its environment, so there is no receipt; "
            f"apps/{target.framework}/locks/{target.lock_name}.txt should name it"
        )
    # Distributions optimise without telling, so no more is said than is known.
    how = "with" if interpreter["optimised"] else "without"
    return Receipt(
        version=version,
        python=f"{interpreter['python']} (configured {how} --enable-optimizations)",
        packages=dict(sorted(interpreter["packages"].items())),
        lock_sha256=hashlib.sha256(lock.read_bytes()).hexdigest(),
        app_sha256=folder_sha256(apps / target.framework),
    )


def folder_sha256(folder: Path) -> str:
    """One hash over the names and contents of all files, compiled ones and caches left out."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc" and not _SKIPPED & {*path.parts}:
            name = path.relative_to(folder).as_posix()
            digest.update(f"{name}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process build at a time; the kernel gives the lock back if it dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            raise no_locks(Path(lock.name), error) from error
        yield


def _compile(environment: Path, folder: Path) -> bool:
    """Compile what lies in the folder; whether all of it is. OSError, TimeoutExpired."""
    done = subprocess.run(
        [environment / "bin" / "python", "-m", "compileall", "-q", folder],
        env=measured_environment(os.environ),
        capture_output=True,
        timeout=_COMPILE_LIMIT_S,
        check=False,
    )
    return done.returncode == 0


def _look(python: Path) -> Seen:
    """What an interpreter says of itself and its packages; Refused if it cannot."""
    try:
        done = subprocess.run(
            [python, "-I", "-c", LOOK],
            env=measured_environment(os.environ),
            capture_output=True,
            text=True,
            timeout=_LOOK_LIMIT_S,
            check=True,
        )
        interpreter: Seen = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise Refused(
            f"{python.name} of the environment does not run: {error}"
        ) from error
    return interpreter


_SCRIPT_LIMIT_S = 120.0


def program_of(environment: Path, name: str) -> Path:
    """The first word of a command, from the environment's own programs; TargetFailed if it is none."""
    program = environment / "bin" / name
    if not program.is_file():
        raise TargetFailed(
            f"{name} is not a program of the environment {environment.name}",
            "prepare the target first; its lock must name what is started",
        )
    return program


def run_script(
    environment: Path,
    argv: Sequence[str],
    folder: Path,
    variables: Mapping[str, str],
    given: str = "",
) -> str:
    """
    What the program wrote to stdout; `given` is its stdin.

    Raises TargetFailed, with the end of what it said, when it is missing,
    fails, or takes longer than two minutes.
    """
    program = program_of(environment, argv[0])
    shown = " ".join(argv)
    try:
        done = subprocess.run(
            [str(program), *argv[1:]],
            cwd=folder,
            env=dict(variables),
            input=given,
            capture_output=True,
            text=True,
            timeout=_SCRIPT_LIMIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TargetFailed(f"{shown}: {error}") from error
    if done.returncode:
        tail = done.stderr.strip().splitlines()[-12:]
        raise TargetFailed(
            f"{shown} ended with status {done.returncode}"
            + (f": {tail[-1]}" if tail else ""),
            log_tail="\n".join(tail),
        )
    return done.stdout
