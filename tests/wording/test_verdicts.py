"""What a table says of a verdict."""

from dataclasses import replace

from bench.model.verdict import OtherOutcome, Outcome
from bench.wording.verdicts import others
from tests.report.states import normal


def test_an_undecided_other_is_not_told_to_have_failed() -> None:
    """Alike, apart, and nothing found are three things."""
    verdict = replace(
        normal().verdicts[0],
        outcome=Outcome.SUPPORTED,
        others=(
            OtherOutcome("a", Outcome.SUPPORTED),
            OtherOutcome("b", Outcome.REFUTED),
            OtherOutcome("c", Outcome.INCONCLUSIVE),
            OtherOutcome("d", Outcome.NOT_TESTED),
        ),
    )
    assert others(verdict) == (["a"], ["b"], ["c", "d"])
