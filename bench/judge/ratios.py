"""Questions about ratios, paired by round."""

from dataclasses import replace
from math import log

from bench.judge.engine import decide
from bench.judge.question import Group, Inquiry, Question, by_rounds
from bench.model.estimate import Comparison
from bench.model.verdict import Evidence, GroupKind, Outcome
from bench.stats import interval


def logs(comparison: Comparison) -> list[float]:
    """The log advantage of each round that holds the pair."""
    return [log(ratio) for ratio in comparison.rounds if ratio is not None]


def question(
    group: str, comparison: Comparison, margin: float, finding: Evidence | None = None
) -> Question:
    """Whether the advantage exceeds 1 + margin; told as a part, or as this finding."""
    evidence = finding or comparison
    if comparison.advantage is None:
        return Question(group, evidence)
    known = logs(comparison)
    found = by_rounds(group, evidence, [known], margin, comparison.void)
    behind = interval.p_not_below(known, 0.0) if found.decides else 1.0
    return replace(found, p_behind=behind)


def decided(comparison: Comparison, margin: float) -> Outcome:
    """What a claim on this one comparison would be."""
    group = Group(GroupKind.WORKLOAD, comparison.workload, comparison.workload)
    asked = Inquiry((group,), (question(group.key, comparison, margin),))
    return decide(asked, margin)[0].outcome
