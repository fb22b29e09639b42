"""Who is ahead of whom: judged once, worded later."""

from dataclasses import dataclass
from enum import StrEnum

from bench.model.estimate import Estimate


class Relation(StrEnum):
    """What the interval of a pair's ratio says."""

    LEADS = "leads"  # all of it lies beyond the margin
    AHEAD = "ahead"  # all of it lies above 1, not all of it beyond the margin
    EQUAL = "equal"  # it holds 1 and lies within the margin on both sides
    OPEN = "open"  # it holds 1 and reaches beyond the margin


class RankingKind(StrEnum):
    """What the pairs of one workload add up to."""

    LEADER = "leader"  # the first leads every other
    ORDER = "order"  # the interval of every pair excludes 1
    EQUAL = "equal"  # every interval lies within the margin
    LAST = "last"  # every other leads the last
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two targets beside each other; `advantage` is how many times better `ahead` is."""

    ahead: str  # a target's id
    behind: str
    relation: Relation
    within_margin: bool  # the whole interval, on both sides of 1
    advantage: Estimate


@dataclass(frozen=True, slots=True)
class Ranking:
    """The default deployments of a run on one workload, by one metric."""

    workload: str
    metric: str
    margin: float  # a lead must exceed it: 0.05
    kind: RankingKind
    targets: tuple[str, ...]  # those compared; best first by their ratios
    pairs: tuple[Pair, ...]  # each pair that was compared, once, in that order
    whole: bool  # every pair was compared

    def pairs_of(self, ahead: str) -> tuple[Pair, ...]:
        """Those in which this one is ahead."""
        return tuple(pair for pair in self.pairs if pair.ahead == ahead)

    def pair(self, first: str, second: str) -> Pair | None:
        """The two in whichever order, if they were compared."""
        for pair in self.pairs:
            if {pair.ahead, pair.behind} == {first, second}:
                return pair
        return None


@dataclass(frozen=True, slots=True)
class Step:
    """From one version of a framework to the next, where the difference exceeds the noise."""

    older: str  # a target's id
    newer: str
    workload: str
    metric: str
    advantage: Estimate  # how many times better the newer one is
