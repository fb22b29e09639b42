"""The section on many at once: what it says, and what it says where nothing was measured."""

from dataclasses import replace

from bench.experiments.scaling.chart import scaling_charts, workers_table
from bench.experiments.turns.chart import turns_charts
from bench.experiments.turns.model import Turns
from bench.report.charts.palette import palette
from bench.report.json_file import read_results, results_json
from bench.report.view import View
from bench.wording.worded import worded
from tests.report.crowds import crowds, crowds_odd
from tests.report.pages import page_of
from tests.report.states import normal


def test_a_chart_for_each_framework_says_where_requests_take_turns() -> None:
    """The finding is computed: two sync workers take turns, nobody of the third framework does."""
    view = View(crowds())
    findings = {c.id: c.words.finding for c in turns_charts(view, palette(view.results.frameworks))}  # fmt: skip
    assert findings == {
        "turns-django": "Django: in turns only as Django on gunicorn-sync",
        "turns-flask": "Flask: in turns only as Flask on gunicorn-sync",
        "turns-fastapi": "FastAPI: together on every server that was asked",
    }


def test_what_is_not_decided_is_neither_in_turns_nor_together() -> None:
    """Of five servers of Flask one is open; of what nobody judged nothing is said."""
    made = crowds()
    turns: Turns = made.found["turns"]
    assert turns.together is not None
    turns = replace(turns, together=turns.together[:-1])
    for turns_found, finding in (
        (turns, "Flask: in turns as Flask on gunicorn-sync; together as Flask and Flask on gunicorn-gevent; open as Flask on development-server"),
        (replace(turns, together=None), "Flask: requests sent at once"),
    ):  # fmt: skip
        view = View(replace(made, found={**made.found, "turns": turns_found}))
        charts = {c.id: c for c in turns_charts(view, palette(view.results.frameworks))}
        assert charts["turns-flask"].words.finding == finding


def test_the_numbers_of_every_set_up_are_in_the_table() -> None:
    """Not measured is said, not left out."""
    view = View(crowds_odd())
    rows = [r for c in turns_charts(view, palette(view.results.frameworks)) for r in c.table.rows]  # fmt: skip
    assert len(rows) == 9
    assert ("Django", "not measured", "not known") in [row[:3] for row in rows]


def test_terms_of_the_law_are_in_the_table_where_no_curve_is_drawn() -> None:
    """And the reason why there is none."""
    view = View(crowds_odd())
    (chart,) = scaling_charts(view, palette(view.results.frameworks))
    lines = [" ".join(row) for row in chart.table.rows]
    assert any("contention (sigma)" in row for row in lines)
    assert any("misses the points by 43 %" in row for row in lines)
    assert any("near its own limit" in row for row in lines)
    assert any("no fit: 0 levels count" in row for row in lines)


def test_a_run_without_it_says_which_profile_has_it() -> None:
    """In words, in the section, with no chart."""
    page = page_of("normal")
    assert (
        "the turns profile does" in page and "the scaling profile has several" in page
    )
    assert 'id="chart-turns' not in page
    assert workers_table(View(normal())) is None


def test_too_few_processors_for_workers_are_told_on_the_page() -> None:
    """Not a gap."""
    sentence = "More workers: not measured, needs four processors or more."
    assert sentence in page_of("crowds_odd")
    assert workers_table(View(crowds())) is not None


def test_results_json_keeps_all_of_it() -> None:
    """Written and read back, the same."""
    assert read_results(results_json(crowds_odd())) == worded(crowds_odd())
