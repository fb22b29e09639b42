"""`bench calibrate`."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from bench.cli.places import CALIBRATIONS, shown
from bench.deploy.cores import pinning
from bench.deploy.machine import inspect_machine
from bench.deploy.topology import topology
from bench.model.calibration import Calibration
from bench.store.documents import write_calibration


GRADES = {True: "pass", False: "**fail**", None: "not measured"}


def command(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object on stdout.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress on stderr.")
    ] = False,
) -> None:
    """Find out what generator and machine can do here, against servers of known behaviour."""
    # Loaded when they are needed: the other commands' help lists this one, too.
    from bench.calibrate.calibrate import calibrate
    from bench.report.calibration_page import calibration_html

    console = Console(stderr=True, quiet=quiet)
    cores = pinning(topology())
    found = calibrate(
        cores,
        inspect_machine(),
        datetime.now(UTC),
        lambda line: console.print(line, highlight=False),
    )
    path = write_calibration(CALIBRATIONS, found, table(found), calibration_html(found))
    print(json.dumps(asdict(found)) if as_json else table(found))
    console.print(
        f"kept in {shown(path)}; runs on this machine show it\n"
        f"next: open {shown(path.with_suffix('.html'))} in a browser",
        highlight=False,
    )
    if found.failed:
        raise typer.Exit(1)


def table(found: Calibration) -> str:
    """The calibration as a table in Markdown."""
    lines = [
        f"# Calibration of {found.created_at}",
        "",
        f"{found.cpu_model}, fingerprint {found.fingerprint}; it took {found.took_s:.0f} s.",
        "",
        "| question | measured | limit | |",
        "|:--|:--|:--|:--|",
    ]
    for proof in found.proofs:
        cells = (proof.title, proof.measured, proof.limit, GRADES[proof.passed])
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join([*lines, ""])
