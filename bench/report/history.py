"""The history of all machines in Markdown: one row per run, version and workload."""

from collections.abc import Sequence

from bench.model.history import INSTRUCTIONS, HistoryRow, KeptRun, Point
from bench.report.summary import code, plain


COLUMNS = {
    "throughput": "requests per second, bare server = 1",
    "cpu": "CPU time of the bare server, its own = 1",
    INSTRUCTIONS: "instructions per request",
}


def rows_md(runs: Sequence[KeptRun]) -> str:
    """Oldest run first; beneath the table, what each name of conditions stands for."""
    heads = ("run", "version", "workload", *COLUMNS.values(), "conditions", "note")
    lines = [
        f"| {' | '.join(heads)} |",
        f"|---|---|---{'|--:' * len(COLUMNS)}|---|---|",
        *(_row(row) for run in runs for row in run.rows()),
        "",
    ]
    known = {name: facts for run in runs for name, facts in run.conditions.items()}
    for name, facts in known.items():
        held = "; ".join(f"{what} {value}" for what, value in facts.items())
        lines.append(f"{code(name)}: {plain(held)}")
    return "\n".join(lines) + "\n"


def _note(row: HistoryRow) -> str:
    """Why a row decides nothing, or less than all; empty where it may."""
    voids = (row.run.decides_nothing, *(each.void for each in row.points.values()))
    return "; ".join(dict.fromkeys(filter(None, voids)))


def _row(row: HistoryRow) -> str:
    where = dict.fromkeys(_code(each.conditions) for each in row.points.values())
    cells = (
        _code(row.run.id),
        _code(row.target),
        plain(row.workload),
        *(_figure(row.points.get(metric)) for metric in COLUMNS),
        ", ".join(where),
        plain(_note(row)),
    )
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    return code(text).replace("|", "/")


def _figure(point: Point | None) -> str:
    if point is None or point.value is None:
        return "–"
    if point.low is None or point.high is None:
        return f"{point.value:,.0f}"
    return f"{point.value:.3f} ({point.low:.3f} to {point.high:.3f})"
