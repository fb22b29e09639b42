"""
Claims and what became of them, as values.

Sentences (`because`, `what`, `value`, `forced`) are empty when a verdict is
made; bench.wording fills them in when a page or results.json is written.
Nothing is decided by them.
"""

from dataclasses import dataclass
from enum import StrEnum

from bench.model.estimate import Comparison, Estimate
from bench.model.probe import Count, ProbeOutcome


class Outcome(StrEnum):
    """Four values that measuring can give, and two that it cannot."""

    SUPPORTED = "supported"
    DEPENDS = "depends"  # it holds for some groups and fails for others
    REFUTED = "refuted"
    INCONCLUSIVE = "inconclusive"
    NOT_TESTED = "not tested"
    NOT_MEASURABLE = "not measurable"


class Label(StrEnum):
    """In which way a comparison was refuted."""

    REVERSED = "reversed"  # the other one leads
    TIE = "tie"  # the interval lies inside the margin on both sides
    NOT_MATERIAL = "not material"  # ahead, but by less than the margin


class GroupKind(StrEnum):
    """What the comparisons of a group have in common."""

    WORKLOAD = "workload"
    LAYER = "layer"  # a workload with another database layer
    COST = "cost"  # start-up, memory
    SERVER = "server"
    BASELINE = "baseline"
    PART = "part"  # of an experiment: more clients, more workers, a step of a stress


class GroupState(StrEnum):
    """What a claim is in one group."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"
    NOT_MEASURED = "not measured"


class Exclusion(StrEnum):
    """Why something that was measured, or should have been, may decide nothing."""

    VOID = "void"  # a reason to doubt applies; the detail says which
    FEW_ROUNDS = "few rounds"
    NO_PLACE = "no place"  # the machine had no processors for it


@dataclass(frozen=True, slots=True)
class Excluded:
    """That, with what is known of it."""

    why: Exclusion
    detail: str = ""  # as the analysis tells it
    rounds: int | None = None  # that are left


class Lacking(StrEnum):
    """What a run does not hold that a claim would take."""

    VERDICTS = "verdicts"  # its profile gives none
    EXPERIMENT = "experiment"
    TRIALS = "trials"
    PROBES = "probes"
    PROBE = "probe"  # of one framework
    PLAYABLE = "playable"  # the probe could not be played
    VERSION = "version"  # it was played on another one
    COUNTS = "counts"
    ROUNDS = "rounds"  # none was played in full


@dataclass(frozen=True, slots=True)
class Untested:
    """Why there is no verdict: what is lacking, and of whom."""

    lacking: Lacking
    of: tuple[str, ...] = ()  # frameworks, or keys of groups
    detail: str = ""  # a version, or what a failed target or a probe said


@dataclass(frozen=True, slots=True)
class Withheld:
    """What forbids a verdict: a reason to doubt the whole run, or void comparisons."""

    code: str  # of the reason; "void"
    title: str
    detail: str


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
    # (bench.experiments); its metric is "".
    rule: str | None = None
    # What the article says elsewhere to the same effect; the one reading is of
    # all of it.
    also: tuple[Quote, ...] = ()
    scope: str = ""  # what a verdict is limited to; stands beside the outcome
    strict: str = ""  # a stricter reading, in words
    strict_probe: str | None = None  # the probe that decides the stricter reading
    # Of an order: other metrics, shown with outcomes of their own; and where it
    # is asked too if the run measured it: further workloads, and workloads
    # with the database layer taken away.
    other_metrics: tuple[str, ...] = ()
    also_on: tuple[str, ...] = ()
    without_layer: tuple[str, ...] = ()
    shows: str | None = (
        None  # the rule whose findings stand beside it, deciding nothing
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that an experiment found about one set-up, and what it says of the claim."""

    subject: str  # a target's id; "" where it is about the run
    what: str = ""
    value: str = ""  # as printed, with unit and interval: "7.9 (7.7 to 8.0)"
    outcome: Outcome | None = None  # None: it decides nothing, it is shown beside it
    because: str = ""
    estimate: Estimate | None = None
    asked: str | None = None  # its kind; None: written before it was kept
    against: str | None = None  # a target's id, or a framework that was not measured
    workload: str | None = None
    at: float | None = None  # a share of capacity, a number of clients or workers
    amount: float | None = None  # a number without an interval
    line: float | None = None  # where the claim begins to hold, in the estimate's unit
    above: bool = True  # the claim holds above the line; False: below it
    excluded: Excluded | None = None  # why it decides nothing
    group: str = ""
    near_line: bool = False  # decided, and so near its line that another run may differ


@dataclass(frozen=True, slots=True)
class Part:
    """One comparison of a claim with its own outcome."""

    comparison: Comparison
    outcome: Outcome
    label: Label | None
    because: str = ""
    # About how many more rounds would decide it, if that is few enough.
    more_rounds: int | None = None
    excluded: Excluded | None = None  # why it decides nothing
    group: str = ""
    near_line: bool = False  # decided, and so near its line that another run may differ
    # The lead that an undecided one would have shown to be beyond the claim's line
    # four times in five, as a ratio; None: decided, or not measured.
    smallest_lead: float | None = None


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What a claim is in one group; p-values are Holm-adjusted over the groups."""

    kind: GroupKind
    key: str
    state: GroupState
    # Of "some comparison does not exceed the line"; None: not measured.
    p_holds: float | None
    p_fails: float | None  # of "every comparison exceeds the line"
    workload: str | None = None
    # The place, among the parts or findings, of what the state hangs on.
    decided_by: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the engine says of one conjunction."""

    outcome: Outcome
    groups: tuple[GroupResult, ...] = ()
    holds_on: tuple[str, ...] = ()  # keys of groups
    fails_on: tuple[str, ...] = ()
    strict: Outcome | None = None  # of the reading that every group must hold
    withheld_because: Withheld | None = None
    at_other_margins: tuple[tuple[float, Outcome], ...] = ()
    decided_by: int | None = None  # place among the parts or findings


@dataclass(frozen=True, slots=True)
class MetricRow:
    """The same claim by another metric: shown with its own outcome, no second witness."""

    metric: str
    parts: tuple[Part, ...]
    decision: Decision
    because: str = ""


@dataclass(frozen=True, slots=True)
class OtherOutcome:
    """The outcome of the same questions asked of a framework that the claim is not about."""

    framework: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a claim, why, and what other margins would have said."""

    claim: Claim
    outcome: Outcome
    because: str = ""
    parts: tuple[Part, ...] = ()
    forced: str | None = None  # `withheld_because` in words
    at_other_margins: tuple[tuple[float, Outcome], ...] = ()
    outcomes: tuple[ProbeOutcome, ...] = ()  # the evidence, where a probe decides
    counts: tuple[Count, ...] = ()  # the evidence, where a count decides or is shown
    findings: tuple[Evidence, ...] = ()  # the evidence, where an experiment decides
    groups: tuple[GroupResult, ...] = ()
    holds_on: tuple[str, ...] = ()  # keys of groups
    fails_on: tuple[str, ...] = ()
    # Of the stricter reading, as a rule that every group must hold; None: there is none.
    strict: Outcome | None = None
    withheld_because: Withheld | None = None
    untested: Untested | None = None
    decided_by: int | None = None  # place of what it hangs on, among parts or findings
    others: tuple[OtherOutcome, ...] = ()
    others_too: bool | None = None  # None: the others were not asked
    rows: tuple[MetricRow, ...] = ()
    short: str = ""  # `because` for a table


@dataclass(frozen=True, slots=True)
class Article:
    """Its title as printed, and where it can be read; "" where that is not known."""

    title: str
    url: str = ""
    note: str = ""  # one sentence on the text that is quoted
