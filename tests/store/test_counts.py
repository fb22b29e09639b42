"""Counts that were made once."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.store.counts import (
    CountOf,
    keep_count,
    keep_fault,
    read_counts,
    read_fault,
)


OF = CountOf({"flask": "3.1.3"}, "a" * 64, "3.13.0", "valgrind-3", "c" * 64, "hello", 200)  # fmt: skip


def test_a_count_is_found_by_everything_that_it_depends_on(tmp_path: Path) -> None:
    """Any other package, application, Python, valgrind, workload or number is another count."""
    keep_count(tmp_path, OF, 374_816.5)
    others = [
        replace(OF, packages={"flask": "3.1.2"}),
        replace(OF, app_sha256="b" * 64),
        replace(OF, python="3.13.1"),
        replace(OF, valgrind="valgrind-4"),
        replace(OF, calling_sha256="d" * 64),
        replace(OF, workload="json"),
        replace(OF, requests=100),
    ]

    assert read_counts(tmp_path, OF) == (374_816.5,)
    assert [read_counts(tmp_path, other) for other in others] == [()] * len(others)


def test_a_second_count_stands_beside_the_first(tmp_path: Path) -> None:
    """In the order in which they were made."""
    keep_count(tmp_path, OF, 1.5)
    keep_count(tmp_path, OF, 1.25)

    assert read_counts(tmp_path, OF) == (1.5, 1.25)


@pytest.mark.parametrize("text", ["", "{", "[null]", "7", '["x"]'])
def test_a_damaged_file_is_no_count(tmp_path: Path, text: str) -> None:
    """It is counted again, over the damage."""
    (tmp_path / OF.name).write_text(text)
    assert read_counts(tmp_path, OF) == ()

    keep_count(tmp_path, OF, 2.0)
    assert read_counts(tmp_path, OF) == (2.0,)


def test_a_broken_contract_is_remembered(tmp_path: Path) -> None:
    """Of the same packages, and it is no count."""
    keep_fault(tmp_path, OF, "answered 500")

    assert read_fault(tmp_path, OF) == "answered 500"
    assert read_fault(tmp_path, replace(OF, packages={})) is None
    assert read_counts(tmp_path, OF) == ()
