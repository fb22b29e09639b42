"""trend.html: releases side by side, steps named only beyond the noise."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.model.estimate import Quantity
from bench.model.results import Results
from bench.model.trial import Failure
from bench.report.page import report_html
from bench.report.trend import trend_html, write_trend
from bench.report.view import View
from tests.report import builders
from tests.report.builders import AGAIN, ASGI, DJANGO, FASTAPI, FLASK, WSGI, results
from tests.report.pages import page_of


OLD = replace(FLASK, id="flask@0.9/gunicorn-gthread", version="0.9", title="Flask 0.9")
ALL = (DJANGO, OLD, FLASK, FASTAPI, AGAIN, WSGI, ASGI)


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The older release is made of the same figures as the newer."""
    monkeypatch.setitem(builders.KEYS, OLD.id, "flask")


def slower(share: float) -> Results:
    """The older release answers this share of the newer one's requests."""

    def change(made: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
        newer = {(q.workload, q.metric): q for q in made if q.target == FLASK.id}
        return tuple(
            replace(
                q,
                rounds=tuple(
                    x and x * share for x in newer[q.workload, "throughput"].rounds
                ),
            )
            if q.target == OLD.id and q.metric == "throughput"
            else q
            for q in made
        )

    made = results(ALL, change=change)
    receipt = made.receipts[OLD.id]
    old = replace(receipt, version="0.9.1", packages={"flask": "0.9.1"})
    return replace(made, receipts={**made.receipts, OLD.id: old})


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
    assert "No step between two releases is larger than the noise" in page
    assert "more requests than" not in page


def test_what_else_differs_is_told() -> None:
    """A package that only one release has stands in the table beneath."""
    page = trend_html(slower(1.0)) or ""
    table = page[page.index('id="installed"') :]
    assert "gunicorn" in table
    assert "0.9.1" in table


def test_the_report_is_about_the_newest_and_leads_to_the_older() -> None:
    """The older release is no contestant of the page; without one nothing leads anywhere."""
    view = View(slower(0.8))
    assert OLD not in view.contestants
    assert FLASK in view.contestants
    assert view.older == (OLD,)
    assert 'href="trend.html"' in report_html(slower(0.8))
    assert 'href="trend.html"' not in page_of("normal")


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


def test_the_same_results_give_the_same_bytes() -> None:
    """A page is a function of its run, and asks nobody for anything."""
    page = trend_html(slower(0.8))
    assert page == trend_html(slower(0.8))
    assert page is not None
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
