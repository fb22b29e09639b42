"""Claims and what became of them."""

from dataclasses import dataclass
from enum import StrEnum

from bench.model.estimate import Comparison, Estimate
from bench.model.probe import Count, ProbeOutcome


class Outcome(StrEnum):
    """Three values that measuring can give, and two that it cannot."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"
    NOT_TESTED = "not tested"
    NOT_MEASURABLE = "not measurable"


class Label(StrEnum):
    """In which way a comparison was refuted."""

    REVERSED = "reversed"  # the other one leads
    TIE = "tie"  # the interval lies inside the margin on both sides
    NOT_MATERIAL = "not material"  # ahead, but by less than the margin


class Rule(StrEnum):
    """How a claim is judged that no plain order of ratios can decide (bench.judge.rules)."""

    TURNS = "turns"  # requests in the server at the same time
    STRESS = "stress"  # it stands offered rates up to and past capacity
    FAILS_STRESS = "fails-stress"  # it does not
    SCALING = "scaling"  # more clients, more workers
    PREDICTIONS = "predictions"  # cheap requests beside heavy ones
    OWN_SHARE = "own-share"  # what a framework adds to its bare server
    WEIGHT = "weight"  # start-up, memory and cost together
    LAYERS = "layers"  # what a database layer costs
    VALIDATORS = "validators"  # what a validator costs


@dataclass(frozen=True, slots=True)
class Quote:
    """Further words of the article, and where they stand in it."""

    quote: str
    where: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the article, and the reading under which it is judged."""

    id: str
    quote: str  # the article's exact words
    where: str  # where they stand in it
    reading: str  # the operational definition, in words
    metric: str
    subjects: tuple[str, ...]  # frameworks
    baselines: tuple[str, ...]
    workloads: tuple[str, ...]
    margin: float  # 0.05: the lead must exceed 5 %
    caveats: tuple[str, ...]
    why: str = ""  # why it is read like this
    # Why no run of this harness can decide it: not yet, or not at all. A claim
    # that has either has no subjects, and its metric is "".
    not_tested: str | None = None
    not_measurable: str | None = None
    # Decided by a probe of its subjects, or by counts of them, and not by
    # trials; its metric is "". Counts without subjects are only shown.
    probe: str | None = None
    counts: tuple[str, ...] = ()
    # Decided by a rule of its own over an experiment's findings
    # (bench.judge.rules); its metric is "".
    rule: Rule | None = None
    # What the article says elsewhere to the same effect; the one reading is of
    # all of it.
    also: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an experiment found about one set-up, and what it says of the claim."""

    subject: str  # a target's id, or words where it is about more than one
    what: str  # "requests in the handler at once, of eight"
    value: str  # as printed, with unit and interval: "7.9 (7.7 to 8.0)"
    outcome: Outcome | None  # None: it decides nothing, it is shown beside it
    because: str = ""
    estimate: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One comparison of a claim with its own outcome."""

    comparison: Comparison
    outcome: Outcome
    label: Label | None
    because: str
    # About how many more rounds would decide it, if that is few enough.
    more_rounds: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a claim, why, and what other margins would have said."""

    claim: Claim
    outcome: Outcome
    because: str
    parts: tuple[Part, ...]
    forced: str | None  # the failed check that forced it to inconclusive
    at_other_margins: tuple[tuple[float, Outcome], ...]
    outcomes: tuple[ProbeOutcome, ...] = ()  # the evidence, where a probe decides
    counts: tuple[Count, ...] = ()  # the evidence, where a count decides or is shown
    findings: tuple[Finding, ...] = ()  # the evidence, where an experiment decides
