"""The page in a real browser: every width, light and dark."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, sync_playwright

from bench.report.page import report_html
from tests.report.states import STATES


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


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every state's page as a file."""
    folder = tmp_path_factory.mktemp("pages")
    for name, make in STATES.items():
        html = report_html(make())
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return folder


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("width", "scheme"),
    [(1280, "light"), (1280, "dark"), (1001, "light"), (601, "light"), (390, "light"), (320, "dark")],
)  # fmt: skip
def test_a_page_is_whole(
    browser: Browser,
    pages: Path,
    state: str,
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    """No request, no message, no sideways scroll, no text outside, upon or too small."""
    page = browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    try:
        page.goto((pages / f"{state}.html").as_uri())
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
    "state", ["normal", "failed_twin", "smoke", "hostile", "nothing"]
)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_page_is_accessible(
    browser: Browser,
    pages: Path,
    state: str,
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    """Axe finds nothing, folded parts included."""
    # Axe itself must be let in, so the page's own policy is set aside here.
    context = browser.new_context(
        bypass_csp=True,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
    )
    try:
        page = context.new_page()
        page.goto((pages / f"{state}.html").as_uri())
        page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )
        found = Axe().run(page)

        assert found.violations_count == 0, found.generate_report()
    finally:
        context.close()


def test_the_answer_stands_above_the_fold(browser: Browser, pages: Path) -> None:
    """With four claims, everything up to the trust strip fits 1280 x 900."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    try:
        page.goto((pages / "normal.html").as_uri())
        strip = page.locator("main > section.trust").bounding_box()

        assert strip is not None
        assert strip["y"] + strip["height"] <= 900
        page.set_viewport_size({"width": 390, "height": 844})
        chart = page.locator(".short .chart.n").bounding_box()
        assert chart is not None
        assert chart["y"] + chart["height"] <= 844
    finally:
        page.close()
