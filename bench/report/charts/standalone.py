"""A chart of the page as a picture of its own, for a README or a slide."""

from xml.etree import ElementTree

from bench.report.charts.chart import Chart, description
from bench.report.charts.palette import Palette


NAMESPACE = "http://www.w3.org/2000/svg"
FONTS = "Inter, Segoe UI, system-ui, -apple-system, Roboto, Arial, sans-serif"


def standalone(chart: Chart, palette: Palette, dark: bool) -> str:
    """The wide drawing with its numbers in words and its colours of one mode written out, on a ground that shines through."""
    root = ElementTree.fromstring(chart.wide)
    told = ElementTree.Element("desc")
    told.text = description(chart.table)
    root.insert(1, told)
    for element in root.iter():
        for name in element.attrib.pop("class", "").split():
            letter, _, token = name.partition("-")
            paint = {"f": "fill", "s": "stroke"}[letter]
            element.set(paint, palette.colours[token][int(dark)])
    _, _, width, height = root.attrib["viewBox"].split()
    root.attrib |= {"xmlns": NAMESPACE, "width": width, "height": height}
    root.set("font-family", FONTS)
    return ElementTree.tostring(root, encoding="unicode") + "\n"
