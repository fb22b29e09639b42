"""Why a run, or one ratio of it, takes no part in a page of several."""

from dataclasses import replace

from bench.analyse.reasons import FEWEST_ROUNDS
from bench.model.pooled import LeftOut, Omission, Pool
from bench.wording.reasons import withheld


_WORDS = {
    Omission.NO_VERDICTS: "its profile gives no verdicts",
    Omission.CANNOT_DECIDE: "it may decide nothing",
    Omission.NOT_OURS: "its servers were not started by the harness",
    Omission.CONDITIONS: "it was measured under other conditions",
    Omission.NOTHING_SHARED: "no other run has one of its ratios",
    Omission.VOID: "it is void in this run",
    Omission.FEW_ROUNDS: "too few rounds hold it",
    Omission.ONE_RUN: "only one run has it",
}


def worded(pool: Pool) -> Pool:
    """The same, each that is left out with its reason in words."""
    told = tuple(replace(each, because=because(each)) for each in pool.left_out)
    return replace(pool, left_out=told)


def because(out: LeftOut) -> str:
    """The reason, with what is known of it."""
    more = _more(out)
    return f"{_WORDS[out.why]}: {more}" if more else _WORDS[out.why]


def _more(out: LeftOut) -> str:
    if out.withheld is not None:
        return withheld(out.withheld)
    if out.rounds is not None:
        return f"{out.rounds}, {FEWEST_ROUNDS} are needed"
    differs = (f"{d.own} {d.what}, not {d.usual}" for d in out.conditions)
    return out.profile or out.void or ", ".join(differs)
