"""`bench load URL`: only this machine, any path, every figure that it prints."""

import re
import socket
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from bench.cli.load_command import command, request_of
from bench.errors import EnvironmentFailure, UsageError
from bench.load.url import load_url
from bench.model.load import Load
from tests.load.known import Known


SHORT = Load(2, 0.0, 0.3)


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/",
        "http://0.0.0.0:80/",
        "http://[2001:db8::1]/",
        "http://169.254.169.254/latest",
        "http://nowhere.invalid/",
        "https://127.0.0.1/",
        "127.0.0.1:8000",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:0/",
        "http://[::1/",
        "http://a:b@127.0.0.1/",
        "file:///etc/hostname",
    ],
)
def test_an_address_that_is_not_ours_is_refused(url: str) -> None:
    """Before anything is sent, and with a way out."""
    with pytest.raises(UsageError) as refused:
        load_url(url, SHORT)
    assert refused.value.hint


def test_a_name_with_one_address_elsewhere_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every address counts: a name must not lead elsewhere at its second look."""
    addresses = [
        (2, 1, 6, "", ("127.0.0.1", 8000)),
        (2, 1, 6, "", ("192.0.2.7", 8000)),
    ]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: addresses)
    with pytest.raises(UsageError, match=r"192\.0\.2\.7"):
        load_url("http://two.example:8000/", SHORT)


def test_nobody_listening_is_said_at_once() -> None:
    """No window of refused connections: the server is not there."""
    with pytest.raises(EnvironmentFailure, match="nothing answers"):
        load_url("http://127.0.0.1:1/", SHORT)


@pytest.mark.live
@pytest.mark.parametrize("rate_rps", [None, 200.0])
def test_the_report_has_every_figure(known: Known, rate_rps: float | None) -> None:
    """Closed and open, by name, with the query string; the server has seen the same."""
    url = f"http://localhost:{known.port}/slow?ms=2"
    report = load_url(url, Load(2, 0.0, 0.5, rate_rps))
    figures = asdict(report)
    assert list(figures)[:9] == [
        "requests", "errors", "duration_s", "rate_rps", "offered_rps",
        "connections_opened", "generator_cpu_s", "latency_us", "service_time_us",
    ]  # fmt: skip
    assert list(figures["latency_us"]) == ["p50", "p90", "p99", "p999", "max"]
    assert report.errors == 0 and 0 < report.requests <= known.count()["requests"]
    assert report.rate_rps == report.requests / report.duration_s
    assert (report.offered_rps is None) is (rate_rps is None)


@pytest.mark.live
def test_any_2xx_counts_and_nothing_else(known: Known) -> None:
    """The body is not looked at, the status is."""
    report = load_url(f"http://127.0.0.1:{known.port}/sometimes_wrong", SHORT)
    assert report.errors > 0 and report.requests > report.errors
    assert report.errors_by_kind == {"status 500": report.errors}
    # Errors are no throughput: all that was answered is either.
    assert report.requests + report.errors <= known.count()["requests"]
    assert report.rate_rps == report.requests / report.duration_s
    assert report.first_error is not None and "status 500" in report.first_error


@pytest.mark.live
def test_what_is_typed_is_sent(tmp_path: Path) -> None:
    """Method, body (from a file, too) and headers, as one request on the wire."""
    said = tmp_path / "order.json"
    said.write_bytes(b'{"a": "\xc3\xa9"}')
    sent = request_of(
        "put", f"@{said}", ["Content-Type: application/json", "X-Trace:  a:b "]
    )
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def answer() -> None:
            # The first connection only asks whether anybody listens.
            listening.accept()[0].close()
            taken, _ = listening.accept()
            with taken:
                while data := taken.recv(65536):
                    received.append(data)
                    taken.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        report = load_url(
            f"http://127.0.0.1:{port}/a?b=c", Load(1, 0.0, 0.2), sent=sent
        )
    thread.join(5)

    assert report.requests > 0 and report.errors == 0
    head, _, body = received[0].partition(b"\r\n\r\n")
    assert head.splitlines() == [
        b"PUT /a?b=c HTTP/1.1",
        f"Host: 127.0.0.1:{port}".encode(),
        b"Content-Type: application/json",
        b"X-Trace: a:b",
        b"Content-Length: 11",
    ]
    assert body == said.read_bytes()


@pytest.mark.parametrize(
    ("method", "body", "headers", "says"),
    [
        ("FETCH", None, (), "'FETCH' is not known"),
        (None, "@/nowhere/at-all", (), "No such file"),
        (None, None, ("no colon",), "is no header"),
        (None, None, ("a b: c",), "is no header"),
        (None, None, ("Host: elsewhere",), "writes Host by itself"),
        (None, "{}", ("Content-Type: a", "content-type: b"), "twice"),
    ],
)
def test_what_no_request_can_be_is_refused(
    method: str | None, body: str | None, headers: Sequence[str], says: str
) -> None:
    """Named, with a way out; without a method a body is posted."""
    with pytest.raises(UsageError, match=says) as refused:
        request_of(method, body, headers)
    assert refused.value.hint
    assert request_of(None, "{}", ()).method == "POST"


@pytest.mark.live
def test_a_load_without_a_right_answer_ends_with_the_reason(known: Known) -> None:
    """Status 3, after the figures; every kind of error is counted by its name."""
    url = f"http://127.0.0.1:{known.port}/garbage"
    app = Typer()
    app.command()(command)
    done = CliRunner().invoke(app, [url, "--duration", "0.3", "--clients", "2"])

    assert isinstance(done.exception, EnvironmentFailure), done.output
    assert "no request was answered with a 2xx status" in done.exception.message
    assert re.search(r"^errors +[0-9]+: malformed answer \(", done.stdout, re.MULTILINE)
