"""Why there is no verdict, in words."""

import pytest

from bench.judge.results import results
from bench.model.verdict import Lacking, Outcome, Untested, Verdict
from bench.wording.names import Names
from bench.wording.reasons import untested
from tests.analyse.builders import FRAMEWORKS, make_run
from tests.judge.judged import CLAIMS


NAMES = Names(results(make_run(), (), FRAMEWORKS, ()))


@pytest.mark.parametrize(
    ("claim", "profile"),
    [("fastapi-scales", "scaling"), ("fastapi-is-fast", "cost")],
)
def test_what_was_not_measured_names_the_profile_that_measures_it(
    claim: str, profile: str
) -> None:
    """The experiment's own, where the claim has one."""
    why = Untested(Lacking.TRIALS)
    decided = Verdict(CLAIMS[claim], Outcome.NOT_TESTED, untested=why)
    assert untested(NAMES, decided).endswith(f"bench run --profile {profile} does")


def test_a_count_that_is_missing_names_whose() -> None:
    """An empty reason would be none."""
    why = Untested(Lacking.COUNTS, ("django",))
    decided = Verdict(CLAIMS["flask-third-party"], Outcome.NOT_TESTED, untested=why)
    assert untested(NAMES, decided) == "not everything was counted of Django"
