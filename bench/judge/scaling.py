"""
Scalability: what is kept under the most clients, and what more workers bring.

Each part is a share with its interval over rounds, and its line is 1 - margin:
supported where all of the interval lies above, refuted where all of it lies
below (Holm over every ratio of the claim). What is kept of the best must be
kept of every smaller number of clients; the least of these is told. Clients decide on every workload of the claim;
workers decide where the machine had processors for them, and say so where not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

from bench.analyse import reasons
from bench.judge.court import Court, forced_because
from bench.judge.decide import overall
from bench.judge.line import shared_line
from bench.judge.words import joined, percent
from bench.model.estimate import Estimate
from bench.model.scaling import Scaling, Scalings, WorkerGain
from bench.model.verdict import Claim, Finding, Outcome, Verdict
from bench.stats import holm, interval


NOT_PLAYED = (
    "this run did not vary the number of clients; the scaling profile does: "
    "bench run --profile scaling"
)


MORE_WORKERS = "throughput of more worker processes"
"""What a finding is of that says why they were not tested."""


@dataclass(frozen=True, slots=True)
class _Share:
    """One share against the line, with what it is of."""

    target: str
    what: str
    estimate: Estimate | None  # the least of the ratios
    ratios: tuple[tuple[float | None, ...], ...]  # by round; all must hold
    void: str | None
    decides: bool

    @property
    def logs(self) -> list[list[float]]:
        return [[log(v) for v in one if v is not None] for one in self.ratios]

    @property
    def can_decide(self) -> bool:
        fewest = min((len(one) for one in self.logs), default=0)
        return self.void is None and fewest >= reasons.FEWEST_ROUNDS


def judge_scaling(court: Court, claim: Claim) -> Verdict:
    """The verdict on the subjects' deployments; the others are told beside it."""
    scalings = court.analysis.scalings
    own = {t.id for name in claim.subjects if (t := court.contestants.get(name))}
    shares = tuple(_shares(scalings, claim, own)) if scalings else ()
    deciding = [share for share in shares if share.decides]
    wanted = len(claim.subjects) * len(claim.workloads)
    held = (
        sum(_concerns(one, claim, own) for one in scalings.clients) if scalings else 0
    )
    if scalings is None or held < wanted:
        return Verdict(claim, Outcome.NOT_TESTED, NOT_PLAYED, (), None, ())
    outcomes = dict(zip(deciding, _decided(deciding, claim.margin), strict=True))
    findings = (
        *(_finding(share, outcomes.get(share), claim.margin) for share in shares),
        *_laws(scalings),
        *_untested(scalings),
    )
    forced = forced_because(court.analysis)
    outcome = overall(outcomes.values())
    because = _because(court, claim, outcomes, outcome, scalings)
    if forced is not None and outcome is not Outcome.NOT_TESTED:
        outcome, because = Outcome.INCONCLUSIVE, f"no verdict, {forced}"
    forced = forced if outcome is Outcome.INCONCLUSIVE else None
    return Verdict(claim, outcome, because, (), forced, (), findings=tuple(findings))


def _shares(scalings: Scalings, claim: Claim, own: set[str]) -> Iterator[_Share]:
    for one in scalings.clients:
        yield _of_clients(one, _concerns(one, claim, own))
    for gain in scalings.workers:
        most = gain.workers == _most(scalings)
        yield _of_workers(gain, most and _concerns(gain, claim, own))


def _concerns(one: Scaling | WorkerGain, claim: Claim, own: set[str]) -> bool:
    return one.target in own and one.workload in claim.workloads


def _most(scalings: Scalings) -> int:
    return max(gain.workers for gain in scalings.workers)


def _of_clients(one: Scaling, decides: bool) -> _Share:
    last = one.points[-1]
    least = one.least
    best = f" (at {least.clients})" if least else ""
    what = f"{one.workload}: throughput at {last.clients} clients, of the best at fewer{best}"
    estimate = least.share if least else None
    ratios = tuple(each.rounds for each in one.kept)
    return _Share(one.target, what, estimate, ratios, last.excluded, decides)


def _of_workers(gain: WorkerGain, decides: bool) -> _Share:
    what = f"{gain.workload}: throughput of {gain.workers} workers, of {gain.workers} times that of one"
    return _Share(gain.target, what, gain.gain, (gain.rounds,), gain.reason, decides)


def _decided(shares: Sequence[_Share], margin: float) -> list[Outcome]:
    every = [
        (share, interval.p_not_below(logs, -margin))
        for share in shares
        if share.can_decide
        for logs in share.logs
    ]
    below = holm.adjusted([p for _, p in every])
    refuted = {
        share
        for (share, _), p in zip(every, below, strict=True)
        if share.estimate and p < (1 - share.estimate.level) / 2
    }
    return [_one(share, margin, share in refuted) for share in shares]


def _one(share: _Share, margin: float, refuted: bool) -> Outcome:
    if share.estimate is None and share.void is None:
        return Outcome.NOT_TESTED
    if share.estimate is None or not share.can_decide:
        return Outcome.INCONCLUSIVE
    error = (1 - share.estimate.level) / 2
    if all(interval.p_not_above(logs, -margin) < error for logs in share.logs):
        return Outcome.SUPPORTED
    return Outcome.REFUTED if refuted else Outcome.INCONCLUSIVE


def _finding(share: _Share, outcome: Outcome | None, margin: float) -> Finding:
    value = shown(share.estimate) if share.estimate else "not measured"
    because = _why(share, margin)
    return Finding(share.target, share.what, value, outcome, because, share.estimate)


def shown(estimate: Estimate) -> str:
    """A share as per cent with its interval."""
    bounds = f"{percent(estimate.low)} to {percent(estimate.high)}"
    return f"{percent(estimate.point)} ({bounds})"


def _why(share: _Share, margin: float) -> str:
    line, estimate = percent(1 - margin), share.estimate
    if share.void is not None:
        return share.void
    if estimate is None:
        return "fewer than two rounds hold it"
    if estimate.n < reasons.FEWEST_ROUNDS:
        return f"{estimate.n} rounds decide nothing, {reasons.FEWEST_ROUNDS} are needed"
    if estimate.low > 1 - margin:
        return f"all of the interval is above {line}"
    if estimate.high < 1 - margin:
        return f"all of the interval is below {line}"
    return f"the interval holds {line}"


def _laws(scalings: Scalings) -> Iterator[Finding]:
    for one in scalings.clients:
        what = f"{one.workload}: number of clients at the peak, by the fitted law"
        if one.fit is None or one.no_fit is not None:
            yield Finding(one.target, what, "no fit", None, one.no_fit or "")
        elif one.fit.peak_clients is None:
            because = "the interval of the retrograde term holds zero"
            yield Finding(one.target, what, "none found", None, because)
        else:
            peak = f"{one.fit.peak_clients:.0f}"
            because = "the interval of the retrograde term is above zero"
            yield Finding(one.target, what, peak, None, because)


def _untested(scalings: Scalings) -> Iterator[Finding]:
    if not scalings.workers:
        because = scalings.no_workers or ""
        yield Finding("every set-up", MORE_WORKERS, "not tested", None, because)


def _because(
    court: Court,
    claim: Claim,
    outcomes: dict[_Share, Outcome],
    outcome: Outcome,
    scalings: Scalings,
) -> str:
    own = [share for share, found in outcomes.items() if found is outcome]
    line, fails = shared_line(claim), outcome is Outcome.REFUTED
    weakest = min(own, key=lambda share: line.order(share.estimate, fails))
    target = court.plan.target(weakest.target)
    name = court.titles.get(target.framework, target.framework)
    value = shown(weakest.estimate) if weakest.estimate else "not measured"
    # That half of the reading was not tested stands in the first clause, which is all that a table shows.
    half = "" if scalings.workers else ", more workers not tested"
    words = f"{name} on {weakest.what.replace(': ', ', ')} is {value}{half}"
    words += f": {_why(weakest, claim.margin)}"
    held = sum(found is Outcome.SUPPORTED for found in outcomes.values())
    words += f" ({held} of {len(outcomes)} parts hold)"
    beside = [_beside(court, one, claim) for one in scalings.clients]
    others = [text for text in beside if text]
    if others:
        words += f"; beside it {joined(others)}"
    if not scalings.workers:
        words += f"; more workers were not tested, {scalings.no_workers}"
    return words


def _beside(court: Court, one: Scaling, claim: Claim) -> str:
    target = court.plan.target(one.target)
    share = one.least.share if one.least else None
    if target.framework in claim.subjects or share is None:
        return ""
    name = court.titles.get(target.framework, target.framework)
    return f"{name} keeps {percent(share.point)} on {one.workload}"
