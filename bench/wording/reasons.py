"""Why something decides nothing, why there is no verdict, and what is left out of a page of several runs."""

from dataclasses import replace

from bench.analyse.reasons import FEWEST_ROUNDS
from bench.model.history import KeptRun
from bench.model.plan import Profile
from bench.model.plural import plural
from bench.model.pooled import LeftOut, Omission, Pool
from bench.model.results import NoVerdicts
from bench.model.verdict import (
    Excluded,
    Exclusion,
    Lacking,
    Outcome,
    Untested,
    Verdict,
    Withheld,
)
from bench.wording.experiments import words_of
from bench.wording.names import Names
from bench.wording.numbers import joined


NO_PROBES = "this run holds no probes; play them into it: bench probe --into RUN"


_LESS = {
    "rounds": "fewer rounds",
    "clients": "fewer clients",
    "measure_s": "shorter windows",
}


def no_verdicts_because(why: NoVerdicts, profile: Profile, rounds: int) -> str:
    """Why a run of so many complete rounds gives no verdicts."""
    if why is NoVerdicts.EXTENT:
        less = " and ".join(_LESS.get(name, name) for name in profile.below)
        return f"{less[0].upper()}{less[1:]} than verdicts of the {profile.name} profile need were asked for."
    if why is NoVerdicts.PROFILE:
        return f"The {profile.name} profile gives no verdicts: {profile.why}"
    return (
        f"{plural(rounds, 'complete round')}: verdicts need at least {FEWEST_ROUNDS}."
    )


def excluded(why: Excluded) -> str:
    """Why something that was measured decides nothing."""
    if why.why is Exclusion.FEW_ROUNDS:
        return f"{why.rounds} pairs of rounds are left, {FEWEST_ROUNDS} are needed"
    return why.detail


def withheld(reason: Withheld) -> str:
    """What forbids a verdict."""
    return f"{reason.title.lower()}: {reason.detail}" if reason.title else reason.detail


def decides_nothing(run: KeptRun) -> str | None:
    """Why a run of the history does; None where it may decide."""
    return withheld(run.decides_nothing) if run.decides_nothing else None


def untested(names: Names, verdict: Verdict) -> str:
    """Why a claim was not tested in this run."""
    claim, why = verdict.claim, verdict.untested
    if claim.not_tested is not None:
        return claim.not_tested
    if why is None:
        return ""
    if why.lacking is Lacking.VERDICTS:
        return f"the {names.results.profile.name} profile gives no verdicts"
    if why.lacking is Lacking.EXPERIMENT and claim.rule is not None:
        return _experiment(names, claim.rule, why)
    if why.lacking is Lacking.TRIALS:
        return _trials(names, verdict, why)
    return _probes(names, why)


def _experiment(names: Names, rule: str, why: Untested) -> str:
    words = words_of(rule)
    text = f"this run {words.did_not}; bench run --profile {words.profile} does"
    if why.of:
        who = joined([names.framework(framework) for framework in why.of])
        text += f": {who} took no part in it"
    return text


def _trials(names: Names, verdict: Verdict, why: Untested) -> str:
    if verdict.claim.rule is not None:
        words = words_of(verdict.claim.rule)
        where = joined([names.workload(workload) for workload in why.of])
        reason = words.no_trials.format(where=where)
        return f"{reason}; bench run --profile {words.profile} does"
    own = [part for part in verdict.parts if part.outcome is Outcome.NOT_TESTED]
    return own[0].because if own else "the claim compares nothing"


def _probes(names: Names, why: Untested) -> str:
    if why.lacking is Lacking.PROBES:
        return NO_PROBES
    if why.lacking is Lacking.COUNTS:
        who = joined([names.framework(framework) for framework in why.of])
        return (
            f"not everything was counted of {who}"
            if who
            else "nothing was counted for it"
        )
    if why.lacking is Lacking.PROBE:
        return f"no probe of {joined([names.framework(framework) for framework in why.of])} was played"
    name = names.framework(why.of[0]) if why.of else ""
    if why.lacking is Lacking.VERSION:
        return (
            f"the probe was played on {name} {why.of[1]}, this run measured {why.of[2]}"
        )
    return f"{name}: {why.detail}"


_LEFT_OUT = {
    Omission.NO_VERDICTS: "its profile gives no verdicts",
    Omission.CANNOT_DECIDE: "it may decide nothing",
    Omission.NOT_OURS: "its servers were not started by the harness",
    Omission.CONDITIONS: "it was measured under other conditions",
    Omission.NOTHING_SHARED: "no other run has one of its ratios",
    Omission.VOID: "it is void in this run",
    Omission.FEW_ROUNDS: "too few rounds hold it",
    Omission.ONE_RUN: "only one run has it",
}


def worded_pool(pool: Pool) -> Pool:
    """The same, each that is left out with its reason in words."""
    left_out = tuple(
        replace(run, because=left_out_because(run)) for run in pool.left_out
    )
    return replace(pool, left_out=left_out)


def left_out_because(out: LeftOut) -> str:
    """The reason, with what is known of it."""
    more = _more(out)
    return f"{_LEFT_OUT[out.why]}: {more}" if more else _LEFT_OUT[out.why]


def _more(out: LeftOut) -> str:
    if out.withheld is not None:
        return withheld(out.withheld)
    if out.rounds is not None:
        return f"{out.rounds}, {FEWEST_ROUNDS} are needed"
    differs = (f"{d.own} {d.what}, not {d.usual}" for d in out.conditions)
    return out.profile or out.void or ", ".join(differs)
