"""What verdicts by a rule and their findings are told with: the `WORDS` of each experiment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bench.analyse.reasons import FEWEST_ROUNDS
from bench.experiments import parts
from bench.model.estimate import Estimate
from bench.model.verdict import Evidence, Verdict
from bench.wording import numbers
from bench.wording.names import Names


NOT_MEASURED = "not measured"

type Text = Callable[[Names, Evidence], str]
type Sentence = Callable[[Names, Verdict], str]


@dataclass(frozen=True, slots=True)
class Texts:
    """Of one kind of finding."""

    what: Text
    value: Text
    because: Text


@dataclass(frozen=True, slots=True)
class RuleWords:
    """All that is told of one rule; {subject} and {others} stand for frameworks."""

    question: str  # that the claim says yes to
    supported: str
    refuted: str
    because: Sentence
    short: Sentence  # for a table
    may_depend: str  # by what its groups differ
    # Where the claim's line stands; None: each question has its own.
    line: str | None = "{margin} above no difference, in each comparison."
    axis: str | None = None  # what its ratios say; None: its findings share no line
    profile: str = ""  # that plays what it takes
    did_not: str = ""  # what a run did not do that holds nothing of it
    no_trials: str = "this run does not hold all that it takes"
    # Refuted where the machine had no processors for a part of it.
    refuted_in_part: str | None = None


@dataclass(frozen=True, slots=True)
class ExperimentWords:
    """The `WORDS` of an experiment."""

    findings: Mapping[str, Texts]  # by kind of evidence
    rules: Mapping[str, RuleWords]
    # By key, or its first word: a group by itself, and where a claim holds or fails.
    groups: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def words_of(rule: str) -> RuleWords:
    """Those of a rule; KeyError where no experiment has it."""
    by_rule: Mapping[str, RuleWords] = {}
    for experiment in parts("words"):
        by_rule = {**by_rule, **experiment.rules}
    return by_rule[rule]


def texts(names: Names, finding: Evidence) -> tuple[str, str, str]:
    """What it is of, its value, and what it says."""
    asked = finding.asked
    if asked is None:
        return finding.what, finding.value, finding.because
    kind = next(
        experiment.findings[asked]
        for experiment in parts("words")
        if asked in experiment.findings
    )
    said = kind.because(names, finding)
    return (
        kind.what(names, finding),
        kind.value(names, finding),
        f"{said}{numbers.in_this_run(finding)}" if said else "",
    )


def beside_line(estimate: Estimate, line: float, line_words: str) -> str:
    """Where an interval stands beside a line, which is told as so."""
    if estimate.n < FEWEST_ROUNDS:
        return f"{estimate.n} rounds decide nothing, {FEWEST_ROUNDS} are needed"
    if estimate.low > line:
        return f"all of the interval is above {line_words}"
    if estimate.high < line:
        return f"all of the interval is below {line_words}"
    return f"the interval holds {line_words}"


def say(text: str) -> Text:
    """The same for every finding."""
    return lambda names, finding: text


NOTHING = say("")
