"""The sentences of verdicts on more clients and more workers."""

from bench.experiments.scaling.model import ScalingEvidence
from bench.model.estimate import Estimate
from bench.model.verdict import Evidence, Exclusion, Verdict
from bench.wording import numbers
from bench.wording.experiments import (
    NOT_MEASURED,
    ExperimentWords,
    RuleWords,
    Texts,
    beside_line,
)
from bench.wording.names import Names
from bench.wording.numbers import joined, percent
from bench.wording.reasons import excluded
from bench.wording.verdicts import deciding


def _kept(names: Names, finding: Evidence) -> str:
    best = f" (at {finding.amount:g})" if finding.amount is not None else ""
    return (
        f"throughput at {finding.at:g} clients on {names.workload(finding.workload)}, "
        f"of the best at fewer{best}"
    )


def _workers(names: Names, finding: Evidence) -> str:
    if finding.at is None:
        return "throughput of more worker processes"
    return (
        f"throughput of {finding.at:g} workers on {names.workload(finding.workload)}, "
        f"of {finding.at:g} times that of one"
    )


def share(estimate: Estimate) -> str:
    """A share as per cent with its interval, each end with its sign."""
    return estimate.spelled(numbers.percent)


def _share(names: Names, finding: Evidence) -> str:
    if finding.estimate is not None:
        return share(finding.estimate)
    if finding.excluded and finding.excluded.why is Exclusion.NO_PLACE:
        return "not tested"
    return NOT_MEASURED


def _share_because(names: Names, finding: Evidence) -> str:
    line, estimate = finding.line, finding.estimate
    if finding.excluded is not None:
        return excluded(finding.excluded)
    if estimate is None or line is None:
        return "fewer than two rounds hold it"
    return beside_line(estimate, line, numbers.percent(line))


def _peak(names: Names, finding: Evidence) -> str:
    where = names.workload(finding.workload)
    return f"number of clients at the peak on {where}, by the fitted law"


def _peak_value(names: Names, finding: Evidence) -> str:
    if finding.amount is not None:
        return f"{finding.amount:.0f}"
    return "none found" if _no_fit(names, finding) is None else "no fit"


def _peak_because(names: Names, finding: Evidence) -> str:
    no_fit = _no_fit(names, finding)
    if no_fit is not None:
        return no_fit
    where = "above zero" if finding.amount is not None else "holding zero"
    return f"the interval of the retrograde term is {where}"


def _no_fit(names: Names, finding: Evidence) -> str | None:
    """Why no curve was fitted; None where one was."""
    scalings = names.results.found["scalings"]
    for scaling in scalings.clients if scalings else ():
        if (scaling.target, scaling.workload) == (finding.subject, finding.workload):
            return (
                (scaling.no_fit or "")
                if scaling.fit is None or scaling.no_fit
                else None
            )
    return ""


def _because(names: Names, verdict: Verdict) -> str:
    kept = [f for f in verdict.findings if f.asked == ScalingEvidence.KEPT_OF_BEST]
    own = [f for f in kept if f.outcome is not None and f.estimate]
    parts = [
        f"{names.framework(f.subject)} keeps {share(f.estimate)} of its {f.what}"
        for f in own
        if f.estimate
    ]
    finding = deciding(verdict)
    text = "; ".join(parts)
    if finding is not None and finding.asked != ScalingEvidence.WORKERS:
        text = f"{text}: {finding.because}"
    others = [
        f"{names.framework(f.subject)} keeps {percent(f.estimate.point)} on {names.workload(f.workload)}"
        for f in kept
        if f.outcome is None and f.estimate
    ]
    if others:
        text += f"; beside it {joined(others)}"
    workers = [
        f for f in verdict.findings if f.asked == ScalingEvidence.WORKERS and f.outcome
    ]
    for f in workers:
        if f.excluded is not None:
            text += f"; more workers were not tested, {excluded(f.excluded)}"
    return text


def _short(names: Names, verdict: Verdict) -> str:
    """What was not tested; then what each keeps at the most clients, ours first."""
    kept = [
        f
        for f in verdict.findings
        if f.asked == ScalingEvidence.KEPT_OF_BEST and f.estimate
    ]
    if not kept:
        return verdict.because
    where = kept[0].workload
    here = [f for f in kept if f.workload == where]
    here.sort(key=lambda f: f.outcome is None)
    shares = joined(
        [
            f"{names.framework(f.subject)} {percent(f.estimate.point)}"
            for f in here
            if f.estimate
        ]
    )
    clients = f"{here[0].at:g} clients" if here[0].at else "the most clients"
    said = f"of their best throughput on {names.workload(where)}, at {clients} they keep: {shares}"
    workers = [
        f.excluded
        for f in verdict.findings
        if f.asked == ScalingEvidence.WORKERS and f.excluded
    ]
    if workers:
        why = " (too few processors)" if workers[0].why is Exclusion.NO_PLACE else ""
        return f"more workers were not tested{why}; {said}"
    return said


_FINDINGS: dict[str, Texts] = {
    ScalingEvidence.KEPT_OF_BEST: Texts(_kept, _share, _share_because),
    ScalingEvidence.WORKERS: Texts(_workers, _share, _share_because),
    ScalingEvidence.PEAK_CLIENTS: Texts(_peak, _peak_value, _peak_because),
}


WORDS = ExperimentWords(
    findings=_FINDINGS,
    rules={
        "scaling": RuleWords(
            "Does {subject} scale?",
            "**Yes**: it keeps most of its throughput with many clients, and gains by more workers.",
            "**No**: it loses too much with many clients, or gains too little by more workers.",
            _because, _short, "may depend on clients or workers",
            line="Above {kept}, in each part.",
            profile="scaling",
            did_not="did not vary the number of clients",
            refuted_in_part="**No**: with many clients it loses too much of its throughput.",
        )
    },
    groups={
        "workers": ("more workers", "with more workers"),
        "clients": ("more clients, {title}", "with more clients on {workload}"),
    },
)  # fmt: skip
