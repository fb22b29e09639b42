"""Instructions of an application of known cost, counted by the real valgrind."""

import os
import shutil
import signal
import sys
import time
from pathlib import Path
from threading import Thread

import psutil
import pytest

from bench.deploy.instructions import (
    Program,
    application_of,
    count,
    find_valgrind,
    rehearse,
)
from bench.errors import EnvironmentFailure, TargetFailed
from bench.model.exchange import Request
from tests.builders import target


pytestmark = pytest.mark.live
PROGRAMS = Path(__file__).parent / "programs"
HELLO = {"hello": [Request("GET", "/hello")]}
needs_valgrind = pytest.mark.skipif(
    shutil.which("valgrind") is None, reason="valgrind is not installed"
)


def program(times: int, interface: str = "wsgi") -> Program:
    """The application that works so many times."""
    return Program(
        "tiny",
        "counted:app" if interface == "wsgi" else "counted:asgi_app",
        interface,
        Path(sys.executable),
        PROGRAMS,
        {"TIMES": str(times), "PYTHONHASHSEED": "1", "PYTHONDONTWRITEBYTECODE": "1"},
    )


@needs_valgrind
@pytest.mark.parametrize("interface", ["wsgi", "asgi"])
def test_twice_the_work_is_twice_the_instructions(interface: str) -> None:
    """Five passes and ten, less what none costs: 1 to 2 within 1 %; start-up plays no part, and the same again is within a thousandth."""
    passes = (0, 5, 10, 5) if interface == "asgi" else (0, 5, 10)
    counted = count([program(n, interface) for n in passes], HELLO, 50)
    none, five, two, *again = (instructions["hello"] for instructions in counted)

    assert (two - none) / (five - none) == pytest.approx(2, rel=0.01)
    assert none < 0.1 * five
    assert five > 500 * 5
    assert again == pytest.approx([five] * len(again), rel=0.001)


@needs_valgrind
def test_what_breaks_it_off_ends_what_was_started() -> None:
    """An interrupt of the harness alone, while what two programs forked is at work: at once, and nothing is left."""
    own = psutil.Process()
    children: list[psutil.Process] = []

    def interrupt() -> None:
        for _ in range(600):
            children[:] = own.children(recursive=True)
            if len(children) == 4:  # two programs, and what each has forked
                break
            time.sleep(0.1)
        os.kill(own.pid, signal.SIGINT)

    thread = Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        count([program(3)] * 2, HELLO, 10**9)
    thread.join()

    assert len(children) == 4
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []


@pytest.mark.parametrize("interface", ["wsgi", "asgi"])
def test_answers_come_back_as_they_were_given(interface: str) -> None:
    """Status and body of every request, in order: what is counted can be checked."""
    asked = {
        "echo": [Request("POST", "/echo", b"%d" % n, "text/plain") for n in (1, 2)]
    }
    replies = rehearse(program(0, interface), asked)

    assert [(r.status, r.body) for r in replies["echo"]] == [(200, b"1"), (200, b"2")]


def test_an_application_that_fails_says_why() -> None:
    """Its own traceback is the end of the log."""
    with pytest.raises(TargetFailed) as caught:
        rehearse(program(0), {"fail": [Request("GET", "/fail")]})

    assert "as asked" in (caught.value.log_tail or "")


def test_without_valgrind_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, and what to install."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EnvironmentFailure) as caught:
        find_valgrind()

    assert "apt-get install valgrind" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("serve", "application"),
    [
        (("server", "app:app", "--bind={host}:{port}"), "app:app"),
        (("server", "config.wsgi", "--threads=8"), "config.wsgi"),
        (("manage", "runserver", "{host}:{port}", "--settings=config.settings"), None),
        (("own", "--app=app", "run", "--port={port}"), None),
    ],
)
def test_the_application_is_the_word_that_names_one(
    serve: tuple[str, ...], application: str | None
) -> None:
    """module:name, or a dotted module whose `application` is meant."""
    assert application_of(target(serve=serve)) == application
