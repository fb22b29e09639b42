"""
From matplotlib's SVG to one that belongs to the page.

Style declarations become presentation attributes with a class for the colour's
meaning: one drawing follows light and dark, and still has its colours where
no style sheet is loaded. Ids are dropped or made unique, numbers shortened.
"""

import re
from itertools import groupby
from xml.etree import ElementTree

from bench.report.charts.palette import Palette


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
OWN = {"href", "x", "y"}  # of each mark
FEW = 3  # marks in a row, from which to gather them is shorter


def adopt(svg: str, palette: Palette, name: str, words: tuple[str, str]) -> str:
    """An inline drawing; `name` makes its ids unique, `words` are title and description."""
    root = ElementTree.fromstring(svg)
    _strip(root)
    for element in root.iter():
        _restyle(element, palette)
    _name_references(root, name)
    root.attrib = {
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-desc",
        "font-family": "sans-serif",
    }
    for position, tag in enumerate(("title", "desc")):
        element = ElementTree.Element(tag, {"id": f"{name}-{tag}"})
        element.text = words[position]
        root.insert(position, element)
    drawing = _gathered(_flat(root))
    return ElementTree.tostring(drawing, encoding="unicode").replace(" />", "/>")


def _strip(root: ElementTree.Element) -> None:
    """Take off namespaces and everything that is not drawing."""
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.tail = None
        if element.tag != "text":
            element.text = None
        for child in list(element):
            if child.tag.rpartition("}")[2] in DROPPED:
                element.remove(child)


def _restyle(element: ElementTree.Element, palette: Palette) -> None:
    attributes = {
        key.rpartition("}")[2]: value for key, value in element.attrib.items()
    }
    declared = _declarations(attributes.pop("style", ""))
    attributes |= {key: value for key, value in declared.items() if key in KEPT}
    classes = []
    for paint, letter in (("fill", "f"), ("stroke", "s")):
        colour = attributes.get(paint, "")
        token = palette.meaning(colour) if colour.startswith("#") else None
        if token is not None:
            attributes[paint] = palette.light(token)
            classes.append(f"{letter}-{token}")
    if classes:
        attributes["class"] = " ".join(classes)
    for key in ("d", "x", "y", "transform", "stroke-dasharray"):
        if key in attributes:
            attributes[key] = _short(attributes[key])
    if attributes.get("transform", "").startswith("rotate(-0 "):
        del attributes["transform"]
    element.attrib = attributes


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


def _name_references(root: ElementTree.Element, name: str) -> None:
    """Keep only the ids that are used, and make them unique on the page."""
    used: dict[str, str] = {}
    for element in root.iter():
        target = element.attrib.get("href", "")
        if target:
            new = used.setdefault(target[1:], f"{name}-{len(used)}")
            element.attrib["href"] = f"#{new}"
    for element in root.iter():
        identity = element.attrib.pop("id", None)
        if identity in used:
            element.attrib["id"] = used[identity]


def _flat(element: ElementTree.Element) -> ElementTree.Element:
    """Lift the content out of groups that say nothing."""
    children: list[ElementTree.Element] = []
    for child in element:
        flat = _flat(child)
        if flat.tag in {"g", "defs"} and not flat.attrib and flat.tag == "g":
            children.extend(flat)
        elif flat.tag != "defs" or len(flat):
            children.append(flat)
    element[:] = children
    return element


def _gathered(root: ElementTree.Element) -> ElementTree.Element:
    """Say what marks in a row have in common once, around them: a chart of many rounds is half as large."""
    children: list[ElementTree.Element] = []
    for shared, run in groupby(root, key=_shared):
        marks = list(run)
        if shared is None or len(marks) < FEW:
            children.extend(marks)
            continue
        group = ElementTree.Element("g", dict(shared))
        for mark in marks:
            kept = {k: v for k, v in mark.attrib.items() if k in OWN}
            mark.attrib = kept
        group.extend(marks)
        children.append(group)
    root[:] = children
    return root


def _shared(element: ElementTree.Element) -> tuple[tuple[str, str], ...] | None:
    """What a mark may have in common with its neighbours; None for what is no mark."""
    # The opacity of a group is that of all together: marks that overlap would look alike.
    if element.tag != "use" or "opacity" in element.attrib:
        return None
    return tuple((k, v) for k, v in element.attrib.items() if k not in OWN)
