"""`--margin`: what is typed, and what is then let pass."""

from collections.abc import Sequence

import pytest

from bench.cli.options import margins
from bench.errors import UsageError


USUAL = {"cpu": 0.03, "throughput": 0.05}


@pytest.mark.parametrize(
    ("typed", "cpu", "throughput"),
    [
        (None, 0.03, 0.05),
        (["cpu=2%"], 0.02, 0.05),
        (["cpu=2%", "throughput=4.5 %"], 0.02, 0.045),
        (["cpu=2%,throughput=4%"], 0.02, 0.04),
        (["10%"], 0.1, 0.1),
        (["10%", "cpu=0%"], 0.0, 0.1),
    ],
)
def test_the_others_stay_as_they_are(
    typed: Sequence[str] | None, cpu: float, throughput: float
) -> None:
    """The later word goes before the earlier."""
    found = margins(typed, USUAL)
    assert found == {"cpu": pytest.approx(cpu), "throughput": pytest.approx(throughput)}


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("memory=2%", "no margin named 'memory'"),
        ("cpu=2", "not a percentage"),
        ("cpu=-2%", "not a percentage"),
        ("cpu=101%", "not a percentage"),
        ("", "not a percentage"),
        ("cpu=", "not a percentage"),
    ],
)
def test_what_is_no_margin_is_refused(typed: str, fault: str) -> None:
    """With how it is written."""
    with pytest.raises(UsageError, match=fault):
        margins([typed], USUAL)
