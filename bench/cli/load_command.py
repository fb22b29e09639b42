"""`bench load`."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import AsJson, LoadWorkers
from bench.deploy.cores import pinning
from bench.deploy.topology import topology
from bench.errors import EnvironmentFailure, UsageError
from bench.load.url import LoadReport, load_url
from bench.model.exchange import Request
from bench.model.load import Arrivals, Load


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OWN = ("host", "content-length", "transfer-encoding", "connection")
"""Headers that the generator writes by itself."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2


def command(  # noqa: PLR0913 - one parameter is one option that people type
    url: Annotated[str, typer.Argument(help="An http:// URL on this machine.")],
    clients: Annotated[int, typer.Option(help="Connections.", min=1, max=1024)] = 16,
    rate: Annotated[
        float | None,
        typer.Option(help="Open loop at this many requests per second.", min=0.1),
    ] = None,
    duration: Annotated[
        float, typer.Option(help="Seconds that count.", min=0.1, max=3600)
    ] = 10.0,
    poisson: Annotated[
        bool, typer.Option("--poisson", help="Open loop: random arrivals.")
    ] = False,
    method: Annotated[
        str | None,
        typer.Option(help="GET if left out, or POST where there is a body."),
    ] = None,
    body: Annotated[
        str | None, typer.Option(help="Sent with every request; @FILE: what it holds.")
    ] = None,
    headers: Annotated[
        list[str] | None,
        typer.Option("--header", "-H", help='"Name: value"; may be repeated.'),
    ] = None,
    load_workers: LoadWorkers = 0,
    as_json: AsJson = False,
) -> None:
    """Drive load at a URL and print what came back; exit 3 if nothing was answered rightly."""
    if poisson and rate is None:
        raise UsageError("--poisson needs a rate", "add --rate R")
    load = Load(
        clients=clients,
        warm_s=0.0,
        measure_s=duration,
        rate_rps=rate,
        arrivals=Arrivals.POISSON if poisson else Arrivals.CONSTANT,
    )
    sent = request_of(method, body, headers or ())
    cores = pinning(topology())
    report = load_url(url, load, cpus=cores.load, workers=load_workers, sent=sent)
    print(json.dumps(asdict(report)) if as_json else as_text(report))
    if report.requests == 0:
        raise EnvironmentFailure(
            f"no request was answered with a 2xx status: {report.first_error or 'none was answered'}",
            "ask once by hand what it answers; --method, --body and --header say what is sent",
        )


def request_of(method: str | None, body: str | None, headers: Sequence[str]) -> Request:
    """What is sent, its path apart; UsageError for what no request can be."""
    named = (method or ("GET" if body is None else "POST")).upper()
    if named not in METHODS:
        raise UsageError(
            f"--method {method!r} is not known", f"there are: {', '.join(METHODS)}"
        )
    read = [_header(text) for text in headers]
    kinds = [value for name, value in read if name.lower() == "content-type"]
    if len(kinds) > 1:
        raise UsageError("--header: Content-Type is there twice", "leave one out")
    return Request(
        named,
        "/",
        None if body is None else _body(body),
        kinds[0] if kinds else None,
        tuple(header for header in read if header[0].lower() != "content-type"),
    )


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not _TOKEN.fullmatch(name.strip()):
        raise UsageError(f"--header {text!r} is no header", 'write it as "Name: value"')
    if name.strip().lower() in OWN:
        raise UsageError(
            f"--header {text!r}: the generator writes {name.strip()} by itself",
            "leave it out",
        )
    return name.strip(), value.strip()


def _body(text: str) -> bytes:
    if not text.startswith("@"):
        return text.encode()
    try:
        return Path(text[1:]).read_bytes()
    except OSError as error:
        raise UsageError(
            f"--body {text}: {error.strerror}", "check the path"
        ) from error


def as_text(report: LoadReport) -> str:
    """The report for a person, a line per fact."""
    kinds = ", ".join(f"{kind} ({n:,})" for kind, n in report.errors_by_kind.items())
    lines = [
        f"requests       {report.requests} in {report.duration_s:.2f} s",
        f"throughput     {report.rate_rps:,.0f} requests/s"
        + (f" of {report.offered_rps:,.0f} offered" if report.offered_rps else ""),
        f"errors         {report.errors}" + (f": {kinds}" if kinds else ""),
        f"connections    {report.connections_opened} opened",
        f"generator CPU  {report.generator_cpu_s:.2f} s",
    ]
    if report.first_error is not None:
        lines.insert(3, f"first error    {report.first_error}")
    times = {"latency": report.latency_us, "service": report.service_time_us}
    for name, quantiles in times.items():
        if quantiles is not None:
            values = ", ".join(f"{k} {v:,.0f}" for k, v in asdict(quantiles).items())
            lines.append(f"{name:14} {values} µs")
    return "\n".join(lines)
