"""`bench load`."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from bench.deploy.cores import pinning
from bench.deploy.topology import topology
from bench.errors import AskedWrongly
from bench.load.url import LoadReport, load_url
from bench.model.load import Arrivals, Load


def command(
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
    load_workers: Annotated[
        int,
        typer.Option(help="Send from so many processes; 0: from one.", min=0, max=64),
    ] = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object on stdout.")
    ] = False,
) -> None:
    """Drive load at a URL and print what came back."""
    if poisson and rate is None:
        raise AskedWrongly("--poisson needs a rate", "add --rate R")
    load = Load(
        clients=clients,
        warm_s=0.0,
        measure_s=duration,
        rate_rps=rate,
        arrivals=Arrivals.POISSON if poisson else Arrivals.CONSTANT,
    )
    cores = pinning(topology())
    report = load_url(url, load, cpus=cores.load, workers=load_workers)
    print(json.dumps(asdict(report)) if as_json else as_text(report))
    if report.requests == 0:
        raise typer.Exit(1)


def as_text(report: LoadReport) -> str:
    """The report for a person, a line per fact."""
    lines = [
        f"requests       {report.requests} in {report.duration_s:.2f} s",
        f"throughput     {report.rate_rps:,.0f} requests/s"
        + (f" of {report.offered_rps:,.0f} offered" if report.offered_rps else ""),
        f"errors         {report.errors}",
        f"connections    {report.connections_opened} opened",
        f"generator CPU  {report.generator_cpu_s:.2f} s",
    ]
    for name, quantiles in (
        ("latency", report.latency_us),
        ("service", report.service_time_us),
    ):
        if quantiles is not None:
            values = ", ".join(f"{k} {v:,.0f}" for k, v in asdict(quantiles).items())
            lines.append(f"{name:14} {values} µs")
    return "\n".join(lines)
