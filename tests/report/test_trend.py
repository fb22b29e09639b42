"""trend.html: releases side by side, steps named only beyond the noise."""

import re
from collections.abc import Sequence
from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any

import pytest

from bench.cli import places, rendering
from bench.model.estimate import Quantity
from bench.model.framework import Target
from bench.model.history import INSTRUCTIONS, KeptRun
from bench.model.results import Results
from bench.model.trial import Failure
from bench.model.verdict import Withheld
from bench.report.charts.canvas import Canvas, Pen, Type, text_width
from bench.report.charts.chart import Chart
from bench.report.charts.palette import palette
from bench.report.json_file import results_json
from bench.report.page import report_page
from bench.report.trend import past, trend_html, write_trend
from bench.report.view import View
from bench.store.history import keep
from tests.kept_runs import nights, point
from tests.report.builders import (
    AGAIN,
    ASGI,
    DJANGO,
    FASTAPI,
    FLASK,
    WSGI,
    ranked_again,
    results,
)
from tests.report.pages import page_of
from tests.report.versions import (
    BENEATH,
    NEWER,
    OLD,
    Beneath,
    changed,
    on_older,
    slower,
    version,
    with_old,
)


def test_a_step_beyond_the_noise_is_named() -> None:
    """A quarter more requests than the release before, in every workload."""
    page = trend_html(slower(0.8))
    assert page is not None
    assert "Flask 1.0 answers 25 % more requests than 0.9" in page
    assert "80.0\u00a0%" in page
    assert "beyond the noise</h2>" in page


def test_no_step_is_named_where_none_is() -> None:
    """The same figures twice: the heading says that nothing is larger than the noise."""
    page = trend_html(slower(1.0))
    assert page is not None
    assert "No step between two versions is larger than the noise" in page
    assert "more requests than" not in page


def test_what_else_differs_is_told() -> None:
    """A package that only one release has stands in the table beneath, and its name before the charts."""
    page = trend_html(slower(1.0)) or ""
    assert "Besides the framework, 1 package differs: gunicorn" in page
    table = page[page.index('id="installed"') :]
    assert "gunicorn" in table
    assert "0.9.1" in table


def test_the_report_is_about_the_newest_and_leads_to_the_older() -> None:
    """The older release is no contestant of the page; without one nothing leads anywhere."""
    view = View(slower(0.8))
    assert OLD not in view.contestants
    assert FLASK in view.contestants
    assert 'href="trend.html"' in report_page(slower(0.8)).html
    assert 'href="trend.html"' not in page_of("normal")


def test_what_stands_beneath_is_no_release() -> None:
    """Asked is what differs, 100 % is each framework as it stands, and a step is named by its package."""
    page = trend_html(on_older(0.8))
    assert page is not None
    assert (
        "<h1>Does a newer gunicorn, pydantic or uvicorn make a difference?</h1>" in page
    )
    assert "as it stands (gunicorn 26.2.0, pydantic 2.14.4 and uvicorn 0.54.0)" in page
    assert "throughput, each framework as it stands = 100\u00a0%" in page
    assert "newest release" not in page
    assert "FastAPI 1.0 answers 25 % more requests than on uvicorn 0.40.0" in page
    assert page.count("FastAPI 1.0<td>100\u00a0%, as it stands<td>") == 6
    assert "FastAPI 1.0 on pydantic 2.11.10<td>" in page
    assert "Flask answers" not in page
    assert '<a href="trend.html">' in report_page(on_older(0.8)).html


def test_no_difference_is_named_where_none_is() -> None:
    """Of what stands beneath, too."""
    page = trend_html(on_older(1.0)) or ""
    assert "<h2>No difference is larger than the noise</h2>" in page
    assert "more requests than" not in page


def named(page: str | None) -> set[str]:
    """How the page calls Flask's versions, in its tables."""
    return set(re.findall(r"<th scope=\"row\">Flask ([^<]+)<td>", page or ""))


def test_a_run_of_releases_and_packages_tells_both() -> None:
    """The question is that of releases; what is beneath is said where it is drawn, with its release."""
    page = trend_html(on_older(0.8, (OLD, {}))) or ""
    assert "<h1>Does a newer release run faster?</h1>" in page
    assert "a hollow mark has another package under it" in page
    assert "newest release = 100\u00a0%" in page
    assert named(page) == {
        "0.9",
        "1.0",
        "1.0 on gunicorn 25.2.0",
        "1.0 on pydantic 2.11.10",
    }


def test_the_same_release_at_another_day_is_no_package() -> None:
    """Resolved today beside the standing lock, or a commit of the same number: versions, not packages."""
    for name in ("1.0.3", "git-1a2b3c4"):
        again = version(FLASK, name)
        made = results((DJANGO, again, FLASK, FASTAPI, AGAIN, WSGI, ASGI))
        page = trend_html(made) or ""
        assert "<h1>Does a newer version run faster?</h1>" in page
        assert "Hollow" not in page
        assert "No other package differs." in page
        assert named(page) == {"1.0", name}


def test_a_commit_gives_no_release_its_name_and_takes_none() -> None:
    """With a package beneath it beside a release of the same number, and the other way round."""
    for plain, asked in (
        ("1.0", "git-1a2b3c4-gunicorn-26.0"),
        ("git-1a2b3c4", "1.0.3-gunicorn-26.0"),
    ):
        released, other = version(FLASK, plain), version(FLASK, asked)
        page = trend_html(results((DJANGO, other, released, FASTAPI, WSGI, ASGI))) or ""
        own = asked.removesuffix("-gunicorn-26.0")
        assert named(page) == {plain, f"{own} on gunicorn 26.0"}


def test_a_step_between_versions_of_one_release_names_both() -> None:
    """Nothing stands as it is there but each of them."""
    again = version(FLASK, "1.0.3")
    made = results(
        (DJANGO, again, FLASK, FASTAPI, AGAIN, WSGI, ASGI),
        change=lambda made: changed(made, again, FLASK, 0.8),
    )
    page = trend_html(made) or ""
    assert "Flask 1.0.3 answers 20 % fewer requests than 1.0" in page


def test_without_the_standing_one_each_keeps_its_package() -> None:
    """It could not be prepared: nothing on the page stands for it."""
    whole = on_older(0.8)
    without = tuple(t for t in whole.targets if t.id != FLASK.id)
    page = trend_html(replace(whole, targets=without)) or ""
    assert named(page) == {"1.0.3 on gunicorn 25.2.0", "1.0.3 on pydantic 2.11.10"}
    assert "Flask 1.0.3 on pydantic 2.11.10<td>100\u00a0%, the newest<td>" in page
    assert "throughput, newest version = 100\u00a0%" in page
    assert (
        "gunicorn 26.2.0, pydantic 2.14.4 and uvicorn 0.54.0" in page
    )  # of the others
    alone = tuple(t for t in without if t.framework == "flask")
    page = trend_html(ranked_again(replace(whole, targets=alone))) or ""
    assert "at one release, on several packages" in page
    assert "as it stands" not in page


def test_a_standing_one_that_failed_is_said_where_another_takes_its_place() -> None:
    """On one workload; on the others it stands for itself."""
    whole = on_older(0.8)
    broken = tuple(
        replace(q, estimate=None, rounds=(None,) * 12, reason="not measured")
        if (q.target, q.workload) == (FLASK.id, "validate")
        else q
        for q in whole.quantities
    )
    page = trend_html(replace(whole, quantities=broken)) or ""
    assert page.count("100\u00a0%, since 1.0 was not measured<td>") == 2
    assert page.count("Flask 1.0<td>100\u00a0%, as it stands<td>") == 4


def test_many_packages_are_no_names_in_a_question() -> None:
    """Four; and one that did not stand there before is not newer."""
    page = trend_html(on_older(0.8, NEWER)) or ""
    other = "<h1>Do other packages beneath a framework make a difference?</h1>"
    assert other in page
    made = on_older(0.8)
    without = {
        name: replace(
            receipt,
            packages={k: v for k, v in receipt.packages.items() if k != "uvicorn"},
        )
        if name == FASTAPI.id
        else receipt
        for name, receipt in made.receipts.items()
    }
    assert other in (trend_html(replace(made, receipts=without)) or "")


def test_marks_of_what_stands_beneath_are_hollow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Five hollow ones and three full ones in each of two charts at each width."""
    marks: list[bool] = []
    monkeypatch.setattr(
        Canvas, "mark", lambda self, x, y, mark: marks.append(mark.hollow)
    )
    made = on_older(0.8)
    trend_html(replace(made, workloads=made.workloads[:1], run_id="lines"))
    assert marks.count(True) == 2 * 2 * 5
    assert marks.count(False) == 2 * 2 * 3


@pytest.mark.parametrize("more", [(), (NEWER,)], ids=["usual names", "a long name"])
def test_names_stand_whole_inside_their_drawing(
    more: tuple[Beneath, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the right edge, too, where what is newer beneath stands, and at both widths."""
    ends: list[tuple[float, float, float]] = []
    words: set[str] = set()
    text = Canvas.text

    def placed(self: Canvas, x: float, y: float, said: str, how: Type) -> None:
        if how.align == "center":
            half = text_width(said, how.size) / 2
            ends.append((x - half, x + half, self.width))
            words.add(said)
        text(self, x, y, said, how)

    monkeypatch.setattr(Canvas, "text", placed)
    made = on_older(0.8, *more)
    trend_html(replace(made, workloads=made.workloads[:1]))
    asked = [
        package for _, packages in (*BENEATH, *more) for package in packages.items()
    ]
    assert words == {"1.0", *(word for pair in asked for word in pair)}
    assert all(low >= 0 and high <= width for low, high, width in ends)


def test_there_is_no_page_without_two_releases(tmp_path: Path) -> None:
    """None is written, and one that was there before is taken away."""
    assert write_trend(slower(1.0), tmp_path) == tmp_path / "trend.html"
    assert write_trend(results(), tmp_path) is None
    assert not list(tmp_path.iterdir())


def test_a_refused_release_is_shown_with_its_reason() -> None:
    """What could not be installed is said, not left out."""
    made = replace(
        slower(1.0), failures=(Failure(0, "flask@9/x", None, "no such <version>"),)
    )
    page = trend_html(made) or ""
    assert "flask@9/x was not measured: no such &lt;version&gt;" in page


def broken(target: Target, workload: str = "validate") -> Results:
    """A release whose answers to a workload were wrong in every round."""

    def without(made: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
        return tuple(
            replace(q, estimate=None, rounds=(None,) * 12, reason="not measured")
            if (q.target, q.workload) == (target.id, workload)
            else q
            for q in made
        )

    failures = tuple(
        Failure(number, target.id, workload, "wrong status <500>")
        for number in range(1, 13)
    )
    return replace(with_old(without), failures=failures)


@pytest.mark.parametrize("target", [OLD, FLASK], ids=["older", "newest"])
def test_a_release_that_failed_the_contract_is_shown_with_its_reason(
    target: Target,
) -> None:
    """Once above the charts with its rounds, and in the place of its figure; the other one takes part all the same."""
    page = trend_html(broken(target)) or ""
    said = (
        f"{target.id} failed on “Nested JSON, validated” in 12 of 12 rounds: "
        "wrong status &lt;500&gt;"
    )
    assert page.count(said) == 1
    # In the tables of throughput and of CPU time on that workload.
    cell = f"Flask {target.version}<td>not measured: wrong status &lt;500&gt;<td>"
    assert page.count(cell) == 2
    newest = "the newest that was measured" if target is FLASK else "the newest"
    assert page.count(f"100\u00a0%, {newest}<td>") >= 2


def farthest(made: Results, metric: str) -> float:
    """How far from 1 the twin's intervals reach on a metric, either way."""
    pairs = [
        comparison.advantage
        for comparison in made.comparisons
        if comparison.subject == AGAIN.id
        and comparison.metric == metric
        and comparison.advantage
    ]
    assert len(pairs) == 3
    return max(max(advantage.high, 1 / advantage.low) for advantage in pairs)


@pytest.mark.parametrize("metric", ["throughput", "cpu"])
def test_the_band_is_the_noise_of_the_twin(
    metric: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As high as its farthest interval reaches, above and below 1, by the same scale as the bar of the release."""
    made = slower(0.8)
    bands: list[tuple[float, float]] = []
    bars: list[tuple[float, float]] = []
    box, line = Canvas.box, Canvas.line

    def boxed(self: Canvas, *where: Any) -> None:
        bands.append((where[0][1], where[0][1] + where[1][1]))
        box(self, *where)

    def lined(self: Canvas, start: Any, end: Any, pen: Pen) -> None:
        if start[0] == end[0]:
            bars.append((start[1], end[1]))
        line(self, start, end, pen)

    monkeypatch.setattr(Canvas, "box", boxed)
    monkeypatch.setattr(Canvas, "line", lined)
    page = trend_html(replace(made, workloads=made.workloads[:1])) or ""

    noise = farthest(made, metric)
    assert f"Grey band: the noise, {100 * (noise - 1):.1f}\u00a0%." in page
    place = ["throughput", "cpu"].index(metric) * (len(bands) // 2)
    beside = View(made).advantage(OLD.id, FLASK.id, "hello", metric)
    assert beside is not None
    upper, lower = bands[place]
    middle, low = (upper + lower) / 2, bars[place][0]
    pixels = (middle - low) / log(beside.low)  # of one in logs
    assert lower - upper == pytest.approx(2 * log(noise) * pixels)


def test_the_same_results_give_the_same_bytes() -> None:
    """A page is a function of its run, and asks nobody for anything."""
    page = trend_html(slower(0.8))
    assert page == trend_html(slower(0.8))
    assert page is not None
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


NIGHTS = nights([0.5] * 12 + [0.4] * 8)
"""Flask takes a quarter more processor time beside its floor since the thirteenth night."""


def last(of: int = len(NIGHTS)) -> Results:
    """The results of that night's run, on one workload only, since drawing takes its time."""
    made = slower(1.0)
    return replace(made, run_id=NIGHTS[of - 1].id, workloads=made.workloads[:1])


def history(page: str | None) -> str:
    """The section on the history; empty where there is none."""
    assert page is not None
    before = page.partition('<section id="installed">')[0]
    return before.partition('<section id="history">')[2]


def charts(kept: Sequence[KeptRun], of: int = len(NIGHTS)) -> tuple[Chart, ...]:
    """What stands in it."""
    results = last(of)
    return past(View(results), palette(results.frameworks), kept, lambda metric: 1.02)


def test_earlier_runs_are_drawn_and_nothing_is_judged() -> None:
    """A figure that moved by a quarter: shown over the newest, called neither change nor failure."""
    page = trend_html(last(), NIGHTS) or ""
    text = history(page)
    assert text.count("<figure>") == 1
    assert "Hello, World!: CPU time per request beside its bare server" in text
    assert f"Flask {NIGHTS[11].id}<td>1.0.3<td>125.0\u00a0%<td>" in text
    assert f"Flask {NIGHTS[19].id}<td>1.0.3<td>100.0\u00a0%<td>" in text
    assert "Grey band: the noise of this run" in text
    assert not re.search("change of level|fail|slower|re-run", text)
    # No chart of this page has a table of its own; its numbers stand beneath it.
    assert 'href="charts/' not in page
    assert "Numbers behind this chart" in page


def test_later_runs_change_nothing_on_the_page_of_an_earlier_one() -> None:
    """Twelve nights: the newest of them is the measure."""
    drawn = charts(NIGHTS, of=12)
    assert len(drawn) == 1
    assert drawn == charts(NIGHTS[:12], of=12)
    assert {row[2] for row in drawn[0].table.rows} == {"100.0\u00a0%"}


def test_there_is_no_history_without_a_run_before_it() -> None:
    """No file, a run that is not kept, one that stands alone, another machine: no section."""
    elsewhere = nights([0.5] * 20, conditions="fedcba987654")
    for kept in ((), NIGHTS[:5], NIGHTS[-1:], [*elsewhere[:19], NIGHTS[-1]]):
        assert charts(kept) == ()


def test_a_run_that_may_not_decide_is_shown_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its figure is in the table and hollow in the chart; what was not measured is a dash."""
    marks: list[bool] = []
    monkeypatch.setattr(
        Canvas, "mark", lambda self, x, y, mark: marks.append(mark.hollow)
    )
    marked = replace(NIGHTS[4], decides_nothing=Withheld("", "", "the twin differs"))
    missing = replace(NIGHTS[5], points=(point(None),))
    (drawn,) = charts([*NIGHTS[:4], marked, missing, *NIGHTS[6:]])
    rows = {row[0]: row[1:] for row in drawn.table.rows}
    assert len(rows) == len(NIGHTS)
    assert rows[f"Flask {marked.id}"] == (
        *("1.0.3", "125.0\u00a0%", "122.5 to 127.5", "14"),
        "the twin differs",
    )
    assert rows[f"Flask {missing.id}"] == ("1.0.3", "–", "–", "–", "")
    # Once at each of two widths.
    assert (marks.count(True), marks.count(False)) == (2, 2 * (len(NIGHTS) - 2))


def test_counts_have_no_interval_and_fewer_are_better() -> None:
    """Two per cent more instructions: the run before stands above 100 %."""
    counts = nights([100_000.0] * 19 + [102_000.0], metric=INSTRUCTIONS)
    (drawn,) = charts(counts)
    assert drawn.table.rows[18][2:5] == ("102.0\u00a0%", "exact", "–")
    assert "Grey band" not in drawn.words.caption


def test_the_page_gets_the_history_and_stands_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Written again once the run is kept; a broken history costs the section and not the page."""
    path = tmp_path / "history.sqlite"
    monkeypatch.setattr(rendering, "HISTORY", path)
    (tmp_path / "results.json").write_text(results_json(last()), encoding="utf-8")
    page = write_trend(last(), tmp_path)
    assert page is not None
    plain = page.read_bytes()
    assert history(page.read_text("utf-8")) == ""
    for run in NIGHTS:
        keep(path, run)
    rendering.refresh_trend(tmp_path)
    assert f"Flask {NIGHTS[0].id}" in history(page.read_text("utf-8"))
    path.write_text("no database")
    rendering.refresh_trend(tmp_path)
    assert page.read_bytes() == plain
    assert "trend.html is without history" in capsys.readouterr().err


def test_a_published_page_depends_on_no_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody must be able to make it again."""
    monkeypatch.setattr(rendering, "HISTORY", tmp_path / "history.sqlite")
    monkeypatch.setattr(places, "PUBLISHED", tmp_path / "published")
    keep(tmp_path / "history.sqlite", NIGHTS[0])
    assert rendering.kept_beside(tmp_path / "published" / "run") == ()
    assert rendering.kept_beside(tmp_path / "runs" / "run") == (NIGHTS[0],)
