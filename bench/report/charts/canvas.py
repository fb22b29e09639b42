"""
A drawing surface in pixels, on matplotlib.

Charts say where things go; matplotlib draws marks, lines and text. Text stays text. Its width is taken from DejaVu Sans, the widest font
that a reader is likely to get, so that nothing overlaps elsewhere either.
"""

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text
from matplotlib.textpath import TextToPath
from matplotlib.transforms import IdentityTransform

from bench.report.charts.palette import Palette
from bench.report.charts.svg import Shapes, drawing


# A matplotlibrc in the current folder would be read, too; and that no folder
# takes a cache of fonts is no news for a reader of charts.
mpl.rcdefaults()
logging.getLogger("matplotlib").setLevel(logging.ERROR)

WIDE = 520.0
NARROW = 350.0
"""Widths in pixels; the style sheet chooses by the reader's screen."""

DASHES: dict[str, tuple[float, ...]] = {
    "solid": (),
    "dashed": (5, 3),
    "dotted": (1.5, 2.5),
    "dashdot": (6, 2.5, 1.5, 2.5),
}


@dataclass(frozen=True, slots=True)
class Pen:
    """How a line is drawn."""

    token: str
    width: float = 1.0
    dash: str = "solid"


@dataclass(frozen=True, slots=True)
class Type:
    """How a text is set."""

    size: float = 12.5
    bold: bool = False
    token: str = "ink"
    align: Literal["left", "center", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Mark:
    """How a point is drawn."""

    token: str
    shape: str = "o"
    size: float = 8.0
    hollow: bool = False


class Canvas:
    """One drawing; x to the right, y down, both in pixels."""

    def __init__(self, palette: Palette, width: float, height: float) -> None:
        self.palette = palette
        self.width = width
        self.height = height
        self._figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        self._figure.patch.set_visible(False)
        # No axes: their scales, ticks and grids would take as long as the drawing.

    def line(
        self, start: tuple[float, float], end: tuple[float, float], pen: Pen
    ) -> None:
        """A straight line."""
        self.curve((start, end), pen)

    def curve(self, points: Sequence[tuple[float, float]], pen: Pen) -> None:
        """A line through points."""
        drawn = self._place(
            [x for x, _ in points],
            [y for _, y in points],
            color=self.palette.stand_in(pen.token),
            linewidth=pen.width,
            solid_capstyle="butt",
            solid_joinstyle="round",
        )
        if DASHES.get(pen.dash):
            drawn.set_dashes(DASHES[pen.dash])

    def band(self, outline: Sequence[tuple[float, float]], token: str) -> None:
        """A pale area, through which what lies beneath is seen."""
        self._add(
            Polygon(
                list(outline),
                facecolor=self.palette.stand_in(token),
                alpha=0.14,
                linewidth=0,
                clip_on=False,
            )
        )

    def box(
        self,
        corner: tuple[float, float],
        size: tuple[float, float],
        token: str,
        over: bool = False,
    ) -> None:
        """A filled rectangle from its upper left corner, beneath all lines or over those before it."""
        self._add(
            Rectangle(
                corner,
                *size,
                facecolor=self.palette.stand_in(token),
                linewidth=0,
                clip_on=False,
                zorder=2 if over else 1,
            )
        )

    def mark(self, x: float, y: float, mark: Mark) -> None:
        """One point with a thin edge in the page's colour, or a hollow one."""
        colour = self.palette.stand_in(mark.token)
        page = self.palette.stand_in("page")
        self._place(
            [x],
            [y],
            marker=mark.shape,
            markersize=mark.size,
            markerfacecolor=page if mark.hollow else colour,
            markeredgecolor=colour if mark.hollow else page,
            markeredgewidth=1.8 if mark.hollow else 0.8,
            linestyle="none",
        )

    def dots(self, xs: Sequence[float], y: float, token: str) -> None:
        """Small round dots in a row: single rounds."""
        self._place(
            list(xs),
            [y] * len(xs),
            marker="o",
            markersize=3.4,
            markerfacecolor=self.palette.stand_in(token),
            markeredgewidth=0,
            linestyle="none",
            alpha=0.55,
        )

    def text(self, x: float, y: float, words: str, style: Type) -> None:
        """One line of text on the baseline y."""
        self._add(
            Text(
                x,
                y,
                words.replace("\n", " "),
                fontsize=style.size,
                fontweight="bold" if style.bold else "normal",
                color=self.palette.stand_in(style.token),
                horizontalalignment=style.align,
                verticalalignment="baseline",
                parse_math=False,
                clip_on=False,
            )
        )

    def _place(self, xs: Sequence[float], ys: Sequence[float], **style: Any) -> Line2D:
        """A line or marks at these pixels."""
        drawn = Line2D(xs, ys, clip_on=False, **style)
        self._add(drawn)
        return drawn

    def _add(self, drawn: Artist) -> None:
        drawn.set_transform(IdentityTransform())
        self._figure.add_artist(drawn)

    def svg(self, title: str, description: str = "") -> str:
        """The finished drawing, ready to stand in the page."""
        shapes = Shapes(self.palette)
        with warnings.catch_warnings():
            _no_words_on_glyphs()
            self._figure.draw(shapes)
        size = (self.width, self.height)
        return drawing(shapes.found, size, title, description)


def _no_words_on_glyphs() -> None:
    # A title may hold characters that DejaVu lacks or that matplotlib cannot
    # set; the reader's browser has its own fonts.
    for message in ("Glyph", "Matplotlib currently does not support"):
        warnings.filterwarnings("ignore", message=message)


@lru_cache(maxsize=4096)
def text_width(words: str, size: float, bold: bool = False) -> float:
    """How many pixels a text takes in DejaVu Sans."""
    font = FontProperties(
        family="DejaVu Sans", size=size, weight="bold" if bold else "normal"
    )
    with warnings.catch_warnings():
        _no_words_on_glyphs()
        width, _, _ = TextToPath().get_text_width_height_descent(words, font, False)
    return float(width)


def fitted(words: str, room: float, size: float, bold: bool = False) -> str:
    """The text, shortened with an ellipsis where it would not fit."""
    # More characters than pixels never fit, and to measure a megabyte takes long.
    kept = words[: max(int(room), 0)]
    if kept == words and text_width(words, size, bold) <= room:
        return words
    while kept and text_width(f"{kept}…", size, bold) > room:
        kept = kept[: max(len(kept) - max(len(kept) // 12, 1), 0)]
    return f"{kept.rstrip()}…"
