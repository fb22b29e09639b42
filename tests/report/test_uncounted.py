"""A run beside which probes were played and nothing was counted."""

from dataclasses import replace

import pytest

from bench.model.probe import Count
from bench.report.page import report_page
from tests.report.probed import probed


@pytest.mark.parametrize("detail", [None, ""], ids=["no count", "no names"])
def test_a_page_without_counts_has_no_empty_table(detail: str | None) -> None:
    """Outcomes are on it; what was not counted has no section, and what has no names no list of them."""
    made = probed()
    assert made.exhibits is not None
    counts = (
        () if detail is None else (Count("flask", "3.1", "packages_all", 2, detail),)
    )
    page = report_page(
        replace(made, exhibits=replace(made.exhibits, counts=counts))
    ).html

    assert "it was refused" in page.lower()
    assert ('id="counted"' in page) is bool(counts)
    assert "The names behind the counts" not in page
