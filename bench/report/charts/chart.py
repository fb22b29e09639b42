"""
A chart as the page holds it: finding, drawings, caption, and its numbers as a table.

A new one is a function that gives `chart` its words, its table and data for one
of the two shapes, and the section of the page that calls it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from bench.model.estimate import Comparison, Quantity
from bench.model.results import Curve
from bench.model.verdict import Evidence
from bench.report.charts.canvas import NARROW, WIDE
from bench.report.charts.lines import Lines
from bench.report.charts.palette import Palette
from bench.report.charts.rows import Rows


type Source = Quantity | Comparison | Curve | Evidence

LONGEST_NAME = 200
"""Characters; a file system takes 255 bytes."""
NAMESPACE = "http://www.w3.org/2000/svg"
FONTS = "Inter, Segoe UI, system-ui, -apple-system, Roboto, Arial, sans-serif"


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


def chart(
    name: str,
    palette: Palette,
    words: ChartText,
    table: ChartTable,
    shape: Rows | Lines,
    sources: Sequence[Source | None] = (),
) -> Chart:
    """
    Draw at both widths; the table stands beside them, the sources become its CSV.

    `name` becomes an id on the page and a file's name, whoever gave it.
    """
    name = re.sub(r"[^A-Za-z0-9.+_-]+", "_", name)[:LONGEST_NAME]
    assert palette.order, "a palette without colours draws nothing"
    wide, narrow = (
        shape.draw(palette, width).svg(words.finding) for width in (WIDE, NARROW)
    )
    given = tuple(source for source in sources if source is not None)
    return Chart(name, words, table, wide, narrow, given)


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


def standalone(drawn: Chart, palette: Palette, dark: bool) -> str:
    """For a README or a slide: the wide drawing with its numbers in words and its colours of one mode written out, on a ground that shines through."""
    root = ElementTree.fromstring(drawn.wide)
    desc = ElementTree.Element("desc")
    desc.text = description(drawn.table)
    root.insert(1, desc)
    for element in root.iter():
        for name in element.attrib.pop("class", "").split():
            letter, _, token = name.partition("-")
            paint = {"f": "fill", "s": "stroke"}[letter]
            element.set(paint, palette.colours[token][int(dark)])
    _, _, width, height = root.attrib["viewBox"].split()
    root.attrib |= {"xmlns": NAMESPACE, "width": width, "height": height}
    root.set("font-family", FONTS)
    return ElementTree.tostring(root, encoding="unicode") + "\n"
