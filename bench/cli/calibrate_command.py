"""`bench calibrate`."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import typer

from bench.cli.options import AsJson, Quiet, progress_console
from bench.cli.places import CALIBRATIONS, shown
from bench.deploy.cores import pinning
from bench.deploy.machine import inspect_machine
from bench.deploy.topology import topology
from bench.errors import ExitStatus
from bench.model.calibration import Calibration
from bench.report import markdown
from bench.store.documents import write_calibration


GRADES = {True: "pass", False: "**fail**", None: "not measured"}


def command(
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find out what generator and machine can do here, against servers of known behaviour."""
    # Loaded when they are needed: the other commands' help lists this one, too.
    from bench.calibrate.calibrate import calibrate
    from bench.report.calibration_page import calibration_html

    console = progress_console(quiet)
    calibration = calibrate(
        pinning(topology()), inspect_machine(), datetime.now(UTC), console.print
    )
    path = write_calibration(
        CALIBRATIONS, calibration, table(calibration), calibration_html(calibration)
    )
    print(json.dumps(asdict(calibration)) if as_json else table(calibration))
    console.print(
        f"kept in {shown(path)}; runs on this machine show it\n"
        f"next: open {shown(path.with_suffix('.html'))} in a browser"
    )
    if calibration.failed:
        raise typer.Exit(ExitStatus.NO)


def table(calibration: Calibration) -> str:
    """The calibration as a table in Markdown."""
    rows = (
        (proof.title, proof.measured, proof.limit, GRADES[proof.passed])
        for proof in calibration.proofs
    )
    lines = [
        f"# Calibration of {calibration.created_at}",
        "",
        f"{calibration.cpu_model}, fingerprint {calibration.fingerprint}; it took {calibration.took_s:.0f} s.",
        "",
        *markdown.table(
            ("question", "measured", "limit", ""),
            ((cell.replace("|", "/") for cell in row) for row in rows),
            "llll",
        ),
        "",
    ]
    return "\n".join(lines)
