"""The page in a real browser: every width, light and dark."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page

from tests.report.browsers import started
from tests.report.pages import PUBLISHED, page_file, page_of
from tests.report.states import STATES


pytestmark = pytest.mark.browser

SMALLEST_TEXT_PX = 8.2
FAINTEST_TEXT = 4.5
OF_COLOUR = ["color-contrast", "link-in-text-block"]
COLOURS = {
    "resultTypes": ["violations", "incomplete"],
    "runOnly": {"type": "rule", "values": OF_COLOUR},
}
SYMBOLS = {"nonBmp", "shortTextContent"}
"""What axe leaves to a person: a sign that stands alone, beside a word in the same colour."""
ALL_OTHERS = {
    "resultTypes": ["violations"],
    "rules": {name: {"enabled": False} for name in OF_COLOUR},
}
SEEN = """
() => [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light']
"""

# Contrast as WCAG 2 defines it, and the nearest ground that is painted.
CONTRAST = """
  const rgb = colour => colour.match(/[\\d.]+/g).map(Number);
  const linear = c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * linear(r) + .7152 * linear(g) + .0722 * linear(b);
  const contrast = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  const ground = part => {
    for (; part; part = part.parentElement) {
      const colour = rgb(getComputedStyle(part).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
"""

# Of every drawing that is shown: text beyond its edge, text upon text, text too
# small, and text too faint on what it stands on, a shape or the page. Boxes are
# shrunk a little, as line boxes are taller than letters.
FAULTS = """
() => {
  const found = [];
  CONTRAST
  const beneath = (x, y, shapes, page) => {
    let seen = page;
    for (const [shape, box] of shapes) {
      if (x < box.left || x > box.right || y < box.top || y > box.bottom) continue;
      const style = getComputedStyle(shape);
      if (style.fill === 'none') continue;
      if (!shape.isPointInFill(new DOMPoint(x, y).matrixTransform(shape.getScreenCTM().inverse()))) continue;
      const fill = rgb(style.fill);
      const share = (fill[3] ?? 1) * style.fillOpacity * style.opacity;
      seen = seen.slice(0, 3).map((under, i) => share * fill[i] + (1 - share) * under);
    }
    return light(seen);
  };
  for (const svg of document.querySelectorAll('.chart svg')) {
    const frame = svg.getBoundingClientRect();
    if (!frame.width) continue;
    const page = ground(svg);
    const shapes = [...svg.querySelectorAll('path, rect, circle')].map(e => [e, e.getBoundingClientRect()]);
    const scale = frame.width / svg.viewBox.baseVal.width;
    const boxes = [...svg.querySelectorAll('text')].map(text => {
      const box = text.getBoundingClientRect();
      const size = parseFloat(text.getAttribute('font-size')) * scale;
      if (size < SMALLEST) found.push(`small: ${text.textContent} ${size}`);
      const under = beneath((box.left + box.right) / 2, (box.top + box.bottom) / 2, shapes, page);
      const clear = contrast(light(rgb(getComputedStyle(text).fill)), under);
      if (clear < FAINTEST) found.push(`faint: ${text.textContent} ${clear}`);
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
"""
for name, value in (
    ("CONTRAST", CONTRAST),
    ("SMALLEST", str(SMALLEST_TEXT_PX)),
    ("FAINTEST", str(FAINTEST_TEXT)),
):
    FAULTS = FAULTS.replace(name, value)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests here."""
    with started() as browser:
        yield browser


type View = tuple[int, Literal["light", "dark"]]


class Shown:
    """
    One page at a time, opened once and looked at in every view.

    No page runs a script, so what it is at a width and a scheme does not
    depend on those in which it was opened.
    """

    def __init__(self, browser: Browser) -> None:
        self.context: BrowserContext = browser.new_context()
        self.page: Page | None = None
        self.state = ""
        self.said: list[str] = []
        self.asked: list[str] = []

    def at(self, state: str, view: View) -> Page:
        """The page of a state in that view, everything on it unfolded."""
        width, scheme = view
        if self.page is None or self.state != state:
            self._open(state)
        page = self.page
        assert page is not None
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(SEEN) == [width, scheme]
        return page

    def _open(self, state: str) -> None:
        if self.page is not None:
            self.page.close()
        self.state, self.said, self.asked = state, [], []
        said, asked = self.said, self.asked
        self.page = self.context.new_page()
        self.page.on("console", lambda message: said.append(message.text))
        self.page.on("pageerror", lambda error: said.append(str(error)))
        self.page.on("request", lambda request: asked.append(request.url))
        self.page.goto(page_file(state).as_uri())
        self.page.evaluate(
            "document.querySelectorAll('details').forEach(d => d.open = true)"
        )


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Iterator[Shown]:
    """Pages as everybody sees them."""
    made = Shown(browser)
    yield made
    made.context.close()


# Every section stands in one of these, so they are seen in every view; the odd
# states, which are more, in those that break first.
FULL = ("normal", "open_loops", "crowds", "stressed", "served", "probed", "index", "trend")  # fmt: skip
STANDARD = sorted(folder.name for folder in PUBLISHED.glob("*-standard-*"))
"""Real pages, which are longer than any state."""


type Axes = Literal["all", "colours", "nothing"]

EVERY: tuple[tuple[View, Axes], ...] = (
    ((1280, "light"), "all"),
    # The dark differs from the light in colours alone: test_page.py holds that.
    ((1280, "dark"), "colours"),
    ((1001, "light"), "nothing"),
    ((601, "light"), "nothing"),
    ((390, "light"), "all"),
    ((390, "dark"), "colours"),
    ((320, "dark"), "nothing"),
)
FIRST: tuple[tuple[View, Axes], ...] = (
    ((1280, "light"), "nothing"),
    ((320, "dark"), "all"),
)


def looked_at() -> Iterator[object]:
    """Each state with its views; all views of one state, and every night those of the full ones."""
    for state in (*STATES, "index", "trend", "beneath", *STANDARD[-1:]):
        first = FIRST if state != FULL[0] else EVERY
        more = [page for page in EVERY if page not in first] if state in FULL else []
        for view, by_axe in first:
            yield pytest.param(state, view, by_axe)
        for view, by_axe in more:
            yield pytest.param(state, view, by_axe, marks=pytest.mark.nightly)


@pytest.mark.parametrize(("state", "view", "by_axe"), list(looked_at()))
def test_a_page_is_whole_and_accessible(
    shown: Shown, state: str, view: View, by_axe: Axes
) -> None:
    """
    No request, no message, no sideways scroll, no text outside, upon, too small or too faint.

    Axe finds nothing either, folded parts included.
    """
    page = shown.at(state, view)

    assert page.evaluate(FAULTS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= view[0]
    if by_axe == "all":
        others = Axe().run(page, options=ALL_OTHERS)
        assert others.violations_count == 0, others.generate_report()
    if by_axe != "nothing":
        assert coloured(page) == ([], set())
    assert shown.said == []
    assert len(shown.asked) == 1


# Nine tenths of axe's time go into the contrast of text like other text before
# it, and into what is drawn, of which it decides nothing (see below). So all is
# set aside meanwhile but elements whose words are like no others before them: in
# other elements, or around others, of other classes, colours, sizes or weights, on
# other grounds, shown or not. Nothing of these is cut off, so that axe decides.
SET_ASIDE = """
() => {
  const ids = new Map(), looks = new Map(), chains = new Map();
  const id = words => ids.get(words) ?? (ids.set(words, ids.size), ids.size - 1);
  const once = (kept, e, make) => kept.get(e) ?? (kept.set(e, make()), kept.get(e));
  const look = e => once(looks, e, () => {
    const style = getComputedStyle(e);
    return id([e.tagName, e.className, style.color, style.backgroundColor, style.backgroundImage,
               style.fontSize, style.fontWeight, style.fontStyle, style.opacity, style.textShadow,
               style.textDecorationLine, style.borderBottom, style.position,
               e.getClientRects().length > 0].join());
  });
  const chain = e => once(chains, e, () => id(`${look(e)}/${e.parentElement ? chain(e.parentElement) : ''}`));
  const seen = new Set(), kept = new Set();
  for (const each of document.querySelectorAll('body *:not(svg *)')) {
    if (![...each.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
    const like = `${chain(each)}|${[...each.querySelectorAll('*')].map(look)}`;
    if (seen.has(like)) continue;
    seen.add(like);
    // With what stands among its words: a link is judged by the words around it.
    each.querySelectorAll('*').forEach(part => kept.add(part));
    for (let on = each; on && !kept.has(on); on = on.parentElement) kept.add(on);
  }
  // What is laid over or under others without being around them.
  const laid = e => getComputedStyle(e).position !== 'static';
  document.querySelectorAll('body *:not(svg *)').forEach(each => {
    if (laid(each)) for (let on = each; on; on = on.parentElement) kept.add(on);
  });
  window.aside = [];
  for (const each of document.querySelectorAll('body *')) {
    if (kept.has(each) || !each.isConnected) continue;
    const place = document.createComment('');
    each.replaceWith(place);
    window.aside.push(() => place.replaceWith(each));
  }
  for (const each of kept) {
    if (getComputedStyle(each).overflow === 'visible') continue;
    const style = each.getAttribute('style') ?? '';
    each.style.overflow = 'visible';
    window.aside.push(() => each.setAttribute('style', style));
  }
}
"""
PUT_BACK = "() => window.aside.forEach(back => back())"


# The same of words that are covered or cut off in part, of which axe cannot
# decide: beneath them is what they stand in. What is blended counts as faint.
FAINT = """
  targets => {
    CONTRAST
    const blended = part => {
      for (; part; part = part.parentElement) {
        const style = getComputedStyle(part);
        if (style.opacity !== '1' || style.backgroundImage !== 'none') return true;
      }
      return false;
    };
    return targets.filter(target => {
      const part = document.querySelector(target), ink = rgb(getComputedStyle(part).color);
      return ink.length > 3 || blended(part) || contrast(light(ink), light(ground(part))) < FAINTEST;
    });
  }
""".replace("CONTRAST", CONTRAST).replace("FAINTEST", str(FAINTEST_TEXT))


def coloured(page: Page) -> tuple[list[str], set[str]]:
    """The rules of colour that are broken outside drawings, and where."""
    page.evaluate(SET_ASIDE)
    response = Axe().run(page, options=COLOURS).response
    open_still = [
        node["target"][0]
        for rule in response["incomplete"]
        for node in rule["nodes"]
        if node["any"][0]["data"]["messageKey"] not in SYMBOLS
    ]
    faint = page.evaluate(FAINT, open_still)
    page.evaluate(PUT_BACK)
    rules = [violation["id"] for violation in response["violations"]]
    where = {node["target"][0] for v in response["violations"] for node in v["nodes"]}
    return rules + ["color-contrast"] * len(faint), where | {*faint}


def test_faults_of_structure_are_found(shown: Shown) -> None:
    """Beneath the page's own policy, which lets no script run but ours."""
    page = shown.at("nothing", (390, "light"))
    page.evaluate(
        """() => document.body.insertAdjacentHTML('afterbegin',
             '<input type="text"><a href="#"></a><ul><p>no entry of a list</p></ul>')"""
    )
    violations = Axe().run(page, options=ALL_OTHERS).response["violations"]
    shown.state = ""  # changed: nobody else may look at it

    assert {violation["id"] for violation in violations} >= {
        "label",
        "link-name",
        "list",
    }


def test_colours_that_cannot_be_read_are_found(shown: Shown) -> None:
    """In the dark, by the rules of axe that are played again there."""
    page = shown.at("nothing", (390, "dark"))
    assert coloured(page) == ([], set())
    page.add_style_tag(content="@media (prefers-color-scheme:dark){p{color:#222}}")
    rules, _ = coloured(page)
    shown.state = ""  # changed: nobody else may look at it

    assert rules == ["color-contrast"]


def test_one_cell_that_cannot_be_read_is_found(shown: Shown) -> None:
    """In the middle of a table whose other rows are all alike."""
    page = shown.at("one_framework", (1280, "dark"))
    page.evaluate(
        """() => {
          const cells = [...document.querySelectorAll('tbody td')];
          cells[Math.floor(cells.length / 2)].style.color = '#333';
        }"""
    )
    rules, where = coloured(page)
    shown.state = ""

    assert rules == ["color-contrast"]
    assert len(where) == 1


# Every sixth of the words gets one fault, by one property alone, no two alike.
SPOILT = """
  () => {
    const faults = [
      (e, n) => { e.style.color = `rgb(204, ${204 - n}, 204)`; },
      (e, n) => { e.style.opacity = `${.3 + n / 1000}`; },
      (e, n) => { e.style.backgroundColor = `rgb(90, ${90 + n % 100}, 90)`; },
    ];
    const words = [...document.querySelectorAll('body *:not(svg *)')].filter(e =>
      e.getClientRects().length && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
    const some = words.filter((_, index) => index % 6 === 5);
    some.forEach((e, n) => { e.id = `spoilt-${n}`; faults[n % faults.length](e, n); });
  }
"""


def test_what_is_set_aside_hides_nothing(shown: Shown) -> None:
    """Words here and there that cannot be read: all are found that are found in the whole page."""
    page = shown.at("one_framework", (390, "light"))
    page.evaluate(SPOILT)
    whole = Axe().run(page, options=COLOURS).response
    _, where = coloured(page)
    shown.state = ""

    by_axe = {node["target"][0] for v in whole["violations"] for node in v["nodes"]}
    spoilt = {selector for selector in by_axe if re.fullmatch(r"#spoilt-\d+", selector)}
    assert len(spoilt) > 60
    assert where >= spoilt


def test_words_that_are_covered_in_part_are_reckoned(shown: Shown) -> None:
    """Axe leaves them open: faint ones are found all the same, and clear ones are not."""
    page = shown.at("nothing", (390, "light"))
    page.evaluate(
        """() => {
          document.body.insertAdjacentHTML('afterbegin', ['#ccc', '#222'].map((colour, n) =>
            `<div style="position:relative"><p id="half-${n}" style="color:${colour}">Half of these</p>
             <div style="position:absolute;left:0;top:0;width:40px;height:40px;background:#fff"></div></div>`).join(''));
        }"""
    )
    _, where = coloured(page)
    shown.state = ""

    assert where == {"#half-0"}


def test_colours_in_a_drawing_are_ours_to_look_at(shown: Shown) -> None:
    """Axe leaves text in drawings undecided, however faint it is; FAULTS finds it."""
    page = shown.at("one_framework", (390, "dark"))
    assert page.evaluate(FAULTS) == []
    page.add_style_tag(content="svg text { fill: #333 !important }")
    by_axe = Axe().run(page, options=COLOURS)
    by_us = page.evaluate(FAULTS)
    shown.state = ""

    assert by_axe.violations_count == 0
    assert by_us
    assert all(fault.startswith("faint: ") for fault in by_us)


@pytest.mark.parametrize("of", ["normal", *STANDARD])
def test_the_answer_stands_above_the_fold(browser: Browser, of: str) -> None:
    """At 1280 x 900 the answer, its chart and the first claims; the trust strip begins next to them."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    try:
        page.goto(page_file(of).as_uri())
        chart = page.locator(".short .chart.w").first.bounding_box()
        claim = page.locator(".verdicts table.claims").first.bounding_box()
        strip = page.locator("main > section.trust").bounding_box()

        assert chart is not None and claim is not None and strip is not None
        assert chart["y"] + chart["height"] <= 900
        assert claim["y"] + claim["height"] <= 900
        assert strip["y"] <= 1000
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
    browser: Browser, state: str
) -> None:
    """Under a policy that forbids both, as job servers set it: all words, each chart once, in colour."""
    html = page_of(state)
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
        bare = page.evaluate(BARE)

        assert not bare["styled"]
        assert "The short answer" in bare["text"]
        assert bare["narrow"] == 0
        assert page.evaluate(FAULTS) == []
        if state != "nothing":
            assert bare["wide"] >= 10
            assert bare["colours"] == 6  # three marks, three names
            assert "Depends" in bare["text"]
    finally:
        page.close()


@pytest.mark.parametrize(("state", "most"), [("normal", 14), ("thirty_targets", 60)])
def test_a_page_prints(browser: Browser, state: str, most: int) -> None:
    """Light even where the screen is dark, on a bounded number of sheets."""
    page = browser.new_page(color_scheme="dark")
    try:
        page.goto(page_file(state).as_uri())
        page.emulate_media(media="print", color_scheme="dark")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        printed = page.pdf(prefer_css_page_size=True)

        assert ground == "rgb(255, 255, 255)"
        assert 2 <= len(re.findall(rb"/Type /Page\b", printed)) <= most
    finally:
        page.close()


def test_every_stop_of_the_keyboard_is_seen(browser: Browser) -> None:
    """From link to link with the tab key, each with a ring around it."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    try:
        page.goto(page_file("normal").as_uri())
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
