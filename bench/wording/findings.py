"""What a finding is of, its value, and what it says: three texts for each kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.analyse.reasons import FEWEST_ROUNDS
from bench.model.estimate import Estimate
from bench.model.predictions import PredictionSeries, Serving
from bench.model.turns import SetUp, Turns
from bench.model.verdict import Evidence, EvidenceKind, Exclusion, Outcome
from bench.wording import numbers
from bench.wording.names import Names
from bench.wording.reasons import excluded


NOT_MEASURED = "not measured"

type Text = Callable[[Names, Evidence], str]


@dataclass(frozen=True, slots=True)
class Texts:
    """Of one kind of finding."""

    what: Text
    value: Text
    because: Text


def texts(names: Names, finding: Evidence) -> tuple[str, str, str]:
    """What it is of, its value, and what it says."""
    asked = finding.asked
    if asked is None:
        return finding.what, finding.value, finding.because
    kind = TEXTS[asked]
    said = kind.because(names, finding)
    return (
        kind.what(names, finding),
        kind.value(names, finding),
        f"{said}{numbers.in_this_run(finding)}" if said else "",
    )


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

    def told(names: Names, finding: Evidence) -> str:
        where = f" on {names.workload(finding.workload)}" if finding.workload else ""
        return f"{what}{where}, against {names.framework(finding.against or '')}"

    return Texts(told, _ratio, against_line)


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


def _turns(names: Names) -> Turns | None:
    return names.results.turns


def _set_up(names: Names, finding: Evidence) -> SetUp | None:
    found = _turns(names)
    own = found.set_ups if found else ()
    return next((one for one in own if one.target == finding.subject), None)


def _met(names: Names, finding: Evidence) -> str:
    known = {1.0: "met", 0.0: "never met"}
    return known.get(-1.0 if finding.amount is None else finding.amount, "not known")


def _met_because(names: Names, finding: Evidence) -> str:
    one = _set_up(names, finding)
    if one is None:
        return ""
    plural = "es" if one.processes > 1 else ""
    return f"asked of {one.processes} process{plural}: {one.met_because}"


def _under_way(names: Names, finding: Evidence) -> str:
    found = _turns(names)
    clients = found.clients if found else 0
    return f"requests under way at once in each process, of {clients} clients"


def _under_way_value(names: Names, finding: Evidence) -> str:
    if finding.estimate is not None:
        found = _turns(names)
        return numbers.under_way(finding.estimate, found.clients if found else None)
    one = _set_up(names, finding)
    return f"not measured: {one.reason}" if one and one.reason else NOT_MEASURED


def _under_way_because(names: Names, finding: Evidence) -> str:
    estimate, line = finding.estimate, finding.line or 0.0
    if estimate is None:
        return ""
    if estimate.n < FEWEST_ROUNDS:
        return f"{estimate.n} rounds decide nothing, {FEWEST_ROUNDS} are needed"
    if estimate.high < line:
        return f"all of the interval is below {line:g}"
    if estimate.low > line:
        return f"all of the interval is above {line:g}"
    return f"the interval holds {line:g}"


def _burst(names: Names, finding: Evidence) -> str:
    found = _turns(names)
    return f"the last answer to {found.at_once if found else 0} requests sent at once"


def _after_ms(names: Names, finding: Evidence) -> str:
    return f"after {finding.amount or 0.0:.0f} ms"


def _burst_because(names: Names, finding: Evidence) -> str:
    found, one = _turns(names), _set_up(names, finding)
    if found is None or one is None:
        return ""
    apart_ms = found.wait_ms * found.at_once
    return (
        f"{found.wait_ms:g} ms if they wait together, {apart_ms:g} ms in turns; at least "
        f"{one.together} waited at the same time (round {one.volley_round}, the median)"
    )


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
    ends = f"{numbers.percent(estimate.low)} to {numbers.percent(estimate.high)}"
    return f"{numbers.percent(estimate.point)} ({ends})"


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
    if estimate.n < FEWEST_ROUNDS:
        return f"{estimate.n} rounds decide nothing, {FEWEST_ROUNDS} are needed"
    if estimate.low > line:
        return f"all of the interval is above {numbers.percent(line)}"
    if estimate.high < line:
        return f"all of the interval is below {numbers.percent(line)}"
    return f"the interval holds {numbers.percent(line)}"


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
    found = names.results.scalings
    for one in found.clients if found else ():
        if (one.target, one.workload) == (finding.subject, finding.workload):
            return (one.no_fit or "") if one.fit is None or one.no_fit else None
    return ""


def _answered(names: Names, finding: Evidence) -> str:
    share, line = numbers.percent(finding.at or 0.0), _limit(finding)
    return f"of what could be was answered at {share} of its capacity (at least {line})"


def _limit(finding: Evidence) -> str:
    return numbers.percent(finding.line or 0.0)


def _failed(names: Names, finding: Evidence) -> str:
    return f"of the requests failed, at whichever share most did (at most {_limit(finding)})"


def _recovery(names: Names, finding: Evidence) -> str:
    stress = names.results.stress
    if stress is None:
        return "until response times were back"
    peak = numbers.percent(stress.base_share * stress.surge.times)
    return (
        f"until response times were back after {stress.surge.lasts_s:g} s at {peak} "
        f"(at most {finding.line or 0.0:g} s)"
    )


def _number(digits: int, unit: str) -> Text:
    def told(names: Names, finding: Evidence) -> str:
        if finding.estimate is None:
            return NOT_MEASURED
        return f"{numbers.spanned(finding.estimate, digits)}{unit}"

    return told


def _percent(digits: int) -> Text:
    def told(names: Names, finding: Evidence) -> str:
        if finding.estimate is None:
            return NOT_MEASURED
        return numbers.share(finding.estimate, digits)

    return told


def _stress_because(names: Names, finding: Evidence) -> str:
    """Where the interval lies; a limit is on the side that its question names."""
    estimate, line = finding.estimate, finding.line
    if finding.excluded is not None and finding.excluded.rounds is not None:
        return f"{finding.excluded.rounds} rounds count, {FEWEST_ROUNDS} are needed"
    if estimate is None or line is None:
        return "no round of it counts"
    good_above = finding.asked is EvidenceKind.STRESS_ANSWERED
    if finding.outcome is Outcome.INCONCLUSIVE:
        return "the interval reaches across the limit"
    if estimate.low > line:
        return (
            f"the whole interval lies {'within' if good_above else 'beyond'} the limit"
        )
    if estimate.high < line:
        return (
            f"the whole interval lies {'beyond' if good_above else 'within'} the limit"
        )
    return "the interval reaches across the limit"


def _gave_up_value(names: Names, finding: Evidence) -> str:
    stress = names.results.stress
    rounds = len(stress.rounds) if stress else 0
    return f"{finding.amount or 0.0:g} of {rounds}"


def _gave_up_because(names: Names, finding: Evidence) -> str:
    stress = names.results.stress
    for one in stress.targets if stress else ():
        if one.target == finding.subject and one.failures:
            return one.failures[0]
    return ""


def _stress_p99(names: Names, finding: Evidence) -> str:
    return f"p99 at {numbers.percent(finding.at or 0.0)} of its own capacity"


def _times(estimate: Estimate) -> tuple[str, str]:
    point, low, high = (
        numbers.times(value) if value >= 10 else f"{value:.2f}"
        for value in (estimate.point, estimate.low, estimate.high)
    )
    return point, f"{low} to {high}"


def _as_many(names: Names, finding: Evidence) -> str:
    estimate = finding.estimate
    if estimate is None:
        return NOT_MEASURED
    # Of a time the reader wants to hear how many times as long it is.
    longer = finding.asked is EvidenceKind.BESIDE_P99
    point, span = _times(numbers.inverted(estimate) if longer else estimate)
    return f"{point} times as {'long' if longer else 'many'} ({span})"


def _not_behind(names: Names, finding: Evidence) -> str:
    subject, baseline = (
        names.framework(each) for each in (finding.subject, finding.against or "")
    )
    if finding.estimate is None or finding.line is None:
        return f"this run holds no pair of {subject} and {baseline}"
    if finding.asked is EvidenceKind.BESIDE_P99:
        verb, told = (
            "takes",
            f"at the 99th percentile of cheap requests beside predictions as {baseline}",
        )
    else:
        verb, told = "makes", f"predictions per second as {baseline}"
    said = f"{subject} {verb} {_as_many(names, finding)} {told}"
    if finding.excluded is not None:
        return f"{said}: {excluded(finding.excluded)}"
    line = f"the margin of {numbers.percent(1 / finding.line - 1)}"
    if finding.estimate.low > finding.line:
        return f"{said}: behind by less than {line}, or ahead"
    if finding.estimate.high < finding.line:
        return f"{said}: behind by more than {line}"
    return f"{said}: the interval holds {line}"


def _serving(names: Names, finding: Evidence) -> Serving | None:
    found = names.results.predictions
    return found.serving(finding.subject) if found else None


def _alone_and_beside(names: Names, finding: Evidence) -> str:
    one = _serving(names, finding)
    if one is None:
        return NOT_MEASURED
    text = f"{_series(one.alone_ms, ' ms')}, and {_series(one.beside_ms, ' ms')}"
    if finding.estimate is None:
        return text
    point, span = _times(finding.estimate)
    return f"{text}: {point} times as long ({span})"


def _predictions_rate(names: Names, finding: Evidence) -> str:
    one = _serving(names, finding)
    return _series(one.capacity_rps, "") if one else NOT_MEASURED


def _series(series: PredictionSeries, unit: str) -> str:
    estimate = series.estimate
    if estimate is None:
        return NOT_MEASURED
    point, low, high = (
        f"{value:.0f}" if value >= 20 else f"{value:.1f}"
        for value in (estimate.point, estimate.low, estimate.high)
    )
    return f"{point}{unit} ({low} to {high})"


def _pitfall(names: Names, finding: Evidence) -> str:
    target = names.target(finding.subject)
    changed = target is not None and target.role.value != "contestant"
    return "a set-up with one thing changed, shown for contrast" if changed else ""


def _import(names: Names, finding: Evidence) -> str:
    return f"{finding.amount or 0.0:,.0f} ms"


def _say(text: str) -> Text:
    return lambda names, finding: text


_NOTHING = _say("")
TEXTS: Mapping[EvidenceKind, Texts] = {
    EvidenceKind.OWN_SHARE: _compared("CPU time above its bare server"),
    EvidenceKind.LAYER: _compared("CPU time of its database layer"),
    EvidenceKind.STARTUP: _compared("Start to first right answer"),
    EvidenceKind.IDLE_MEMORY: _compared("Memory at rest (PSS)"),
    EvidenceKind.CPU: _compared("Server CPU time per request"),
    EvidenceKind.MEMORY: _compared("Memory under load (PSS)"),
    EvidenceKind.VALIDATED: Texts(_validated, _validated_value, against_line),
    EvidenceKind.ADDED: Texts(_added, _microseconds, _rounds),
    EvidenceKind.WHOLE: Texts(_whole, _microseconds, _rounds),
    EvidenceKind.IMPORT: Texts(
        _say("processor time of importing the application"),
        _import,
        _say("counted, the least of five; it has no interval"),
    ),
    EvidenceKind.MET: Texts(
        _say("two requests inside one process at the same time"), _met, _met_because
    ),
    EvidenceKind.UNDER_WAY: Texts(_under_way, _under_way_value, _under_way_because),
    EvidenceKind.BURST: Texts(_burst, _after_ms, _burst_because),
    EvidenceKind.KEPT_OF_BEST: Texts(_kept, _share, _share_because),
    EvidenceKind.WORKERS: Texts(_workers, _share, _share_because),
    EvidenceKind.PEAK_CLIENTS: Texts(_peak, _peak_value, _peak_because),
    EvidenceKind.STRESS_ANSWERED: Texts(_answered, _percent(0), _stress_because),
    EvidenceKind.STRESS_FAILED: Texts(_failed, _percent(2), _stress_because),
    EvidenceKind.STRESS_RECOVERY: Texts(_recovery, _number(2, " s"), _stress_because),
    EvidenceKind.STRESS_GAVE_UP: Texts(
        _say("rounds in which it could not go on"), _gave_up_value, _gave_up_because
    ),
    EvidenceKind.STRESS_CAPACITY: Texts(
        _say("capacity, closed loop"), _number(0, " requests/s"), _NOTHING
    ),
    EvidenceKind.STRESS_P99: Texts(_stress_p99, _number(1, " ms"), _NOTHING),
    EvidenceKind.PREDICTIONS: Texts(
        lambda names, f: (
            f"predictions per second, against {names.framework(f.against or '')}"
        ),
        _as_many,
        _not_behind,
    ),
    EvidenceKind.BESIDE_P99: Texts(
        lambda names, f: (
            "99th percentile of cheap requests beside predictions, "
            f"against {names.framework(f.against or '')}"
        ),
        _as_many,
        _not_behind,
    ),
    EvidenceKind.CHEAP_P99: Texts(
        _say("99th percentile of cheap requests: alone, and beside predictions"),
        _alone_and_beside,
        _pitfall,
    ),
    EvidenceKind.PREDICTIONS_RATE: Texts(
        _say("predictions per second"), _predictions_rate, _NOTHING
    ),
}
