"""Who ran on which core, on the page."""

from dataclasses import replace
from html import unescape
from pathlib import Path

from bench.deploy.cores import pinning
from bench.report.page import report_page
from tests.deploy.recorded import recorded
from tests.report.states import normal


def test_the_page_says_who_ran_where_and_what_was_left_idle(tmp_path: Path) -> None:
    """Of a big machine in ranges; what it was chosen among beside it."""
    cores = pinning(recorded("server-64-cores").read(tmp_path))
    page = unescape(report_page(replace(normal(), pinning=cores)).html)
    for name, value in (
        ("load", "2, 7, 8, 9, 10, 11, 12, 13"),
        ("for servers of more workers", "4, 5, 6"),
        ("idle", "21-63+65+66+68-77+85-127"),
        ("chosen among", cores.among),
    ):
        assert f'<th scope="row">{name}</th><td>{value}</td>' in page


def test_a_run_that_knew_less_says_no_more() -> None:
    """Runs older than the topology have the four roles and what was shared."""
    page = report_page(normal()).html
    assert '<th scope="row">harness</th>' in page
    assert '<th scope="row">idle</th>' not in page
    assert '<th scope="row">chosen among</th>' not in page
