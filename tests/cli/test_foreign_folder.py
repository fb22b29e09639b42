"""A run folder from elsewhere is data: its texts stay text wherever they are shown, and nothing of it is run."""

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from bench.cli import list_command, measuring, rendering
from bench.cli.faults import complain
from bench.cli.progress import Display, ProgressPace
from bench.cli.rendering import render
from bench.cli.run_options import RunOptions, plan_for, refuse_foreign
from bench.deploy.machine import inspect_machine
from bench.errors import TargetFailed, UsageError
from bench.model.trial import Failure
from bench.report.clean import MOST, UNFIT
from bench.report.json_file import read_results, results_json
from bench.report.summary import LONGEST
from bench.store.folder import create
from tests.builders import machine, plan, record
from tests.cli.foreign import HARMLESS, HOSTILE, folder_with
from tests.report.states import normal


PAGES = ("report.html", "trend.html")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder full of one hostile text, with its page."""
    return rendered(tmp_path_factory.mktemp("hostile"), HOSTILE)


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with letters in its stead."""
    return rendered(tmp_path_factory.mktemp("harmless"), HARMLESS)


def rendered(parent: Path, text: str) -> Path:
    """A run folder with this text in all places, and its page, as `bench report` makes it."""
    folder = folder_with(parent, text)
    render(folder)
    return folder


class Skeleton(HTMLParser):
    """The elements of a page with the names of their attributes, drawings apart, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, ...]] = []
        self.drawn: set[tuple[str, ...]] = set()
        self.addresses: list[str] = []
        self.text = ""
        self._drawing = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element, outside of a drawing or in one."""
        self._drawing |= tag == "svg"
        found = (tag, *sorted(name for name, _ in attrs))
        if self._drawing:
            self.drawn.add(found)
        else:
            self.elements.append(found)
        self.addresses += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        """The end of a drawing."""
        self._drawing &= tag != "svg"

    def handle_data(self, data: str) -> None:
        """Text, wherever it stands."""
        self.text += data


def skeletons(harmless: Path, hostile: Path, name: str) -> tuple[Skeleton, Skeleton]:
    """The same page of both folders."""
    one, other = ((each / name).read_text("utf-8") for each in (harmless, hostile))
    return Skeleton(one), Skeleton(other)


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_text_adds_no_element_and_no_attribute(
    harmless: Path, hostile: Path, name: str
) -> None:
    """Read by a parser, the page is the one that harmless words give; the text itself can be read on it."""
    plain, other = skeletons(harmless, hostile, name)

    assert other.elements == plain.elements
    assert other.drawn <= plain.drawn
    assert Counter(other.addresses) == Counter(plain.addresses)
    assert "<script>alert(1)</script>" in other.text
    assert "{{ 7*7 }}" in other.text
    assert not UNFIT.search((hostile / name).read_text("utf-8"))


def test_the_index_of_all_runs_is_as_safe(
    harmless: Path, hostile: Path, tmp_path: Path
) -> None:
    """Its cards, its table and its drawings, and a folder that is named like an address or a tag."""
    odd = tmp_path / "javascript:alert(1)"
    odd.mkdir()
    tag = tmp_path / '"><img src=x onerror=alert(1)>\x1b[31m'
    tag.mkdir()
    (tag / "results.json").write_bytes((hostile / "results.json").read_bytes())
    (odd / "results.json").write_text("[" * 100_000)
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "results.json").write_bytes((harmless / "results.json").read_bytes())
    index = tmp_path / "index.html"

    pages = []
    for folders in ([plain, tmp_path / "none"], [tag, odd]):
        rendering.write_list(index, rendering.understood(folders))
        pages.append(Skeleton(index.read_text("utf-8")))

    assert pages[1].elements == pages[0].elements
    assert pages[1].drawn <= pages[0].drawn
    assert not [one for one in pages[1].addresses if ":" in one or " " in one]
    assert "Cannot be read: results.json: not JSON" in pages[1].text
    assert not UNFIT.search(index.read_text("utf-8"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"light": "#', '"light": "red;}body{x:#'),
        ('"marker": "s"', '"marker": "$\\\\frac{1}{0}$"'),
        ('"cores": ', '"cores": 1' + "0" * 5000),
    ],
)
def test_results_that_cannot_be_drawn_do_not_stop_the_index(
    tmp_path: Path, before: str, after: str
) -> None:
    """One run of somebody else's hides no other run."""
    text = results_json(normal())
    assert before in text
    for name, content in (("good", text), ("bad", text.replace(before, after, 1))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "results.json").write_text(content, "utf-8")
    found = rendering.understood([tmp_path / "bad", tmp_path / "good"])
    html = rendering.write_list(tmp_path / "index.html", found).read_text("utf-8")

    assert 'href="good/report.html"' in html
    assert "Cannot be read: results.json: " in html


def test_the_summary_has_no_markup_of_theirs(harmless: Path, hostile: Path) -> None:
    """Read by a Markdown parser: as many lines, cells, and no link, image, code or tag more."""
    parser = MarkdownIt("commonmark").enable("table")
    kinds = []
    for folder in (harmless, hostile):
        text = (folder / "summary.md").read_text("utf-8")
        found: Counter[str] = Counter()
        for token in parser.parse(text):
            found.update(one.type for one in (token, *(token.children or ())))
        kinds.append({k: n for k, n in found.items() if not k.startswith("text")})
        assert not UNFIT.search(text)
        # The first line is a comment, the last one code.
        shown = text.partition("\n")[2].split("Again:")[0]
        assert not re.search(r"https?://|\bwww\.|@all", shown)

    assert kinds[0] == kinds[1]


def test_no_cell_is_a_formula(harmless: Path, hostile: Path) -> None:
    """In every CSV: as many rows and cells, and what would be reckoned or obeyed is marked as text."""
    names = [path.relative_to(harmless) for path in harmless.rglob("*.csv")]
    assert Path("results.csv") in names and len(names) > 3
    for name in names:
        tables = []
        for folder in (harmless, hostile):
            text = (folder / name).read_text("utf-8")
            assert not UNFIT.search(text)
            tables.append(list(csv.reader(io.StringIO(text, newline=""))))
        assert [len(row) for row in tables[0]] == [len(row) for row in tables[1]]
        for cell in (cell for row in tables[1] for cell in row):
            assert not cell.startswith(("=", "+", "@", "\t")), cell
            assert cell[:1] != "-" or re.fullmatch(r"[-+.e\d ]+|-inf", cell), cell


def test_the_files_for_programs_can_still_be_read(hostile: Path) -> None:
    """JSON keeps the text to the letter, Parquet takes it, the checksums check, one line for each file."""
    found = read_results((hostile / "results.json").read_text("utf-8"))
    rounds = pd.read_parquet(hostile / "rounds.parquet")

    assert found.command == HOSTILE
    assert found.failures[0].message == HOSTILE
    assert len(rounds)
    sums = (hostile / "SHA256SUMS").read_text("utf-8").splitlines()
    assert len(sums) == len(found.files)
    assert [line for line in sums if line.startswith("\\") and "\\n" in line]


def test_a_megabyte_of_text_is_shortened_where_it_is_shown(tmp_path: Path) -> None:
    """Page and summary keep their size; what was left out is counted."""
    folder = folder_with(tmp_path, "y")
    long = "z" * 1_000_000
    with (folder / "trials.jsonl").open("a") as file:
        file.write(
            '{"kind":"failure","round":4,"target":"t","workload":null,'
            f'"message":"{long}","hint":"{long}","log_tail":"{long}"}}\n'
        )
    head = (folder / "run.json").read_text()
    for key in ("title", "cpu_model", "command", "kernel", "why"):
        head = re.sub(rf'"{key}": "[^"]*"', f'"{key}": "{long}"', head, count=1)
    (folder / "run.json").write_text(head)
    html = render(folder).read_text("utf-8")

    assert len(html) < 1_500_000
    assert "984,000 characters left out" in html
    assert len((folder / "summary.md").read_text()) <= LONGEST
    assert max(map(len, re.findall(r"[yz]+", html))) <= MOST


def test_a_terminal_is_told_nothing_that_it_obeys(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    hostile: Path,
) -> None:
    """Faults with their logs, the progress of a run, the list of runs: no escape, no line that looks like ours."""
    complain(TargetFailed(HOSTILE, HOSTILE, HOSTILE))
    this = plan()
    written = io.StringIO()
    display = Display(
        this, ProgressPace(this, 0, 0.0), Console(file=written, width=200)
    )
    display.saw(Failure(1, "t", None, HOSTILE))
    monkeypatch.setattr(list_command, "RUNS", hostile.parent)
    list_command.command("runs")
    told = capsys.readouterr()

    assert not UNFIT.search(told.err + told.out + written.getvalue())
    assert [line[:6] for line in told.err.splitlines()].count("hint: ") == 1
    assert "alert(1)" in told.err and "alert(1)" in written.getvalue()


def test_a_plan_of_the_tables_here_may_be_gone_on_with() -> None:
    """What the tables here make of the same words is the same: targets, twins, numbers of workers."""
    for profile in ("smoke", "standard"):
        refuse_foreign(plan_for(RunOptions(profile, seed=1)))


@pytest.mark.parametrize(
    "changes",
    [
        {"serve": ("sh", "-c", "touch /tmp/owned")},
        {"environment": {"PYTHONSTARTUP": "/tmp/x"}},
        {"version": "../../../tmp/x"},
        {"framework": "nobody"},
        {"lock": "../../x"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_command_of_a_folder_is_never_run(changes: dict[str, object]) -> None:
    """A server is started as the tables here say, or not at all; the target is named."""
    good = plan_for(RunOptions("smoke", seed=1))
    for place in (0, -1):
        other = replace(good.targets[place], **changes)  # type: ignore[arg-type]
        targets = [*good.targets]
        targets[place] = other
        with pytest.raises(UsageError, match="not as the tables here") as caught:
            refuse_foreign(replace(good, targets=tuple(targets)))
        assert other.id in caught.value.message


def test_a_workload_that_nobody_knows_is_refused() -> None:
    """It would have been a KeyError in the first round."""
    good = plan_for(RunOptions("smoke", seed=1))
    odd = replace(good.cells[0], workload="mine")
    with pytest.raises(UsageError, match="'mine'"):
        refuse_foreign(replace(good, cells=(odd, *good.cells[1:])))


def test_resuming_a_foreign_folder_starts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it names this very machine: the commands in it are not ours."""
    here = machine(fingerprint=inspect_machine().fingerprint)
    with create(tmp_path, record(machine=here)) as writer:
        folder = writer.folder
    monkeypatch.setattr(measuring, "_engine", lambda *_: pytest.fail("it was started"))

    with pytest.raises(UsageError, match=r"'alpha@1\.0/server'"):
        measuring.resume(folder, Console())
