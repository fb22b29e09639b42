"""What counts as code, and what does not."""

import pytest

from bench.run.code_size import code_lines, statements


@pytest.mark.parametrize(
    ("text", "lines", "logical"),
    [
        ("", 0, 0),
        ("# only a comment\n\n", 0, 0),
        ('"""Only a docstring."""\n', 0, 0),
        ("a = 1\n", 1, 1),
        ("a = 1  # why\n", 1, 1),
        ("a = 1; b = 2\n", 1, 2),
        ("a = (\n    1,\n    2,\n)\n", 4, 1),
        ('a = """two\nlines"""\n', 2, 1),
        ("if a:\n    b = 1\nelse:\n    b = 2\n", 4, 3),
        ('def f():\n    """Says."""\n    return 1\n', 2, 2),
        ('class A:\n    """Says\n    more."""\n\n    b: int\n', 2, 2),
    ],
)
def test_lines_and_statements(text: str, lines: int, logical: int) -> None:
    """Comments, blanks and docstrings are none; layout does not change statements."""
    assert (code_lines(text), statements(text)) == (lines, logical)
