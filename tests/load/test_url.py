"""`bench load URL`: only this machine, any path, every figure that it prints."""

from dataclasses import asdict

import pytest

from bench.errors import AskedWrongly, MachineRefused
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
    with pytest.raises(AskedWrongly) as refused:
        load_url(url, SHORT)
    assert refused.value.hint


def test_a_name_with_one_address_elsewhere_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every address counts: a name must not lead elsewhere at its second look."""
    found = [
        (2, 1, 6, "", ("127.0.0.1", 8000)),
        (2, 1, 6, "", ("192.0.2.7", 8000)),
    ]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: found)
    with pytest.raises(AskedWrongly, match=r"192\.0\.2\.7"):
        load_url("http://two.example:8000/", SHORT)


def test_nobody_listening_is_said_at_once() -> None:
    """No window of refused connections: the server is not there."""
    with pytest.raises(MachineRefused, match="nothing answers"):
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
    assert report.first_error is not None and "status 500" in report.first_error
