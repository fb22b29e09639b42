"""The sentences of verdicts on what a request costs."""

from bench.experiments.costs.model import (
    LAYERS,
    OWN_SHARE,
    VALIDATORS,
    WEIGHT,
    CostsEvidence,
)
from bench.model.estimate import Estimate
from bench.model.verdict import (
    Claim,
    Evidence,
    GroupResult,
    Outcome,
    Verdict,
)
from bench.wording import numbers
from bench.wording.experiments import (
    NOT_MEASURED,
    ExperimentWords,
    RuleWords,
    Texts,
    say,
)
from bench.wording.names import Names
from bench.wording.numbers import as_times, at_least, in_this_run, microseconds
from bench.wording.reasons import excluded
from bench.wording.verdicts import deciding, depends, it_holds, tally, yes_and_no


AXIS = "times as much"
"""What the ratios say."""


def against_line(names: Names, finding: Evidence) -> str:
    """Where an interval stands beside the line of a claim on ratios."""
    estimate = finding.estimate
    if finding.excluded is not None:
        return excluded(finding.excluded)
    if estimate is None:
        if finding.outcome in (None, Outcome.NOT_TESTED):
            return "this run does not hold both"
        return "there is no interval to hold against the line"
    return _beside(estimate, (finding.line or 1.0) - 1)


def _beside(estimate: Estimate, margin: float) -> str:
    line = f"the margin of {numbers.percent(margin)}" if margin else "equality"
    if estimate.low > 1 + margin:
        return f"all of the interval is beyond {line}"
    if estimate.high < 1:
        return "the other way round"
    if estimate.high < 1 + margin:
        return f"all of the interval is below {line}"
    return f"the interval holds {line}"


def _ratio(names: Names, finding: Evidence) -> str:
    if finding.estimate is None and finding.outcome is Outcome.NOT_TESTED:
        return NOT_MEASURED
    return numbers.as_times(finding.estimate)


def _compared(what: str) -> Texts:
    """A ratio of the two on a workload, or as a whole."""

    def compared(names: Names, finding: Evidence) -> str:
        where = f" on {names.workload(finding.workload)}" if finding.workload else ""
        return f"{what}{where}, against {names.framework(finding.against or '')}"

    return Texts(compared, _ratio, against_line)


def _validated(names: Names, finding: Evidence) -> str:
    where, other = names.workload(finding.workload), _with_validator(names, finding)
    return f"CPU time per request on {where}, as against {other}"


def _validated_value(names: Names, finding: Evidence) -> str:
    if finding.estimate is None:
        return NOT_MEASURED
    other = _with_validator(names, finding)
    return f"{other} takes {numbers.as_times(finding.estimate)} as much"


def _with_validator(names: Names, finding: Evidence) -> str:
    name = finding.against or ""
    target = names.target(name)
    # A run of before the table named validators does not say which it is.
    validator = (target and target.validator) or "its usual validator"
    return f"{names.framework(name)} with {validator}"


def _added(names: Names, finding: Evidence) -> str:
    above, where = names.setup(finding.against or ""), names.workload(finding.workload)
    return f"CPU time per request above {above}, on {where}"


def _whole(names: Names, finding: Evidence) -> str:
    target = names.target(finding.subject)
    validator = target.validator if target else None
    where = names.workload(finding.workload)
    return f"CPU time per request in all, with {validator}, on {where}"


def _microseconds(names: Names, finding: Evidence) -> str:
    return numbers.microseconds(finding.estimate)


def _rounds(names: Names, finding: Evidence) -> str:
    n = finding.estimate.n if finding.estimate else 0
    void = f"{finding.excluded.detail}; " if finding.excluded else ""
    return f"{void}mean of {n} rounds"


def _import(names: Names, finding: Evidence) -> str:
    return f"{finding.amount or 0.0:,.0f} ms"


def _own_share(names: Names, verdict: Verdict) -> str:
    finding = deciding(verdict)
    if finding is None:
        return ""
    return (
        f"{_own_shares(names, verdict)}: {as_times(finding.estimate)}, "
        f"{finding.because}{tally(verdict, 'comparisons')}"
    )


def _own_shares(names: Names, verdict: Verdict) -> str:
    """What the two that decide cost above the same server without a framework, ours first; "" where nothing decides."""
    finding = deciding(verdict)
    if finding is None:
        return ""
    sides = [finding.subject, finding.against or ""]
    sides.sort(key=lambda target: not _is_subject(names, verdict.claim, target))
    first, second = (
        f"{names.framework(target)}{itself} {_amount(verdict, target, finding)}"
        for target, itself in zip(sides, (" itself takes", ""), strict=True)
    )
    return (
        f"{first} of CPU time per request on {names.workload(finding.workload)}, {second}, "
        "each above the same server without a framework"
    )


def _is_subject(names: Names, claim: Claim, target: str) -> bool:
    planned = names.target(target)
    return (planned.framework if planned else target) in claim.subjects


def _amount(verdict: Verdict, target: str | None, decisive: Evidence) -> str:
    for finding in verdict.findings:
        if (finding.asked, finding.subject) == (CostsEvidence.ADDED, target) and (
            finding.workload == decisive.workload
        ):
            return microseconds(finding.estimate)
    return "not measured"


_WEIGHS: dict[str, str] = {
    CostsEvidence.STARTUP: "{subject} takes {ratio} as long as {baseline} from its start to the first right answer",
    CostsEvidence.IDLE_MEMORY: "{subject} holds {ratio} the memory of {baseline} at rest",
    CostsEvidence.CPU: "{subject} spends {ratio} the CPU time of {baseline} per request on {workload}",
    CostsEvidence.MEMORY: "{subject} holds {ratio} the memory of {baseline} under load on {workload}",
}


def _weight(names: Names, verdict: Verdict) -> str:
    if verdict.outcome is Outcome.DEPENDS:
        return depends(
            names,
            verdict.groups,
            lambda group: _heavier(names, verdict, group),
            lambda group: _lightest(names, verdict, group),
        )
    finding = deciding(verdict)
    if finding is None or finding.asked is None:
        return ""
    said = _WEIGHS[finding.asked].format(
        subject=names.framework(finding.subject),
        baseline=names.framework(finding.against or ""),
        ratio=as_times(finding.estimate),
        workload=names.workload(finding.workload),
    )
    text = f"{said}: {finding.because}{tally(verdict, 'comparisons')}"
    if verdict.outcome is Outcome.INCONCLUSIVE and verdict.holds_on:
        text = f"{it_holds(names, verdict.groups)}; open elsewhere: {text}"
    return text


def _heavier(names: Names, verdict: Verdict, group: GroupResult) -> str:
    own = [f for f in verdict.findings if f.group == group.key and f.estimate]
    multiples = [
        f"{at_least(f.estimate.low)} times {names.framework(f.against or '')}{in_this_run(f)}"
        for f in own
        if f.estimate
    ]
    return f"at least {', '.join(multiples)}"


def _lightest(names: Names, verdict: Verdict, group: GroupResult) -> str:
    if group.decided_by is None:
        return ""
    finding = verdict.findings[group.decided_by]
    other = names.framework(finding.against or "")
    return f"{as_times(finding.estimate)} that of {other}{in_this_run(finding)}"


def _own_share_short(names: Names, verdict: Verdict) -> str:
    return _own_shares(names, verdict) or verdict.because


def _weight_short(names: Names, verdict: Verdict) -> str:
    """Where it holds and where it fails; the card has the figures."""
    depends = verdict.outcome is Outcome.DEPENDS
    return yes_and_no(names, verdict.groups) if depends else verdict.because


_FINDINGS: dict[str, Texts] = {
    CostsEvidence.OWN_SHARE: _compared("CPU time above its bare server"),
    CostsEvidence.LAYER: _compared("CPU time of its database layer"),
    CostsEvidence.STARTUP: _compared("Start to first right answer"),
    CostsEvidence.IDLE_MEMORY: _compared("Memory at rest (PSS)"),
    CostsEvidence.CPU: _compared("Server CPU time per request"),
    CostsEvidence.MEMORY: _compared("Memory under load (PSS)"),
    CostsEvidence.VALIDATED: Texts(_validated, _validated_value, against_line),
    CostsEvidence.ADDED: Texts(_added, _microseconds, _rounds),
    CostsEvidence.WHOLE: Texts(_whole, _microseconds, _rounds),
    CostsEvidence.IMPORT: Texts(
        say("processor time of importing the application"),
        _import,
        say("counted, the least of five; it has no interval"),
    ),
}


_WORKLOAD = "may depend on the workload"

WORDS = ExperimentWords(
    findings=_FINDINGS,
    rules={
        OWN_SHARE: RuleWords(
            "Does {subject} itself cost less than {others}?",
            "**Yes**: above the same server without a framework, it takes clearly less than each of the others.",
            "**No**: above the same server without a framework, it does not take clearly less than each of the others.",
            _own_share, _own_share_short, _WORKLOAD, axis=AXIS, profile="cost",
        ),
        WEIGHT: RuleWords(
            "Is {subject} slow by nature?",
            "**Yes**: in start-up, memory and cost it is clearly behind each of the others.",
            "**No**: it is not clearly behind each of the others in **all** of start-up, memory and cost.",
            _weight, _weight_short, "may depend on the kind of cost", axis=AXIS, profile="cost",
            no_trials="this run did not measure CPU time per request of all of them on {where}",
        ),
        LAYERS: RuleWords(
            "Does {subject}’s database layer cost more than those of {others}?",
            "**Yes**: it costs clearly more than each of the others.",
            "**No**: it does not cost clearly more than each of the others.",
            _own_share, _own_share_short, _WORKLOAD, axis=AXIS, profile="cost",
        ),
        VALIDATORS: RuleWords(
            "Does a validated request cost {subject} less than {others}?",
            "**Yes**: with the usual validators and with a common one, server and framework included.",
            "**No**: not clearly less than each of the others with the usual validators and with a common one.",
            _own_share, _own_share_short, _WORKLOAD, axis=AXIS, profile="cost",
        ),
    },
    groups={"startup": ("start-up", "in start-up"), "memory": ("memory", "in memory")},
)  # fmt: skip
