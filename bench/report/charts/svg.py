"""
From matplotlib's SVG to one that belongs to the page.

Style declarations become presentation attributes with a class for the colour's
meaning: one drawing follows light and dark, and still has its colours where
no style sheet is loaded. A page holds eighty drawings, so each is short: marks
stand where they are drawn, without ids, and a look is said once for all that
have it, as far as nothing comes to lie beneath what it lay upon.
"""

import re
from dataclasses import dataclass
from xml.etree import ElementTree

from bench.report.charts.palette import Palette
from bench.report.charts.path_data import Box, apart, box, circle, shortened


NUMBER = re.compile(r"-?\d+\.\d+")
DROPPED = {"metadata", "style", "title"}
KEPT = {
    "fill",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "text-anchor",
    "font-size",
    "font-weight",
    "opacity",
    "fill-opacity",
}
INITIAL = {"fill": "none", "text-anchor": "start"}
"""What need not be said: `fill` because the drawing says it of all."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is drawn: its tag, its place, its look, and the room it takes; None of a text, which stands upon nothing."""

    tag: str
    place: dict[str, str]
    look: dict[str, str]
    room: Box | None
    words: str | None


def adopt(svg: str, palette: Palette, title: str, description: str) -> str:
    """An inline drawing; without a description where a table of its numbers stands beside it."""
    root = ElementTree.fromstring(svg)
    _strip(root)
    marks = {e.attrib["id"]: e.attrib["d"] for e in root.iterfind(".//defs/path[@id]")}
    shapes = [_shape(each, palette, marks) for each in _leaves(root)]
    adopted = ElementTree.Element(
        "svg",
        {
            "viewBox": root.attrib["viewBox"],
            "role": "img",
            "font-family": "sans-serif",
            "fill": INITIAL["fill"],
        },
    )
    for tag, said in (("title", title), ("desc", description)):
        if said:
            ElementTree.SubElement(adopted, tag).text = said
    adopted.extend(_drawn(alike) for alike in _gathered(shapes))
    return ElementTree.tostring(adopted, encoding="unicode").replace(" />", "/>")


def _strip(root: ElementTree.Element) -> None:
    """Take off namespaces and everything that is not drawing."""
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib = {k.rpartition("}")[2]: v for k, v in element.attrib.items()}
        for child in list(element):
            if child.tag.rpartition("}")[2] in DROPPED:
                element.remove(child)


def _leaves(element: ElementTree.Element) -> list[ElementTree.Element]:
    """What draws, in its order; groups say nothing, and definitions are drawn where they are used."""
    if element.tag == "defs":
        return []
    if not len(element):
        return [element] if element.tag in {"path", "use", "text"} else []
    return [leaf for child in element for leaf in _leaves(child)]


def _shape(
    element: ElementTree.Element, palette: Palette, marks: dict[str, str]
) -> Shape:
    """A mark is drawn in its place, which is shorter than a reference to it."""
    given, look = element.attrib, _look(element.attrib.get("style", ""), palette)
    if element.tag == "text":
        named = ("x", "y", "transform")
        place: dict[str, str] = {k: _short(given[k]) for k in named if k in given}
        if place.get("transform", "").startswith("rotate(-0 "):
            del place["transform"]
        return Shape("text", place, look, None, element.text)
    outline, offset = given.get("d", ""), (0.0, 0.0)
    if element.tag == "use":
        outline = marks[given["href"][1:]]
        offset = float(given["x"]), float(given["y"])
    room, radius = box(outline, offset), circle(outline)
    if radius is None:
        return Shape("path", {"d": shortened(outline, offset)}, look, room, None)
    centre = {"cx": _short(given["x"]), "cy": _short(given["y"])}
    return Shape("circle", {**centre, "r": radius}, look, room, None)


def _look(style: str, palette: Palette) -> dict[str, str]:
    look = {key: value for key, value in _declarations(style).items() if key in KEPT}
    classes = []
    for paint, letter in (("fill", "f"), ("stroke", "s")):
        colour = look.get(paint, "")
        token = palette.meaning(colour) if colour.startswith("#") else None
        if token is not None:
            look[paint] = palette.light(token)
            classes.append(f"{letter}-{token}")
    if classes:
        look["class"] = " ".join(classes)
    if "stroke-dasharray" in look:
        look["stroke-dasharray"] = _short(look["stroke-dasharray"])
    return {key: value for key, value in look.items() if INITIAL.get(key) != value}


def _declarations(style: str) -> dict[str, str]:
    """Style as pairs; matplotlib's font shorthand taken apart."""
    pairs: dict[str, str] = {}
    for declaration in style.split(";"):
        key, _, value = declaration.partition(":")
        pairs[key.strip()] = value.strip()
    shorthand = pairs.pop("font", "")
    size = re.search(r"([\d.]+)px", shorthand)
    if size:
        pairs["font-size"] = size[1]
    weight = re.search(r"\b([5-9]00|bold)\b", shorthand)
    if weight:
        pairs["font-weight"] = weight[1]
    return pairs


def _short(text: str) -> str:
    rounded = NUMBER.sub(lambda found: f"{float(found[0]):.1f}", text)
    return re.sub(r"\.0\b", "", re.sub(r"\s+", " ", rounded)).strip()


def _gathered(shapes: list[Shape]) -> list[list[Shape]]:
    """Each beside those drawn before it that look alike, unless it would come beneath what it lies upon."""
    found: list[list[Shape]] = []
    for shape in shapes:
        for alike in reversed(found):
            if alike[0].look == shape.look and "opacity" not in shape.look:
                alike.append(shape)
                break
            if not all(apart(shape.room, each.room) for each in alike):
                found.append([shape])
                break
        else:
            found.append([shape])
    return found


def _drawn(alike: list[Shape]) -> ElementTree.Element:
    """Lines that look alike as one path, other shapes in a group that says how they look."""
    first = alike[0]
    # Areas could cancel each other out.
    if first.tag == "path" and "fill" not in first.look:
        outline = "".join(each.place["d"] for each in alike)
        return ElementTree.Element("path", {"d": outline, **first.look})
    if len(alike) == 1:
        return _element(first, first.look)
    group = ElementTree.Element("g", first.look)
    group.extend(_element(each, {}) for each in alike)
    return group


def _element(shape: Shape, look: dict[str, str]) -> ElementTree.Element:
    made = ElementTree.Element(shape.tag, {**shape.place, **look})
    made.text = shape.words
    return made
