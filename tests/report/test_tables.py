"""Scatter and resolution stand beside every number, and say nothing where there is nothing."""

from html import unescape
from math import exp

import pytest

from bench.report.tables import scatter_text, seen_text
from tests.report.pages import made, page_of


@pytest.mark.parametrize(
    ("rounds", "text"),
    [
        ((exp(0.1), exp(0.2), exp(0.3)), "11\u00a0%"),  # e^0.1 - 1
        ((100.0, 100.0, 100.0), "<0.01\u00a0%"),
        ((100.0, 101.0, None), "0.7\u00a0%"),  # ln 1.01 / sqrt 2
        ((100.0,), "–"),
        ((100.0, None), "–"),
        ((0.0, 1.0, 2.0), "–"),
        ((), "–"),
    ],
)
def test_scatter_is_the_deviation_of_logs(
    rounds: tuple[float | None, ...], text: str
) -> None:
    """By hand; of one round there is none, nor where a zero has no log."""
    assert scatter_text(rounds) == text


def test_every_comparison_says_what_it_could_have_seen() -> None:
    """Both columns are on the page, by comparison."""
    results = made("normal")
    rows = unescape(page_of("normal")).split('id="every-number"')[1]

    assert '<th scope="col">could have told from equal</th>' in rows
    for pair in results.comparisons:
        cells = f"<td>{scatter_text(pair.rounds)}<td>{seen_text(pair)}<td>"
        assert cells in rows
