"""
The smallest real run in the surroundings that users have: each is right, or refused in one sentence.

`.venv/bin/python -m tests.surroundings` plays all of them, one after the other, and
prints a table; words after it choose some by parts of their names. It measures
nothing: one bare server, one workload, one short window, and its twin. Some need
root (users, name spaces, mounts); without it they are left out by name.
"""

import argparse
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.copied import ROOT, copy_of_the_product
from tests.deploy.places import make_root, tiny_engine


RUN = (
    *("run", "--profile", "smoke", "--engine", "local"),
    *("--targets", "floor/uvicorn", "--workloads", "hello"),
)
WINDOWS = 2  # the target and its twin
PATIENCE_S = 180
RIGHT = 0
NOBODY = "65534"
AS_SOMEBODY = (
    "setpriv", "--clear-groups", "--inh-caps=+dac_override,+dac_read_search",
    "--ambient-caps=+dac_override,+dac_read_search",
)  # fmt: skip
"""An ordinary user who nevertheless may read a checkout and an interpreter in root's home."""


@dataclass(frozen=True)
class Given:
    """Where one case is played: its own folder, and what was prepared in it."""

    folder: Path
    root: Path  # the checkout
    runs: Path
    home: Path


@dataclass(frozen=True)
class Ended:
    """How it went."""

    status: int
    err: str
    runs: Path

    def head(self) -> Mapping[str, object]:
        """run.json of the one run."""
        (path,) = self.runs.glob("*/run.json")
        run_record: Mapping[str, object] = json.loads(path.read_text())
        return run_record


@dataclass(frozen=True)
class Case:
    """One surrounding; `says` is a part of the sentence that refuses it."""

    name: str
    variables: Mapping[str, str] = field(default_factory=dict)
    unset: tuple[str, ...] = ()
    before: tuple[str, ...] = ()  # words before the command
    shell: str = ""  # what a shell has after the command
    words: tuple[str, ...] = RUN
    windows: int = WINDOWS
    status: int = RIGHT
    says: str = ""
    root: bool = False  # whether only root can make it
    prepare: Callable[[Given, ExitStack], Mapping[str, str]] | None = None
    place: Callable[[Path], Path] | None = None  # the checkout, if not this one
    holds: Callable[[Ended], bool] | None = None  # what else is true then


def home_of_somebody(given: Given, stack: ExitStack) -> Mapping[str, str]:
    """Passwords, services and certificates of libpq; settings of Locust and matplotlib."""
    (given.home / ".pgpass").write_text("*:*:*:*:wrong\n")
    (given.home / ".pgpass").chmod(0o600)
    (given.home / ".pg_service.conf").write_text("[x]\nhost=/nowhere\n")
    (given.home / ".postgresql").mkdir()
    (given.home / ".postgresql/root.crt").write_text("no certificate\n")
    (given.home / ".locust.conf").write_text("users = 7\nhost = http://x\n")
    (given.home / ".valgrindrc").write_text("--tool=none\n")
    folder = given.home / ".config/matplotlib"
    folder.mkdir(parents=True)
    (folder / "matplotlibrc").write_text("figure.facecolor: red\nbackend: nonsense\n")
    return {}


def other_packages(given: Given, stack: ExitStack) -> Mapping[str, str]:
    """Packages of the same names that cannot be loaded, and a plugin of pytest."""
    folder = given.folder / "other packages"
    for name in ("numpy", "typer", "psycopg", "locust", "gevent"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("raise ImportError('not me')\n")
    return {"PYTHONPATH": str(folder)}


def database(given: Given, stack: ExitStack) -> Mapping[str, str]:
    """A PostgreSQL that is up, named in the way of other tools."""
    processors = os.sched_getaffinity(0)
    engine = stack.enter_context(tiny_engine(make_root(given.folder / "database")))
    os.sched_setaffinity(0, processors)  # an engine stays on its own
    dsn = engine.database.dsn.replace("postgresql://", "postgres://")
    return {"BENCH_DATABASE_DSN": f"{dsn}?sslmode=disable"}


def long_temporary(given: Given, stack: ExitStack) -> Mapping[str, str]:
    """A TMPDIR of more than 150 characters, into which everybody may go."""
    folder = Path(tempfile.mkdtemp(prefix="x" * 140))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o777)
    return {"TMPDIR": str(folder)}


def runs_are_a_file(given: Given, stack: ExitStack) -> Mapping[str, str]:
    """BENCH_RUNS names a file."""
    (given.folder / "file").touch()
    return {"BENCH_RUNS": str(given.folder / "file")}


def spaces(folder: Path) -> Path:
    """A checkout whose path has a space, umlauts and a quotation mark."""
    return copy_of_the_product(folder / "mein schöner 'Prüfstand' №1")


def through_a_link(folder: Path) -> Path:
    """A checkout that is reached through a link."""
    (folder / "link").symlink_to(copy_of_the_product(folder / "real"))
    return folder / "link"


def private(folder: Path) -> Path:
    """A checkout that was made under umask 077, and the embedded PostgreSQL with it."""
    root = copy_of_the_product(folder / "private")
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & 0o700)
    return root


def inside_of_another(folder: Path) -> Path:
    """An archive that was unpacked in the repository of something else."""
    _repository(folder)
    return copy_of_the_product(folder / "archive")


def of_another_user(folder: Path) -> Path:
    """A checkout, with its repository, that belongs to somebody else."""
    root = copy_of_the_product(folder / "theirs")
    _repository(root)
    for path in (root, *root.rglob("*")):
        os.chown(path, int(NOBODY), int(NOBODY), follow_symlinks=False)
    return root


def _repository(folder: Path) -> None:
    words = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run([*words, "init", "-q"], cwd=folder, check=True)
    commit = (*words, "commit", "-q", "--allow-empty", "-m", "a")
    subprocess.run(commit, cwd=folder, check=True)


def plain_copy(folder: Path) -> Path:
    """A checkout with a cache of its own, so that others cannot be in the way."""
    return copy_of_the_product(folder / "copy")


def commit_is(known: bool) -> Callable[[Ended], bool]:
    """Whether the run knows its commit."""

    def holds(ended: Ended) -> bool:
        harness = ended.head()["harness"]
        assert isinstance(harness, dict)
        return (harness["commit"] != "unknown") is known

    return holds


def records(name: str, value: str) -> Callable[[Ended], bool]:
    """Whether the run's machine has that detail."""

    def holds(ended: Ended) -> bool:
        machine = ended.head()["machine"]
        assert isinstance(machine, dict)
        return bool(machine["details"].get(name) == value)

    return holds


def mounted(*words: str) -> tuple[str, ...]:
    """The command, in a mount name space of its own in which those commands were given."""
    return ("unshare", "-m", "--", "bash", "-c", f'{"; ".join(words)}; exec "$@"', "m")


PROXY = "http://127.0.0.1:1"
UNDER_A_LITTLE_SHM = mounted("mount -t tmpfs -o size=8m tmpfs /dev/shm")
CASES = (
    Case("nothing special"),
    Case("other packages on PYTHONPATH", prepare=other_packages),
    Case("debugging switches of Python", {"PYTHONMALLOC": "debug", "PYTHONTRACEMALLOC": "10", "PYTHONDEVMODE": "1", "PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "2", "PYTHONASYNCIODEBUG": "1", "PYTHONINSPECT": "1", "PYTHONSAFEPATH": "1"}),
    Case("other allocators, threads and libraries", {"LD_PRELOAD": "/nowhere/lib.so", "MALLOC_ARENA_MAX": "1", "MALLOC_PERTURB_": "7", "GLIBC_TUNABLES": "glibc.malloc.check=3", "OMP_NUM_THREADS": "99", "OPENBLAS_CORETYPE": "Prescott"}),
    Case("variables of libpq", {"PGSSLMODE": "require", "PGHOST": "/nowhere", "PGPORT": "1", "PGOPTIONS": "-c nonsense=1", "PGSERVICE": "x", "PGPASSFILE": "/nowhere", "PGUSER": "x", "PGDATABASE": "y", "PGDATA": "/nowhere", "PGCLIENTENCODING": "LATIN1"}),
    Case("settings in the home folder", prepare=home_of_somebody),
    Case("settings of matplotlib", {"MPLBACKEND": "nonsense", "MPLCONFIGDIR": "/proc/nowhere", "MATPLOTLIBRC": "/nowhere"}),
    Case("proxies that do not answer", {name: PROXY for variable in ("http_proxy", "https_proxy", "all_proxy") for name in (variable, variable.upper())}),
    Case("variables of servers and of Locust", {"GUNICORN_CMD_ARGS": "--workers=7", "UVICORN_WORKERS": "4", "WEB_CONCURRENCY": "5", "DJANGO_SETTINGS_MODULE": "nope", "FLASK_APP": "nope", "FLASK_DEBUG": "1", "SQLALCHEMY_WARN_20": "1", "LOCUST_USERS": "3", "LOCUST_HOST": "http://x", "LOCUST_LOGLEVEL": "DEBUG", "GEVENT_LOOP": "nonsense"}),
    Case("variables of git", {"GIT_DIR": "/nowhere", "GIT_WORK_TREE": "/", "GIT_INDEX_FILE": "/nowhere", "GIT_CONFIG_GLOBAL": "/nowhere"}, holds=commit_is(True)),
    Case("a database with options in its address", {"BENCH_DATABASE_DSN": "postgresql://u@127.0.0.1/d?options=-cx"}, status=2, says="BENCH_DATABASE_DSN has options"),
    Case("a database that does not answer", {"BENCH_DATABASE_DSN": "postgres://u@127.0.0.1:1/d"}, status=3, says="the database cannot be used"),
    Case("a database in the words of other tools", prepare=database, place=plain_copy, words=("run", "--profile", "smoke", "--engine", "local", "--targets", "flask,fastapi,django", "--workloads", "db-read"), windows=4),
    Case("locale C", {"LC_ALL": "C", "LANG": "C"}),
    Case("a locale that is not there", {"LC_ALL": "xx_YY.ISO-8859-1", "LANG": "nonsense"}),
    Case("a terminal of ASCII", {"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0", "LC_ALL": "C"}),
    Case("a narrow, dumb terminal", {"TERM": "dumb", "COLUMNS": "20", "NO_COLOR": "1", "FORCE_COLOR": "1"}, before=("terminal",)),
    Case("a terminal without TERM", unset=("TERM",), before=("terminal",)),
    Case("no HOME", unset=("HOME",)),
    Case("a HOME that cannot be written", {"HOME": "/proc/nowhere"}),
    Case("no PATH", {"PATH": ""}, holds=commit_is(True)),
    Case("an odd time zone", {"TZ": "Pacific/Apia", "SOURCE_DATE_EPOCH": "0"}, holds=records("passed_variables", "TZ")),
    Case("a TMPDIR that is not there", {"TMPDIR": "/nowhere/at/all"}),
    Case("a little /dev/shm and a long TMPDIR", before=UNDER_A_LITTLE_SHM, prepare=long_temporary, root=True),
    Case("a little /dev/shm and a private TMPDIR", {"TMPDIR": "/root"}, before=UNDER_A_LITTLE_SHM, root=True, status=3, says="may not enter that folder"),
    Case("umask 077", before=("bash", "-c", 'umask 077; exec "$@"', "u")),
    Case("a checkout made under umask 077", place=private, before=("bash", "-c", 'umask 077; exec "$@"', "u")),
    Case("a path with spaces and umlauts", place=spaces),
    Case("a checkout behind a link", place=through_a_link),
    Case("an archive inside of another repository", place=inside_of_another, holds=commit_is(False)),
    Case("a checkout of another user", place=of_another_user, root=True, holds=commit_is(True)),
    Case("a checkout that cannot be written", before=mounted('mount --bind "$PWD" "$PWD"', 'mount -o remount,ro,bind "$PWD"', 'cd "$PWD"'), place=plain_copy, root=True, status=3, says="Read-only file system"),
    Case("BENCH_RUNS is a file", prepare=runs_are_a_file, status=3, says="Not a directory"),
    Case("BENCH_RUNS cannot be written", {"BENCH_RUNS": "/proc/nowhere"}, status=3, says="/proc/nowhere"),
    Case("a full disk for runs", before=mounted('mkdir -p "$BENCH_RUNS"', 'mount -t tmpfs -o size=64k tmpfs "$BENCH_RUNS"'), root=True, status=3, says="No space left"),
    Case("stdout to a full disk", shell=">/dev/full", status=3, says="the output cannot be written"),
    Case("stdout closed", shell=">&-"),
    Case("stderr closed", shell="2>&-"),
    Case("stderr to a full disk", shell="2>/dev/full"),
    Case("all streams closed", shell="<&- >&- 2>&-"),
    Case("a reader that goes at once", shell="| true"),
    Case("under nohup, and the terminal closes", before=("bash", "-c", 'trap "" HUP; "$@" & sleep 3; kill -HUP $!; wait $!', "n")),
    Case("in the background of a script", before=("sh", "-c", '"$@" & wait $!', "b")),
    Case("few open files", before=("bash", "-c", 'ulimit -n 128; exec "$@"', "u"), holds=records("open_files_limit", "128")),
    Case("very few open files", before=("bash", "-c", 'ulimit -n 16; exec "$@"', "u"), status=3, says="may open 16 files"),
    Case("small files only", before=("bash", "-c", 'ulimit -f 16; exec "$@"', "u"), status=3, says="initdb was ended by SIGXFSZ"),
    Case("niceness", before=("nice", "-n", "5"), holds=records("nice", str(min(19, os.nice(0) + 5)))),
    Case("one processor", before=("taskset", "-c", "0"), status=3, says="1 processor is not enough"),
    Case("an ordinary user", before=(*AS_SOMEBODY, f"--reuid={NOBODY}", f"--regid={NOBODY}"), place=plain_copy, root=True),
    Case("a user without a name", before=(*AS_SOMEBODY, "--reuid=12345", "--regid=12345"), place=plain_copy, root=True, status=3, says="no entry in /etc/passwd"),
    Case("root without its rights", before=("setpriv", "--bounding-set=-chown,-setuid,-setgid", "--inh-caps=-chown,-setuid,-setgid"), root=True, status=3, says="may not become another user"),
    Case("root of a user name space", before=("unshare", "--user", "--map-root-user"), place=plain_copy, root=True, status=3, says="may not become another user"),
)  # fmt: skip


@contextmanager
def given_for(case: Case) -> Iterator[tuple[Given, dict[str, str]]]:
    """The folders of a case and its variables; all of it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="surroundings-") as name, ExitStack() as stack:  # fmt: skip
        folder = Path(name)
        folder.chmod(0o755)
        root = case.place(folder) if case.place else ROOT
        given = Given(folder, root, folder / "runs", folder / "home")
        given.home.mkdir()
        variables = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(given.home),
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "BENCH_RUNS": str(given.runs),
        }
        if case.prepare:
            variables |= case.prepare(given, stack)
        variables |= case.variables
        for left_out in case.unset:
            del variables[left_out]
        yield given, variables


def play(case: Case) -> Ended:
    """The command in those surroundings, to its end."""
    with given_for(case) as (given, variables):
        command = [sys.executable, "-m", "bench", *case.words]
        before = list(case.before)
        if before == ["terminal"]:
            status, err = _on_a_terminal(command, given.root, variables)
        else:
            wrapped = ["bash", "-o", "pipefail", "-c", f'"$@" {case.shell}', "bash"]
            done = subprocess.run(
                [*(before and _found(before)), *command]
                if not case.shell
                else [shutil.which("bash") or "bash", *wrapped[1:], *command],
                cwd=given.root,
                env=variables,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=PATIENCE_S,
                check=False,
            )
            status, err = done.returncode, done.stderr
        ended = Ended(status, err, given.runs)
        return Ended(status, err + _faults(case, ended), given.runs)


def _found(words: list[str]) -> list[str]:
    return [shutil.which(words[0]) or words[0], *words[1:]]


def _on_a_terminal(
    command: list[str], root: Path, variables: Mapping[str, str]
) -> tuple[int, str]:
    """Status and everything that was shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command, cwd=root, env=variables, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            some = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            some = b""
        if not some:
            break
        shown += some
    os.close(ours)
    return process.wait(PATIENCE_S), shown.decode(errors="replace")


FAULT = "\nFAULT: "


def _faults(case: Case, ended: Ended) -> str:
    """What is not as it must be, while the folders are there."""
    faults = []
    sentences = [line for line in ended.err.splitlines() if line.startswith("error:")]
    if "Traceback" in ended.err:
        faults.append("a traceback")
    if ended.status != case.status:
        faults.append(f"status {ended.status} instead of {case.status}")
    elif case.status == RIGHT:
        faults += _not_right(case, ended)
    elif case.says and not re.search(case.says, " ".join(ended.err.split())):
        faults.append("another reason")
    elif case.says and len(sentences) != 1:
        faults.append(f"{len(sentences)} sentences")
    return "".join(FAULT + fault for fault in faults)


def _not_right(case: Case, ended: Ended) -> Iterator[str]:
    pages = list(ended.runs.glob("*/report.html"))
    lines = [
        json.loads(line)
        for path in ended.runs.glob("*/trials.jsonl")
        for line in path.read_text().splitlines()
    ]
    windows = [line["tally"] for line in lines if line["kind"] == "window"]
    if len(pages) != 1:
        yield f"{len(pages)} pages"
    if len(windows) != case.windows:
        yield f"{len(windows)} windows instead of {case.windows}"
    if any(tally["errors"] or not tally["requests"] for tally in windows):
        yield "wrong answers"
    if pages and case.holds and not case.holds(ended):
        yield "the run says something else"


def row(case: Case, ended: Ended, seconds: float) -> str:
    """One line of the table."""
    said, _, faults = ended.err.partition(FAULT)
    sentence = next(
        (line[7:] for line in said.splitlines() if line.startswith("error:")), "right"
    )
    verdict = f"**{faults.replace(FAULT, ', ')}**" if faults else "as it must be"
    return (
        f"| {case.name} | {ended.status} | {sentence} | {verdict} | {seconds:.0f} s |"
    )


def say(line: str) -> None:
    """Now, and not at the end."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Play them and print the table; 1 if one is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of names; none: all")
    parser.add_argument("--verbose", action="store_true", help="what faulty ones said")
    asked = parser.parse_args()
    say("| surrounding | status | said | seen | took |\n|---|--:|---|---|--:|")
    faulty = 0
    for case in CASES:
        if asked.names and not any(name in case.name for name in asked.names):
            continue
        if case.root and os.geteuid() != 0:
            say(f"| {case.name} | | needs root | left out | |")
            continue
        began = time.monotonic()
        ended = play(case)
        say(row(case, ended, time.monotonic() - began))
        if FAULT in ended.err:
            faulty += 1
            if asked.verbose:
                sys.stderr.write(f"{ended.err}\n")
    return min(faulty, 1)


if __name__ == "__main__":
    sys.exit(main())
