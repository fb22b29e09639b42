"""The page of a calibration: whole, safe, and of one mind with what is stored."""

import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser

from bench.report.calibration_page import answer, calibration_html
from tests.report.browsers import started
from tests.report.calibrations import CALIBRATIONS, failed, fine, old, untold
from tests.report.test_browser import ALL_OTHERS, FAULTS, coloured
from tests.report.test_page import Page


@cache
def html_of(state: str) -> str:
    """The page of a calibration, made once."""
    return calibration_html(CALIBRATIONS[state]())


@pytest.fixture(params=sorted(CALIBRATIONS))
def state(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_asks_nobody_and_runs_nothing(state: str) -> None:
    """One file: no script, no handler, no address, a policy that allows none."""
    html = html_of(state)
    page = Page(html)

    assert not [t for t, _ in page.tags if t in {"script", "iframe", "img", "base"}]
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("href", "src"):
            assert (attributes.get(name) or "#").startswith("#")
    assert "url(" not in html and "@import" not in html
    assert "default-src 'none'" in html


def test_ids_are_unique_and_anchors_resolve(state: str) -> None:
    """Drawings included."""
    page = Page(html_of(state))
    ids = [
        identifier
        for _, attributes in page.tags
        if (identifier := attributes.get("id"))
    ]
    aims = {
        (attributes.get("href") or "")[1:]
        for _, attributes in page.tags
        if (attributes.get("href") or "").startswith("#")
    }
    assert len(ids) == len(set(ids))
    assert aims <= set(ids)


def test_every_proof_stands_with_its_number_limit_and_grade(state: str) -> None:
    """None is left out, whatever came of it."""
    calibration = CALIBRATIONS[state]()
    text = Page(html_of(state)).text
    grades = {True: "pass", False: "fail", None: "not measured"}

    for proof in calibration.proofs:
        assert proof.title in text and proof.limit in text
    html = html_of(state)
    for number, proof in enumerate(calibration.proofs, 1):
        row = html.split(f'id="proof-{number}"')[1].split("</tr>")[0]
        assert f"</span> {grades[proof.passed]}</span>" in row
    for value in calibration.numbers.values():
        assert f"<td>{value:.6g}\n" in html


def test_charts_say_their_numbers(state: str) -> None:
    """Each is drawn twice, with title and table; an old calibration has but the ceiling."""
    html = html_of(state)
    drawings = re.findall(r"<svg.*?</svg>", html, re.DOTALL)

    assert len(drawings) == (2 if state == "old" else 6)
    for drawing in drawings:
        assert re.search(r"<title>[^<]+</title>", drawing)
    assert "190,345" in unescape(html)
    if state != "old":
        assert "<td>0.981 to 1.013" in html
        assert "<td>121<td>160<td>39" in html


def test_the_answer_names_what_failed_before_what_stayed_open() -> None:
    """Failed, untold, fine: three sentences, and no praise where something failed."""
    assert "Do not trust" in answer(failed()) and "queue" in answer(failed())
    assert "not everything could be told" in answer(untold())
    assert "is true to the limits" in answer(fine())
    assert "9 of 11 questions passed" in answer(failed())


def test_the_same_calibration_gives_the_same_bytes() -> None:
    """No clock, no random id."""
    assert calibration_html(fine()) == calibration_html(fine())
    assert "Not measured." in calibration_html(old())


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for the tests below."""
    with started() as browser:
        yield browser


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), (1001, "dark"), (390, "light"), (320, "dark")]
)  # fmt: skip
def test_it_is_whole_and_accessible_in_a_browser(
    chromium: Browser,
    state: str,
    width: int,
    scheme: Literal["light", "dark"],
    tmp_path: Path,
) -> None:
    """No sideways scroll, no text outside, upon or too small, nothing that axe finds."""
    file = tmp_path / "page.html"
    file.write_text(html_of(state), encoding="utf-8")
    context = chromium.new_context(
        bypass_csp=True, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    try:
        page = context.new_page()
        page.goto(file.as_uri())
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        assert page.evaluate(FAULTS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        axe_results = Axe().run(page, options=ALL_OTHERS)
        assert axe_results.violations_count == 0, axe_results.generate_report()
        assert coloured(page) == ([], set())
    finally:
        context.close()
