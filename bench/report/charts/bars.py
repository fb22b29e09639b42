"""Rows of horizontal bars: only where parts add up, or against a limit."""

from bench.report.charts.canvas import Canvas, Type, fitted, text_width


def label_width(labels: list[str], width: float) -> float:
    """Room for the labels on the left, at most two fifths of the drawing."""
    widest = max((text_width(label, 12.5, True) for label in labels), default=0.0)
    return min(widest, 0.4 * width)


def label(canvas: Canvas, room: float, y: float, words: tuple[str, str]) -> None:
    """A row's name, right-aligned before its bar; `words` are the name and its colour."""
    style = Type(size=12.5, bold=True, token=words[1], align="right")
    canvas.text(room, y, fitted(words[0], room, 12.5, bold=True), style)
