"""A run judged by one claim, in values and in words."""

from collections.abc import Mapping

from bench.analyse.analysis import analyse
from bench.configure.claims import load_claims
from bench.judge.judge import judge
from bench.judge.results import results
from bench.model.run import Run
from bench.model.verdict import Claim, Evidence, Outcome, Verdict
from bench.wording.worded import worded
from tests.analyse.builders import FRAMEWORKS


CLAIMS: Mapping[str, Claim] = {claim.id: claim for claim in load_claims()}
"""The project's own table."""


def verdict_on(run: Run, claim: Claim | str) -> Verdict:
    """The verdict on a claim, or on one of the project's own table, in values."""
    one = CLAIMS[claim] if isinstance(claim, str) else claim
    (found,) = judge([one], analyse(run), run.record.plan, FRAMEWORKS)
    return found


def said_of(run: Run, claim: Claim | str) -> Verdict:
    """The same with its sentences."""
    one = CLAIMS[claim] if isinstance(claim, str) else claim
    (found,) = worded(results(run, [one], FRAMEWORKS, ())).verdicts
    return found


def deciding(verdict: Verdict, outcome: Outcome | None = None) -> list[Evidence]:
    """The findings that decide, or those of one outcome."""
    found = [each for each in verdict.findings if each.outcome is not None]
    return [each for each in found if outcome in (None, each.outcome)]


def hangs_on(verdict: Verdict) -> tuple[str | None, str | None]:
    """What the finding asked by which the verdict was decided, and on which workload."""
    assert verdict.decided_by is not None
    found = verdict.findings[verdict.decided_by]
    return found.asked, found.workload
