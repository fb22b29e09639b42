"""How a command ends that went wrong: sentences on stderr, a status, and the traceback of an internal error in a file."""

import contextlib
import errno
import platform
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from bench.cli.places import RUNS, shown
from bench.errors import BenchError, EnvironmentFailure, ExitStatus
from bench.report.clean import clean_text
from bench.store.leftovers import INTERNAL, keep_logs


_OF_THE_MACHINE = frozenset(
    {
        errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM,
        errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO, errno.ESTALE, errno.EAGAIN,
        errno.ENAMETOOLONG, errno.ENOTDIR,
    }
)  # fmt: skip
"""Whoever meets one of these has asked for something that the machine does not give."""


def of_the_machine(error: Exception) -> EnvironmentFailure | None:
    """What the machine did not give, as a refusal; None for a fault of the harness."""
    if isinstance(error, MemoryError):
        return EnvironmentFailure(
            "there is too little memory", "end other programs, or use a larger machine"
        )
    if isinstance(error, OSError) and error.errno in _OF_THE_MACHINE:
        return not_given(
            error,
            "make room, or give this user the right to it; BENCH_RUNS puts runs elsewhere",
        )
    return None


def not_given(error: OSError, remedy: str) -> EnvironmentFailure:
    """What the system said, of which file, with a remedy."""
    where = f"{error.filename}: " if error.filename else ""
    return EnvironmentFailure(f"{where}{error.strerror}", remedy)


def complain(error: BenchError) -> None:
    """Say on stderr what was refused and what to do."""
    print(f"error: {_shown(error.message)}", file=sys.stderr)
    if error.hint:
        print(f"hint:  {_shown(error.hint)}", file=sys.stderr)
    tail = getattr(error, "log_tail", None)
    if tail:
        print("the end of its log:", file=sys.stderr)
        for line in clean_text(tail).rstrip().splitlines()[-12:]:
            print(f"  | {line}", file=sys.stderr)


def internal(error: Exception, runs: Path = RUNS) -> ExitStatus:
    """Keep the traceback, and say in one sentence that the fault is the harness' own."""
    text = "".join(
        (
            f"{datetime.now(UTC).isoformat(timespec='seconds')}, Python "
            f"{platform.python_version()}, {platform.platform()}\n",
            f"bench {' '.join(sys.argv[1:])}\n\n",
            *traceback.format_exception(error),
        )
    )
    kept = _kept(text, runs)
    where = f"its traceback is in {shown(kept)}" if kept else "its traceback follows"
    said = str(error).strip().splitlines()[:1]
    what = ": ".join([type(error).__name__, *said])
    complain(
        BenchError(
            f"internal error, a fault of the harness itself ({what}); {where}",
            "report it with that traceback; what was measured is kept",
        )
    )
    if kept is None:
        print(text, file=sys.stderr)
    return ExitStatus.INTERNAL


def _kept(text: str, runs: Path) -> Path | None:
    """The file that holds the text now, among the runs or else in the temporary folder."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.txt"
    with contextlib.suppress(OSError):
        (runs / INTERNAL).mkdir(parents=True, exist_ok=True)
        return _written(runs / INTERNAL / name, text)
    with contextlib.suppress(OSError):
        return _written(Path(tempfile.gettempdir()) / f"bench-internal-{name}", text)
    return None


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
    return path


def _shown(text: str) -> str:
    """Somebody else's words among ours: nothing that a terminal obeys, no line that looks like ours."""
    return clean_text(text).replace("\n", "\n       ")


def keep_and_tell(error: EnvironmentFailure, logs: Path, runs: Path = RUNS) -> None:
    """Keep the logs of a refusal, whose folder is about to go, and say in its hint where they are."""
    kept = keep_logs(logs, runs)
    if kept is not None:
        where = f"its logs are kept in {shown(kept)}"
        error.hint = f"{error.hint}; {where}" if error.hint else where
