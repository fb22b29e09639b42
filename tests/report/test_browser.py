"""The page in a real browser: every width, light and dark."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, sync_playwright

from bench.report.index import Entry, index_html
from tests.report.states import STATES
from tests.report.test_page import page_of


pytestmark = pytest.mark.browser

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SMALLEST_TEXT_PX = 8.2

# Of every drawing that is shown: text beyond its edge, text upon text, text
# too small. Boxes are shrunk a little, as line boxes are taller than letters.
FAULTS = """
() => {
  const found = [];
  for (const svg of document.querySelectorAll('.chart svg')) {
    const frame = svg.getBoundingClientRect();
    if (!frame.width) continue;
    const scale = frame.width / svg.viewBox.baseVal.width;
    const boxes = [...svg.querySelectorAll('text')].map(text => {
      const box = text.getBoundingClientRect();
      const size = parseFloat(text.getAttribute('font-size')) * scale;
      if (size < SMALLEST) found.push(`small: ${text.textContent} ${size}`);
      if (box.left < frame.left - 1.5 || box.right > frame.right + 1.5 ||
          box.top < frame.top - 3 || box.bottom > frame.bottom + 3)
        found.push(`outside: ${text.textContent}`);
      return [text.textContent, box.left + 1, box.right - 1,
              box.top + box.height * .22, box.bottom - box.height * .22];
    });
    boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
      if (a[1] < b[2] && b[1] < a[2] && a[3] < b[4] && b[3] < a[4])
        found.push(`overlap: ${a[0]} / ${b[0]}`);
    }));
  }
  return found;
}
""".replace("SMALLEST", str(SMALLEST_TEXT_PX))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests here."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


class Pages:
    """Every state's page as a file, made when it is first asked for, and a list of all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, state: str) -> Path:
        """The file of a state, or of the list."""
        path = self._folder / f"{state}.html"
        if not path.exists():
            html = self._index() if state == "index" else page_of(state)
            path.write_text(html, encoding="utf-8")
        return path

    def _index(self) -> str:
        entries = [
            Entry(name, f"{name}.html", False, replace(make(), run_id=name))
            for name, make in STATES.items()
        ]
        entries.append(Entry("killed", "", False, None, "not understood yet"))
        return index_html(entries)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """The pages of this module."""
    return Pages(tmp_path_factory.mktemp("pages"))


type View = tuple[int, Literal["light", "dark"]]

# Every section stands in one of these, so they are seen in every view; the odd
# states, which are more, in those that break first.
FULL = ("normal", "open_loops", "crowds", "stressed", "served", "probed", "index")


def views(every: tuple[View, ...], first: tuple[View, ...]) -> list[tuple[str, View]]:
    """Each state with the views in which it is looked at."""
    return [
        (state, view)
        for state in (*STATES, "index")
        for view in (every if state in FULL else first)
    ]


@pytest.mark.parametrize(
    ("state", "view"),
    views(
        ((1280, "light"), (1280, "dark"), (1001, "light"), (601, "light"), (390, "light"), (320, "dark")),
        ((1280, "light"), (320, "dark")),
    ),
)  # fmt: skip
def test_a_page_is_whole(
    browser: Browser,
    pages: Pages,
    state: str,
    view: View,
) -> None:
    """No request, no message, no sideways scroll, no text outside, upon or too small."""
    width, scheme = view
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    try:
        page.goto(pages.path(state).as_uri())
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        wide = page.evaluate("document.documentElement.scrollWidth")

        assert page.evaluate(FAULTS) == []
        assert wide <= width
        assert said == []
        assert len(asked) == 1
    finally:
        page.close()


@pytest.mark.parametrize(
    ("state", "view"),
    views(
        ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")),
        ((390, "dark"),),
    ),
)
def test_a_page_is_accessible(
    browser: Browser,
    pages: Pages,
    state: str,
    view: View,
) -> None:
    """Axe finds nothing, folded parts included."""
    width, scheme = view
    # Axe itself must be let in, so the page's own policy is set aside here.
    context = browser.new_context(
        bypass_csp=True,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
    )
    try:
        page = context.new_page()
        page.goto(pages.path(state).as_uri())
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        found = Axe().run(page)

        assert found.violations_count == 0, found.generate_report()
    finally:
        context.close()


def test_the_answer_stands_above_the_fold(browser: Browser, pages: Pages) -> None:
    """With four claims, everything up to the trust strip fits 1280 x 900."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    try:
        page.goto(pages.path("normal").as_uri())
        strip = page.locator("main > section.trust").bounding_box()

        assert strip is not None
        assert strip["y"] + strip["height"] <= 900
        page.set_viewport_size({"width": 390, "height": 844})
        chart = page.locator(".short .chart.n").bounding_box()
        assert chart is not None
        assert chart["y"] + chart["height"] <= 844
    finally:
        page.close()


# What a reader sees who gets no style sheet: which charts are there, whether
# their shapes have colours of their own, and how much text.
BARE = """
() => ({
  text: document.body.innerText,
  styled: getComputedStyle(document.querySelector('.wrap')).maxWidth !== 'none',
  wide: [...document.querySelectorAll('.chart.w')].filter(e => e.offsetHeight).length,
  narrow: [...document.querySelectorAll('.chart.n')].filter(e => e.offsetHeight).length,
  colours: new Set([...document.querySelectorAll('.short svg [class*=f-fw]')]
    .map(e => getComputedStyle(e).fill)).size,
})
"""


@pytest.mark.parametrize("state", ["normal", "open_loops", "probed", "nothing"])
def test_a_page_can_be_read_without_styles_and_scripts(
    browser: Browser, pages: Pages, state: str
) -> None:
    """Under a policy that forbids both, as job servers set it: all words, each chart once, in colour."""
    html = pages.path(state).read_text(encoding="utf-8")
    policy = {"Content-Security-Policy": "sandbox; default-src 'none'"}
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    address = "http://127.0.0.1:9/report.html"  # answered here, never asked
    try:
        page.route(
            address,
            lambda route: route.fulfill(
                body=html, headers=policy, content_type="text/html; charset=utf-8"
            ),
        )
        page.goto(address)
        # A sandbox runs no script of ours either: look from outside the page.
        seen = page.evaluate(BARE)

        assert not seen["styled"]
        assert "The short answer" in seen["text"]
        assert seen["narrow"] == 0
        assert page.evaluate(FAULTS) == []
        if state != "nothing":
            assert seen["wide"] >= 10
            assert seen["colours"] == 6  # three marks, three names
            assert "Refuted" in seen["text"]
    finally:
        page.close()


@pytest.mark.parametrize(("state", "most"), [("normal", 14), ("thirty_targets", 60)])
def test_a_page_prints(browser: Browser, pages: Pages, state: str, most: int) -> None:
    """Light even where the screen is dark, on a bounded number of sheets."""
    page = browser.new_page(color_scheme="dark")
    try:
        page.goto(pages.path(state).as_uri())
        page.emulate_media(media="print", color_scheme="dark")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        printed = page.pdf(prefer_css_page_size=True)

        assert ground == "rgb(255, 255, 255)"
        assert 2 <= len(re.findall(rb"/Type /Page\b", printed)) <= most
    finally:
        page.close()


def test_every_stop_of_the_keyboard_is_seen(browser: Browser, pages: Pages) -> None:
    """From link to link with the tab key, each with a ring around it."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    try:
        page.goto(pages.path("normal").as_uri())
        stops = []
        for _ in range(40):
            page.keyboard.press("Tab")
            stops.append(
                page.evaluate(
                    "(() => { const e = document.activeElement, b = e.getBoundingClientRect(); return [e.tagName, getComputedStyle(e).outlineWidth, b.width > 0 && b.right > 0 && b.bottom > 0]; })()"
                )
            )
        assert stops[0][0] == "A"
        assert {"A", "SUMMARY"} <= {tag for tag, _, _ in stops}
        assert [stop for stop in stops if stop[1] != "3px" or not stop[2]] == []
    finally:
        page.close()
