"""
How many instructions a request costs in the application itself, counted by valgrind.

Counts do not depend on who else uses the machine, so they show changes of a
part in a thousand where times cannot. They are no times: instructions differ
in what they take, and those of the kernel and of the server around the
application are not in them.
"""

import base64
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any

from bench.child_environment import measured_environment
from bench.deploy.machine import available_cores
from bench.deploy.scratch import scratch
from bench.errors import EnvironmentFailure, TargetFailed
from bench.model.exchange import Reply, Request
from bench.model.framework import Target


WARM_REQUESTS = 100
"""Before counting: caches are filled, and the interpreter has specialised its code."""

CALLING = Path(__file__).with_name("direct.py")
"""What calls an application, run by its own interpreter."""
_LIMIT_S = 900
_APPLICATION = re.compile(r"[A-Za-z_][\w.]*(:\w+|\.\w+)")
_COUNT = re.compile(r"I\s+refs:\s+([\d,]+)")


@dataclass(frozen=True, slots=True)
class Program:
    """What is called directly: an application, in its environment and folder."""

    name: str  # for messages
    application: str  # module:name
    interface: str  # wsgi or asgi
    python: Path
    folder: Path
    environment: Mapping[str, str]


def application_of(target: Target) -> str | None:
    """The application that a target's server is told to load; None if it names none."""
    return next((w for w in target.serve[1:] if _APPLICATION.fullmatch(w)), None)


def find_valgrind() -> str:
    """The program; EnvironmentFailure where it is missing."""
    program = shutil.which("valgrind")
    if program is None:
        raise EnvironmentFailure(
            "instructions are counted by valgrind, and there is none on this machine",
            hint="install it (Debian, Ubuntu: apt-get install valgrind), or compare CPU time: bench run",
        )
    return program


def valgrind_version() -> str:
    """What it calls itself ("valgrind-3.19.0"); counts of two versions may differ by a little."""
    done = subprocess.run(
        [find_valgrind(), "--version"],
        env=measured_environment(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def rehearse(
    program: Program, requests: Mapping[str, Sequence[Request]]
) -> dict[str, list[Reply]]:
    """What the application answers, by workload; TargetFailed if it cannot be called."""
    (report,) = _run([], [program], _order(requests, 0))
    return {
        work: [
            Reply(
                answer["status"],
                base64.b64decode(answer["body"]),
                {name.lower(): value for name, value in answer["headers"]},
            )
            for answer in answers
        ]
        for work, answers in report["answers"].items()
    }


def count(
    programs: Sequence[Program], requests: Mapping[str, Sequence[Request]], number: int
) -> list[dict[str, float]]:
    """
    Of each program, instructions per request by workload, over `number` requests.

    One process starts and warms up; what `number` and twice as many requests
    cost after that differs by exactly `number` requests. As many are counted at
    once as there are processors, since no count depends on what runs beside it.
    EnvironmentFailure without valgrind, TargetFailed if an application fails.
    """
    with scratch("count") as folder:
        tool = (
            *(find_valgrind(), "--tool=cachegrind", "--cache-sim=no"),
            "--cachegrind-out-file=/dev/null",
            f"--log-file={folder}/%p",
        )
        return [
            {
                work: (_counted(folder / str(twice)) - _counted(folder / str(once)))
                / number
                for work, (once, twice) in report["children"].items()
            }
            for report in _run(tool, programs, _order(requests, number))
        ]


def _order(requests: Mapping[str, Sequence[Request]], number: int) -> Mapping[str, Any]:
    return {
        "count": number,
        "warm": WARM_REQUESTS,
        "requests": {
            work: [
                {
                    "method": request.method,
                    "path": request.path,
                    "body": None
                    if request.body is None
                    else base64.b64encode(request.body).decode(),
                    "content_type": request.content_type,
                }
                for request in requests_of_work
            ]
            for work, requests_of_work in requests.items()
        },
    }


def _run(
    tool: Sequence[str], programs: Sequence[Program], order: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """What each program tells, as many at once as there are processors."""
    reports = []
    for some in batched(programs, len(available_cores()), strict=False):
        with ExitStack() as stack:
            started = [
                stack.enter_context(_started(tool, program, order)) for program in some
            ]
            reports += [
                _told(process, program)
                for process, program in zip(started, some, strict=True)
            ]
    return reports


@contextmanager
def _started(
    tool: Sequence[str], program: Program, order: Mapping[str, Any]
) -> Iterator[subprocess.Popen[str]]:
    """A program that has its order, in a session of its own, of which nothing is left after the block."""
    with tempfile.TemporaryFile("w+") as given:
        words = {
            "application": program.application,
            "interface": program.interface,
            **order,
        }
        given.write(json.dumps(words))
        given.seek(0)
        with subprocess.Popen(
            [*tool, str(program.python), "-P", str(CALLING)],
            cwd=program.folder,
            env=dict(program.environment),
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                # The children that it forked, too, which hold its pipes.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _told(process: subprocess.Popen[str], program: Program) -> dict[str, Any]:
    try:
        said, complained = process.communicate(timeout=_LIMIT_S)
    except subprocess.TimeoutExpired as error:
        raise TargetFailed(
            f"{program.name}: calling it directly took more than {_LIMIT_S} s",
            "ask for fewer requests (--requests)",
        ) from error
    if process.returncode:
        raise TargetFailed(
            f"{program.name}: {program.application} cannot be called directly "
            f"(status {process.returncode})",
            "play the contract against it: bench check",
            log_tail=complained,
        )
    report: dict[str, Any] = json.loads(said)
    return report


def _counted(log: Path) -> int:
    count = _COUNT.search(log.read_text(errors="replace"))
    if count is None:
        raise EnvironmentFailure(
            f"valgrind did not count: {log.read_text(errors='replace')[-300:].strip()}",
            "try it by hand: valgrind --tool=cachegrind python3 -c pass",
        )
    return int(count[1].replace(",", ""))
