"""A chart as the page holds it: finding, drawings, caption, and its numbers as a table."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.model.estimate import Comparison, Quantity
from bench.model.results import Curve
from bench.model.verdict import Evidence
from bench.report.charts.canvas import Canvas
from bench.report.charts.palette import Palette


type Source = Quantity | Comparison | Curve | Evidence

WIDE = 520.0
NARROW = 350.0
"""Widths in pixels; the style sheet chooses by the reader's screen."""

LONGEST_NAME = 200
"""Characters; a file system takes 255 bytes."""


@dataclass(frozen=True, slots=True)
class ChartTable:
    """Rows of words; the first cell of each row names it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ChartText:
    """What a chart says: the finding, what was measured, and how to read it."""

    finding: str
    sub: str
    caption: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One finding, drawn twice (wide and narrow) from the same numbers."""

    id: str
    words: ChartText
    table: ChartTable
    wide: str
    narrow: str
    sources: tuple[Source, ...] = ()  # what was drawn, unrounded; may be empty


def description(table: ChartTable) -> str:
    """The table in one line, for a drawing that stands without it."""
    return "; ".join(
        ", ".join(
            f"{column}: {cell}" if position else cell
            for position, (column, cell) in enumerate(
                zip(table.columns, row, strict=True)
            )
        )
        for row in table.rows
    )


def chart(
    name: str,
    palette: Palette,
    words: ChartText,
    table: ChartTable,
    draw: Callable[[float], Canvas],
    sources: Sequence[Source | None] = (),
) -> Chart:
    """
    Draw at both widths; the table stands beside them, the sources become its CSV.

    `name` becomes an id on the page and a file's name, whoever gave it.
    """
    name = re.sub(r"[^A-Za-z0-9.+_-]+", "_", name)[:LONGEST_NAME]
    assert palette.order, "a palette without colours draws nothing"
    return Chart(
        id=name,
        words=words,
        table=table,
        wide=draw(WIDE).svg(words.finding),
        narrow=draw(NARROW).svg(words.finding),
        sources=tuple(each for each in sources if each is not None),
    )
