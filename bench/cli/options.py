"""Options that several commands have, and how what is typed for them is read."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.errors import UsageError, told, unknown


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
JsonAndMarkdown = Annotated[
    bool, typer.Option("--json", help="Print JSON, with the same as Markdown in it.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
Claims = Annotated[
    Path | None,
    typer.Option(help="Judge by this table of claims instead of the project's."),
]
Requests = Annotated[
    int, typer.Option(help="N: counted are N and 2N.", min=10, max=100_000)
]
LoadWorkers = Annotated[
    int,
    typer.Option(
        help="Number of load processes on the load cores; 0: a single generator.",
        min=0,
        max=64,
    ),
]


INDEX_MUST_ANSWER = (
    "the package index must answer; a mirror is told by UV_DEFAULT_INDEX, "
    "PIP_INDEX_URL or pip.conf"
)


def progress_console(quiet: bool = False) -> Console:
    """Stderr, for what a person reads meanwhile: text is neither markup nor coloured by its words."""
    return Console(stderr=True, quiet=quiet, markup=False, highlight=False)


_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*%")


def margins(
    typed: Sequence[str] | None, usual: Mapping[str, float]
) -> dict[str, float]:
    """
    The usual margins with those that were typed: "cpu=2%", or "2%" for all of them.

    Shares, so 0.02 for 2 %. UsageError for a metric that has none, and for
    anything but a percentage from 0 to 100.
    """
    let_pass = dict(usual)
    for margin in (part.strip() for text in typed or () for part in text.split(",")):
        metric, equals, share = margin.rpartition("=")
        if equals and metric.strip() not in usual:
            raise unknown("margin", metric.strip(), list(usual))
        read = _SHARE.fullmatch(share.strip())
        if read is None or float(read[1]) > 100:
            raise UsageError(
                f"--margin {told(margin)}: not a percentage",
                f"write it as in --margin {next(iter(usual))}=2%",
            )
        names = [metric.strip()] if equals else list(usual)
        let_pass |= dict.fromkeys(names, float(read[1]) / 100)
    return let_pass
