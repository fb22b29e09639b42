"""
Colours by meaning, each with a light and a dark value.

Chosen with CAM02-UCS so that pairs stay apart under every simulated colour
vision deficiency and in grey. Frameworks bring their own look.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from bench.errors import UsageError
from bench.model.framework import Framework
from bench.report.view import GREY, View


MEANINGS: dict[str, tuple[str, str]] = {
    "page": ("#ffffff", "#10141a"),
    "card": ("#ffffff", "#151a22"),
    "soft": ("#f5f7f9", "#1a2029"),
    "ink": ("#16202b", "#e8ecf1"),
    "muted": ("#525d6b", "#a7b1bf"),
    "rule": ("#dde2e8", "#2c3542"),
    "axis": ("#c2c9d2", "#4a5564"),
    "grid": ("#e4e8ed", "#2a323d"),
    "link": ("#1d4fa3", "#9dbdff"),
    "yes": ("#1a7a4c", "#8ff0c8"),
    "yes-soft": ("#e3f1ea", "#123528"),
    "no": ("#6b0f33", "#f5709a"),
    "no-soft": ("#f9e6ee", "#401a2a"),
    "part": ("#3f33b5", "#6fa5ff"),
    "part-soft": ("#e9e8fb", "#172a4d"),
    "open": ("#525b69", "#b9c2ce"),
    "open-soft": ("#eef0f3", "#27303c"),
    "warn": ("#7a4a00", "#ffd48a"),
    "warn-soft": ("#fdf1d8", "#3a2c10"),
    "cost-1": ("#2f3e55", "#dfe6f2"),
    "cost-2": ("#5b6f92", "#aebbd4"),
    "cost-3": ("#8ea2c2", "#55698f"),
    "cost-4": ("#c3cfe2", "#43557a"),
    "cost-5": ("#e3e7ee", "#303d57"),
}

HEX = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Palette:
    """Every colour of one report, by token."""

    colours: dict[str, tuple[str, str]]
    order: tuple[str, ...]

    def stand_in(self, token: str) -> str:
        """
        The colour to draw with, unique for its token.

        Two meanings may share a light value and differ in the dark; so charts
        are drawn in stand-ins, which `meaning` resolves afterwards.
        """
        return f"#{0xA0B000 + self.order.index(token):06x}"

    def meaning(self, stand_in: str) -> str | None:
        """The token of a stand-in, or None for a real colour."""
        index = int(stand_in[1:], 16) - 0xA0B000
        return self.order[index] if 0 <= index < len(self.order) else None

    def light(self, token: str) -> str:
        """The value on paper and without any style sheet."""
        return self.colours[token][0]

    def variables(self, dark: bool) -> str:
        """The CSS variables of one mode."""
        return ";".join(
            f"--{token}:{self.colours[token][int(dark)]}" for token in self.order
        )

    def classes(self) -> str:
        """The CSS classes by which drawings follow the mode."""
        return "".join(
            f".f-{token}{{fill:var(--{token})}}.s-{token}{{stroke:var(--{token})}}"
            for token in self.order
        )


class Look(NamedTuple):
    """How a target is drawn: tokens of its lines and of its name, marker and dash."""

    line: str
    text: str
    shape: str
    dash: str = "solid"


def look_of(view: View, target: str) -> Look:
    """That of its framework."""
    framework = view.framework_of(target)
    frameworks = view.results.frameworks
    position = None if framework is None else frameworks.index(framework)
    look = view.look(target)
    return Look(*tokens(position), look.marker, look.dash)


def palette(frameworks: tuple[Framework, ...]) -> Palette:
    """All colours of a report; UsageError where a look is not a colour."""
    colours = dict(MEANINGS)
    looks = {framework.name: framework.look for framework in frameworks}
    for name, look in [*looks.items(), ("", GREY)]:
        for colour in (look.light, look.dark, look.text_light, look.text_dark):
            if not HEX.fullmatch(colour):
                raise UsageError(
                    f"framework {name!r}: {colour!r} is not a colour",
                    hint="write it as # and six hexadecimal digits",
                )
        position = list(looks).index(name) if name in looks else None
        line, text = tokens(position)
        colours[line] = (look.light, look.dark)
        colours[text] = (look.text_light, look.text_dark)
    return Palette(colours, tuple(colours))


def tokens(position: int | None) -> tuple[str, str]:
    """The names of a framework's colours, by its position; None: without a table."""
    name = "fw-other" if position is None else f"fw-{position}"
    return name, f"{name}-text"
