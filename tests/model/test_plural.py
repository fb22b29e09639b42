"""One of a thing is not written as several."""

import pytest

from bench.model.plural import plural


@pytest.mark.parametrize(
    ("count", "several", "said"),
    [
        (0, None, "0 rounds"),
        (1, None, "1 round"),
        (2, None, "2 rounds"),
        (12_345, None, "12,345 rounds"),
        (1, "processes", "1 round"),
        (2, "processes", "2 processes"),
    ],
)
def test_a_number_has_its_thing(count: int, several: str | None, said: str) -> None:
    """With a thousands separator, and an irregular plural where it is given."""
    assert plural(count, "round", several) == said
