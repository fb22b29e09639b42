"""How commands end: with a status of the table, in sentences, wherever their words go."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from bench.cli import check_command, checking, probe_command
from bench.cli.checking import CheckedTarget
from bench.cli.probe_command import chosen_probes
from bench.errors import BenchError, ExitStatus
from bench.model.probe import Count, ProbeOutcome, ProbeResults


ROOT = Path(__file__).resolve().parents[2]
BENCH = (sys.executable, "-m", "bench")
PLANTED = """
import sys
import bench.cli.list_command as listing
import bench.cli.main
def command():
    {what}
listing.command = command
sys.argv = ["bench", "list"]
bench.cli.main.main()
"""


def ended(
    words: tuple[str, ...], shell: str = "", runs: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """A command of this checkout, its streams turned elsewhere as a shell would."""
    script = f'"$@" {shell}'
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", script, "bash", *words],
        cwd=ROOT,
        env=os.environ | ({"BENCH_RUNS": str(runs)} if runs else {}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def planted(what: str, runs: Path, shell: str = "") -> subprocess.CompletedProcess[str]:
    """A command that does `what`."""
    return ended((sys.executable, "-c", PLANTED.format(what=what)), shell, runs)


@pytest.mark.parametrize(
    ("words", "shell", "status"),
    [
        (("list", "claims"), ">/dev/full", ExitStatus.ENVIRONMENT),
        (("list", "claims"), ">/dev/full 2>&1", ExitStatus.ENVIRONMENT),
        (("list", "claims"), ">&-", ExitStatus.DONE),
        (("list", "claims"), "2>&-", ExitStatus.DONE),
        (("list", "claims"), "<&- >&- 2>&-", ExitStatus.DONE),
        (("nonsense",), "2>/dev/full", ExitStatus.USAGE),
        (("list", "nonsense"), "2>/dev/full", ExitStatus.USAGE),
        (("list", "nonsense"), "2>&-", ExitStatus.USAGE),
    ],
)
def test_a_stream_that_takes_nothing_changes_no_meaning(
    words: tuple[str, ...], shell: str, status: ExitStatus
) -> None:
    """An answer that cannot be written is none; progress that cannot be shown is no reason to fail; never 1, which is an answer."""
    done = ended((*BENCH, *words), shell)

    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    if shell == ">/dev/full":
        assert done.stderr.startswith("error: the output cannot be written: No space")


def test_a_reader_that_has_gone_is_no_error(tmp_path: Path) -> None:
    """`| head -1`: what it read is right, nothing is said on stderr, and the status is the command's own."""
    for status in (ExitStatus.DONE, ExitStatus.NO):
        much = f"print('x' * 1000000); print('x'); sys.exit({status})"

        done = planted(much, tmp_path, "| head -c 1")

        assert done.stdout == "x" and done.stderr == ""
        assert done.returncode == status


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_character_that_the_terminal_lacks_is_shown_as_another(
    tmp_path: Path, encoding: str
) -> None:
    """Sentences hold dashes and arrows; a terminal of one byte a character shows question marks."""
    env = ("env", f"PYTHONIOENCODING={encoding}", "LC_ALL=C")

    done = ended((*env, *BENCH, "list", "claims"), "", tmp_path)

    assert done.returncode == ExitStatus.DONE, done.stderr


def test_an_internal_error_is_one_sentence_and_a_file(tmp_path: Path) -> None:
    """Status 70; the traceback is in the file that the sentence names, beside the runs."""
    done = planted("raise KeyError('planted')", tmp_path)

    (file,) = (tmp_path / "internal-errors").iterdir()
    assert done.returncode == ExitStatus.INTERNAL
    first, second = done.stderr.splitlines()
    assert first.startswith("error: internal error, a fault of the harness itself")
    assert "KeyError: 'planted'" in first and first.endswith(str(file))
    assert second.startswith("hint:  report it")
    assert file.read_text().splitlines()[-1] == "KeyError: 'planted'"


def test_a_traceback_that_cannot_be_kept_there_is_kept_elsewhere(
    tmp_path: Path,
) -> None:
    """BENCH_RUNS is a file: the temporary folder has it."""
    (tmp_path / "runs").touch()
    (tmp_path / "temporary").mkdir()
    what = f"import tempfile; tempfile.tempdir = {str(tmp_path / 'temporary')!r}; 1 / 0"

    done = planted(what, tmp_path / "runs")

    (file,) = (tmp_path / "temporary").iterdir()
    assert done.returncode == ExitStatus.INTERNAL and str(file) in done.stderr
    assert "ZeroDivisionError" in file.read_text()


def test_what_the_machine_does_not_give_is_no_internal_error(tmp_path: Path) -> None:
    """A full disk, a folder without rights, no memory: status 3 and the place."""
    full = planted("open('/dev/full', 'wb', buffering=0).write(b'x')", tmp_path)
    denied = planted("import os; raise PermissionError(13, os.strerror(13), '/a/b')", tmp_path)  # fmt: skip
    memory = planted("raise MemoryError", tmp_path)

    assert full.returncode == denied.returncode == memory.returncode == 3
    assert "No space left on device" in full.stderr
    assert "error: /a/b: Permission denied" in denied.stderr
    assert "too little memory" in memory.stderr
    assert not (tmp_path / "internal-errors").exists()


ELSEWHERE = """
import os, sys, sysconfig
import psutil, pydantic, zoneinfo  # they look which system they are on
sysconfig.get_config_vars()
del os.sched_getaffinity, os.sched_setaffinity, os.sched_getscheduler
sys.platform = "darwin"
from bench.cli.main import main
main()
"""


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--help",), ExitStatus.DONE, ""),
        (("run", "--help"), ExitStatus.DONE, ""),
        (("list", "profiles"), ExitStatus.DONE, ""),
        (("run", "--profile", "smoke"), ExitStatus.ENVIRONMENT, "works on Linux only"),
        (("check",), ExitStatus.ENVIRONMENT, "works on Linux only"),
    ],
)
def test_on_another_system_what_measures_is_refused_at_once(
    words: tuple[str, ...], status: ExitStatus, said: str
) -> None:
    """macOS: no traceback, the rest works."""
    done = ended((sys.executable, "-c", ELSEWHERE, *words))

    assert done.returncode == status, done.stderr
    assert said in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_interrupts(tmp_path: Path, number: signal.Signals) -> None:
    """Status 130, without a traceback."""
    default = f"import os, signal; signal.signal({number}, signal.SIG_DFL)"
    if number == signal.SIGINT:
        default = "import signal; signal.signal(2, signal.default_int_handler)"
    what = f"import os; os.kill(os.getpid(), {int(number)}); import time; time.sleep(9)"

    done = ended(
        (sys.executable, "-c", f"{default}\n{PLANTED.format(what=what)}"), "", tmp_path
    )

    assert done.returncode == ExitStatus.INTERRUPTED, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_was_ignored_before_stays_so(
    tmp_path: Path, number: signal.Signals
) -> None:
    """`nohup bench run`: the terminal closes, and the run goes on."""
    what = f"import os; os.kill(os.getpid(), {int(number)}); print('went on')"

    trap = f"trap '' {number.name[3:]}; exec \"$@\""
    words = ("sh", "-c", trap, "sh", sys.executable, "-c", PLANTED.format(what=what))
    done = ended(words, "", tmp_path)

    assert (done.returncode, done.stdout) == (ExitStatus.DONE, "went on\n")


def test_the_readme_lists_every_status() -> None:
    """Its table has a row for each, and no other."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme[readme.index("| exit status |") :].partition("\n\n")[0]
    rows = re.findall(r"^\| ([0-9]+) \|", table, re.MULTILINE)

    assert [int(row) for row in rows] == sorted(ExitStatus)


def status_of(app: Typer, *words: str) -> int:
    """How a command ends, as `main` would have it."""
    done = CliRunner().invoke(app, list(words))
    if isinstance(done.exception, BenchError):
        return done.exception.exit_status
    return done.exit_code


@pytest.mark.parametrize(
    ("checked", "status"),
    [
        (CheckedTarget(0, ()), ExitStatus.DONE),
        (CheckedTarget(2, ()), ExitStatus.NO),
        (CheckedTarget(0, ("a: no lock",)), ExitStatus.ENVIRONMENT),
        (CheckedTarget(1, ("a: no lock",)), ExitStatus.NO),
    ],
)
def test_a_check_tells_a_broken_contract_from_what_could_not_be_checked(
    monkeypatch: pytest.MonkeyPatch, checked: CheckedTarget, status: ExitStatus
) -> None:
    """The first is the app's, the second is not."""
    app = Typer()
    app.command()(check_command.command)
    monkeypatch.setattr(checking, "check_targets", lambda *_: checked)

    assert status_of(app, "floor", "--engine", "local") == status


def test_what_could_not_be_played_or_counted_is_not_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Status 3, after everything else was stored."""
    probes = chosen_probes(())
    case = probes[0].cases[0]
    played = ProbeOutcome(
        probes[0].id, case.framework, "", "1", True, True, "", "", (), ()
    )
    count = Count(case.framework, "1", "app_lines", 1.0, "")
    all_of_it = ProbeResults(1, "", "", "", "", (played,), (), (count,))
    app = Typer()
    app.command()(probe_command.command)
    monkeypatch.setattr(probe_command, "keep", lambda each: each)
    for found, status in (
        (all_of_it, ExitStatus.DONE),
        (replace(all_of_it, outcomes=(replace(played, passed=None),)), 3),
        (replace(all_of_it, counts=(replace(count, value=None),)), 3),
    ):

        def play(*_: Any, found: ProbeResults = found, **__: Any) -> ProbeResults:
            return found

        monkeypatch.setattr(probe_command, "play", play)
        assert status_of(app) == status


def test_what_serves_several_commands_promises_no_run() -> None:
    """Servers, databases and load are of `bench check` and `bench load`, too, which have nothing that could go on."""
    folders = [ROOT / "bench" / name for name in ("deploy", "load", "run")]
    promises = [
        path.name
        for folder in folders
        for path in folder.rglob("*.py")
        if "--resume" in path.read_text("utf-8")
    ]
    assert promises == []
