"""
A page of HTML: twelve rows, one more added in code, sorted, escaped.

Measures the framework's own templates behind one SELECT. There is one request
only, as there is one such page; that rows come from the database each time is
counted in its log by the contract suite.
"""

from collections.abc import Sequence
from html.parser import HTMLParser

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import wrong_status, wrong_type


# Ids in the order of their messages by code point, and the messages: what the
# contract states, not what this harness sorted.
FORTUNES: Sequence[tuple[int, str]] = (
    (
        11,
        '<script>alert("This should not be displayed in a browser alert box.");</script>',
    ),
    (4, "A bad random number generator: 1, 1, 1, 1, 1, 4.33e+67, 1, 1, 1"),
    (5, "A computer program does what you tell it to do, not what you want it to do."),
    (2, "A computer scientist is someone who fixes things that aren't broken."),
    (8, "A list is only as strong as its weakest link. — Donald Knuth"),
    (0, "Additional fortune added at request time."),
    (3, "After enough decimal places, nobody gives a damn."),
    (7, "Any program that runs right is obsolete."),
    (10, "Computers make very fast, very accurate mistakes."),
    (6, "Emacs is a nice operating system, but I prefer UNIX. — Tom Christaensen"),
    (9, "Feature: A bug with seniority."),
    (1, "fortune: No such file or directory"),
    (12, "フレームワークのベンチマーク"),
)
SHOWN_CHARACTERS = 60


def _check(request: Request, reply: Reply) -> str | None:
    """A whole page of UTF-8 whose table holds these rows in this order, as text."""
    if wrong := wrong_status(reply) or wrong_type(reply, "text/html"):
        return wrong
    try:
        page = reply.body.decode()
    except UnicodeDecodeError as error:
        return f"the page is not UTF-8: {error.reason} at byte {error.start}"
    return _wrong_document(page) or _wrong_rows(page)


def _wrong_document(page: str) -> str | None:
    if not page.lstrip().lower().startswith("<!doctype html>"):
        return "the page does not begin with <!doctype html>"
    if not page.rstrip().lower().endswith("</html>"):
        return "the page does not end with </html>"
    if "<script" in page.lower():
        return "a message was not escaped: there is a script in the page"
    return None


def _wrong_rows(page: str) -> str | None:
    table = TableParser()
    table.feed(page)
    table.close()
    expected = [(str(number), message) for number, message in FORTUNES]
    if len(table.rows) != len(expected):
        return f"expected {len(expected)} rows, got {len(table.rows)}"
    for place, (got, wanted) in enumerate(zip(table.rows, expected, strict=True), 1):
        if got != wanted:
            shown = " | ".join(got)[:SHOWN_CHARACTERS]
            return f"expected row {place} to be number {wanted[0]}, got {shown!r}"
    return None


class TableParser(HTMLParser):
    """The texts of all table rows that hold data; entities become what they stand for."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[tuple[str, ...]] = []
        self._cells: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._cells = []
        elif tag == "td":
            self._cells.append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self._inside = False
        elif tag == "tr" and self._cells:
            self.rows.append(tuple(self._cells))

    def handle_data(self, data: str) -> None:
        if self._inside:
            self._cells[-1] += data


HTML = Workload(
    name="html",
    title="A page from a template",
    why="Twelve rows from the database and one added in code, sorted and escaped, through the framework's own templates.",
    requests=lambda seed: [Request("GET", "/fortunes")],
    check=_check,
    uses_database=True,
)
