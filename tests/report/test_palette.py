"""Colours that can be read and told apart, in both modes, with every kind of eye and in grey."""

from itertools import combinations, product

import pytest
from coloraide.everything import ColorAll as Color

from bench.configure.tables import load_frameworks
from bench.model.framework import Framework
from bench.report.charts.palette import palette


MODES = {"light": 0, "dark": 1}
EYES = (None, "protan", "deutan", "tritan")
FRAMEWORKS: tuple[Framework, ...] = tuple(
    framework for framework, _ in load_frameworks().values()
)
NAMES = {f"fw-{place}": framework for place, framework in enumerate(FRAMEWORKS)}
CONTESTANTS = [
    name for name, framework in NAMES.items() if framework.package is not None
]
COLOURS = palette(FRAMEWORKS).colours

READ = [
    *product(("ink", "muted", "link"), ("page", "card", "soft")),
    *product([f"{name}-text" for name in NAMES], ("page", "card")),
    *(("yes", "yes-soft"), ("no", "no-soft"), ("open", "open-soft")),
    *(("warn", "warn-soft"), ("yes", "page"), ("no", "page"), ("open", "page")),
    *(("part", "part-soft"), ("part", "page"), ("part", "card"), ("part", "soft")),
    *(("yes", "soft"), ("warn", "soft"), ("ink", "warn-soft"), ("no", "card")),
]
"""Text and what it stands on."""


def colour(token: str, mode: str) -> Color:
    return Color(COLOURS[token][MODES[mode]])


def seen(token: str, mode: str, eye: str | None) -> Color:
    """The colour as that eye sees it, at full severity (Machado et al. 2009)."""
    plain = colour(token, mode)
    if eye is None:
        return plain
    return plain.filter(eye, 1, method="machado").convert("srgb").clip()


def contrast(first: str, other: str, mode: str) -> float:
    """WCAG 2.2, 1.4.3: from 1 to 21."""
    return colour(first, mode).contrast(colour(other, mode), method="wcag21")


def distance(first: str, other: str, mode: str, eye: str | None) -> float:
    """CAM16-UCS."""
    return seen(first, mode, eye).delta_e(seen(other, mode, eye), method="cam16")


def lightness(token: str, mode: str) -> float:
    """L* of CIELAB, what remains in grey."""
    return colour(token, mode).convert("lab-d65")["lightness"]


def test_contrast_is_that_of_the_standard() -> None:
    """Black on white is 21, a colour on itself 1."""
    assert contrast("page", "page", "light") == 1
    assert contrast("ink", "page", "light") > 15


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("text", "ground"), READ)
def test_text_can_be_read(text: str, ground: str, mode: str) -> None:
    """WCAG 2.2 AA: at least 4.5."""
    assert contrast(text, ground, mode) >= 4.5


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("token", NAMES)
def test_a_mark_can_be_seen(token: str, mode: str) -> None:
    """WCAG 2.2, 1.4.11: at least 3 for what is not text."""
    assert contrast(token, "page", mode) >= 3


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("eye", EYES)
def test_frameworks_are_told_apart(mode: str, eye: str | None) -> None:
    """At least 25 in CAM16-UCS for every pair of contestants."""
    for first, other in combinations(CONTESTANTS, 2):
        names = (NAMES[first].title, NAMES[other].title)
        assert distance(first, other, mode, eye) >= 25, names


@pytest.mark.parametrize("mode", MODES)
def test_frameworks_are_told_apart_in_grey(mode: str) -> None:
    """At least 10 in lightness: a page printed in grey has the same lines."""
    for first, other in combinations(CONTESTANTS, 2):
        assert abs(lightness(first, mode) - lightness(other, mode)) >= 10


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("eye", EYES)
def test_yes_and_no_are_told_apart(mode: str, eye: str | None) -> None:
    """Beside the sign and the word, which always stand with them."""
    assert distance("yes", "no", mode, eye) >= 15


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("other", ["yes", "no", "open"])
def test_depends_has_a_colour_of_its_own(
    mode: str, eye: str | None, other: str
) -> None:
    """Neither that of a yes, nor of a no, nor of what is open."""
    assert distance("part", other, mode, eye) >= 12


def test_no_two_frameworks_share_a_marker_or_a_dash() -> None:
    """Colour never stands alone."""
    looks = [NAMES[name].look for name in CONTESTANTS]

    assert len({look.marker for look in looks}) == len(looks)
    assert len({look.dash for look in looks}) == len(looks)
