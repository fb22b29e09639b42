"""
What matplotlib draws, as SVG that belongs to the page.

Colours have a class for their meaning: one drawing follows light and dark, and
still has its colours where no style sheet is loaded. A page holds eighty
drawings, so each is short: marks stand where they are drawn, without ids, and
a look is said once for all that have it, as far as nothing comes to lie beneath
what it lay upon.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.font_manager import weight_dict
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Transform

from bench.report.charts.palette import Palette
from bench.report.charts.path_data import Box, apart, box, segments, short, shortened


ANCHORS = {"left": "start", "center": "middle", "right": "end"}
NORMAL = 400


@dataclass(frozen=True, slots=True)
class Shape:
    """What is drawn: its tag, its place, its look, and the room it takes; None of a text, which stands upon nothing."""

    tag: str
    place: dict[str, str]
    look: dict[str, str]
    room: Box | None
    words: str | None = None


class Shapes(RendererBase):
    """Takes what a figure draws, x to the right and y down in pixels."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self.palette = palette
        self.found: list[Shape] = []

    def flipy(self) -> bool:
        """Pixels run down already."""
        return False

    def draw_path(
        self,
        gc: GraphicsContextBase,
        path: Path,
        transform: Transform,
        rgbFace: Any = None,  # matplotlib's own name
    ) -> None:
        """A line or an area."""
        outline = segments(path, transform)
        place, room = {"d": shortened(outline)}, box(outline)
        self.found.append(Shape("path", place, self._look(gc, rgbFace), room))

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,  # matplotlib's own name
    ) -> None:
        """The same mark at every point of the path, each drawn in its place, which is shorter than a reference to it."""
        outline = segments(marker_path, marker_trans + Affine2D().scale(1, -1))
        look = self._look(gc, rgbFace)
        vertices: Any = path.vertices
        for x, y in trans.transform(vertices).tolist():
            room = box(outline, (x, y))
            if marker_path is Path.unit_circle():
                radius = abs(outline[0][1][0][1])
                place = {"cx": short(x), "cy": short(y), "r": short(radius)}
                self.found.append(Shape("circle", place, look, room))
            else:
                place = {"d": shortened(outline, (x, y))}
                self.found.append(Shape("path", place, look, room))

    def draw_text(
        self, gc: Any, x: Any, y: Any, s: str, prop: Any, *_: Any, **more: Any
    ) -> None:
        """Text stays text, and the reader's browser aligns it."""
        x, y = more["mtext"].get_unitless_position()
        anchor = ANCHORS[more["mtext"].get_horizontalalignment()]
        look = {"font-size": short(prop.get_size_in_points())}
        if (weight := weight_dict[prop.get_weight()]) != NORMAL:
            look["font-weight"] = str(weight)
        if anchor != "start":
            look["text-anchor"] = anchor
        look |= self._painted("fill", gc.get_rgb())
        place = {"x": short(x), "y": short(y)}
        self.found.append(Shape("text", place, look, None, s))

    def _look(self, gc: GraphicsContextBase, face: Any) -> dict[str, str]:
        filled = {} if face is None else self._painted("fill", face)
        stroked = self._painted("stroke", gc.get_rgb()) if gc.get_linewidth() else {}
        classes = [
            attributes.pop("class") for attributes in (filled, stroked) if attributes
        ]
        look = dict(filled)
        if gc.get_forced_alpha():
            look["opacity"] = f"{gc.get_alpha():g}"
        elif face is not None and face[3] < 1:
            look["fill-opacity"] = f"{face[3]:g}"
        dashes: Any = gc.get_dashes()[1]
        if dashes is not None:
            look["stroke-dasharray"] = ",".join(short(dash) for dash in dashes)
        look |= stroked
        if stroked and gc.get_linewidth() != 1.0:
            look["stroke-width"] = f"{gc.get_linewidth():g}"
        return {**look, "class": " ".join(classes)}

    def _painted(self, paint: str, colour: Any) -> dict[str, str]:
        token = self.palette.meaning(to_hex(colour))
        assert token is not None, "only tokens are drawn with"
        return {paint: self.palette.light(token), "class": f"{paint[0]}-{token}"}


def drawing(
    shapes: Sequence[Shape], size: tuple[float, float], title: str, description: str
) -> str:
    """An inline drawing; without a description where a table of its numbers stands beside it."""
    root = ElementTree.Element(
        "svg",
        {
            "viewBox": " ".join(["0 0", *(f"{length:g}" for length in size)]),
            "role": "img",
            "font-family": "sans-serif",
            "fill": "none",
        },
    )
    for tag, said in (("title", title), ("desc", description)):
        if said:
            ElementTree.SubElement(root, tag).text = said
    root.extend(_drawn(alike) for alike in _gathered(shapes))
    return ElementTree.tostring(root, encoding="unicode").replace(" />", "/>")


def _gathered(shapes: Sequence[Shape]) -> list[list[Shape]]:
    """Each beside those drawn before it that look alike, unless it would come beneath what it lies upon."""
    groups: list[list[Shape]] = []
    for shape in shapes:
        for alike in reversed(groups):
            if alike[0].look == shape.look and "opacity" not in shape.look:
                alike.append(shape)
                break
            if not all(apart(shape.room, member.room) for member in alike):
                groups.append([shape])
                break
        else:
            groups.append([shape])
    return groups


def _drawn(alike: list[Shape]) -> ElementTree.Element:
    """Lines that look alike as one path, other shapes in a group that says how they look."""
    first = alike[0]
    # Areas could cancel each other out.
    if first.tag == "path" and "fill" not in first.look:
        outline = "".join(shape.place["d"] for shape in alike)
        return ElementTree.Element("path", {"d": outline, **first.look})
    if len(alike) == 1:
        return _element(first, first.look)
    group = ElementTree.Element("g", first.look)
    group.extend(_element(shape, {}) for shape in alike)
    return group


def _element(shape: Shape, look: dict[str, str]) -> ElementTree.Element:
    made = ElementTree.Element(shape.tag, {**shape.place, **look})
    made.text = shape.words
    return made
