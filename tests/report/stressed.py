"""Results with a stress: states of the section on high load. All numbers invented."""

from dataclasses import replace
from random import Random

from bench.experiments.stress.model import Stress, Stressed, StressStep
from bench.model.estimate import RoundSeries
from bench.model.load import Surge
from bench.model.results import Results
from bench.model.verdict import Claim, Evidence, Outcome, Verdict
from tests.report.builders import DJANGO, FASTAPI, FLASK, estimate, results, series
from tests.report.probed import HOSTILE


CAPACITY = {DJANGO.id: 1310.0, FLASK.id: 1125.0, FASTAPI.id: 1240.0}
P99_MS = {0.4: 6.0, 0.7: 11.0, 0.9: 42.0, 1.1: 160.0}
IDLE = 0.1
"""Too few requests for a 99th percentile."""
NOT = RoundSeries((None,) * 6, None)


def _series(random: Random, centre: float, rounds: int = 6) -> RoundSeries:
    values = series(random, centre, rounds, 0.05)
    return RoundSeries(tuple(values), estimate(values))


def _step(random: Random, share: float, capacity: float, bad: bool) -> StressStep:
    surge, idle = share > 1.1, share == IDLE
    kept = 0.4 if bad and share > 1 else 0.97
    return StressStep(
        share=share,
        in_surge=surge,
        offered_rps=_series(random, capacity * share),
        achieved_rps=_series(random, capacity * min(share, 1) * kept),
        kept=_series(random, kept),
        failed=_series(random, 0.2)
        if bad and share > 1
        else RoundSeries((0.0,) * 6, None),
        p50_ms=NOT if surge else _series(random, P99_MS.get(share, 5.0) / 4),
        p99_ms=NOT
        if surge or idle
        else _series(random, P99_MS[share] * (50 if bad else 1)),
        errors={"timeout": 1234, HOSTILE: 2} if bad and share > 1 else {},
        windows=6 if surge else 12,
        void=4 if bad else 0,
        void_because="The load generator was near its own limit" if bad else None,
    )


def _stressed(target: str, bad: bool = False) -> Stressed:
    random = Random(target)
    capacity = CAPACITY[target]
    return Stressed(
        target=target,
        workload="db-read",
        capacity_rps=_series(random, capacity),
        steps=tuple(_step(random, s, capacity, bad) for s in (IDLE, *P99_MS, 1.5)),
        waiting=_series(random, capacity * 1.25),
        recovery_s=RoundSeries((5.5,) * 6, None) if bad else _series(random, 2.0),
        timeline_ms=tuple(
            None
            if bad and 9 < n < 12
            else 400.0
            if 5 <= n < (37 if bad else 20)
            else 4.0
            for n in range(37)
        ),
        recovered=0 if bad else 6,
        failures=(f"round 2: {HOSTILE}",) if bad else (),
    )


def _with(made: Results, *targets: Stressed) -> Results:
    stress = Stress(0.95, (1, 2, 3, 4, 5, 6), 256, 0.3, Surge(5.0, 1.25, 2.5), 5.5, targets)  # fmt: skip
    return replace(
        made,
        found={**made.found, "stress": stress},
        verdicts=(*made.verdicts, _verdict()),
    )


def _verdict() -> Verdict:
    claim = Claim(
        id="made-high-load",
        quote="doesn’t work well for resembling a real load",
        where="“Use cases”",
        reading="It fails at least one of these tests.",
        metric="",
        subjects=("flask",),
        baselines=("django",),
        workloads=("db-read",),
        margin=0.2,
        caveats=("A surge of seconds.",),
        why="A server that works well goes on.",
        rule="fails-stress",
    )
    what = "answered at 110 % of capacity, of what could be; at least 80 %"
    findings = (
        Evidence(FLASK.id, what, "97 % (93 to 101 %)", Outcome.REFUTED, "the whole interval lies within the limit"),
        Evidence(DJANGO.id, what, "97 % (93 to 101 %)", None, "stood; beside the subject"),
    )  # fmt: skip
    because = "Flask stood all 5: 97 % (93 to 101 %) answered at 110 % of capacity."
    return Verdict(claim, Outcome.REFUTED, because, (), None, (), findings=findings)


def stressed() -> Results:
    """Three targets that stand it."""
    return _with(results(), *(_stressed(target) for target in CAPACITY))


def stressed_badly() -> Results:
    """One collapses, loses requests, and does not come back."""
    bad = {FLASK.id}
    return _with(results(), *(_stressed(target, target in bad) for target in CAPACITY))


def stressed_once() -> Results:
    """One round of it: values without intervals, and no chart."""
    once = _stressed(FLASK.id)
    bare = RoundSeries((1.0,), None)
    steps = tuple(
        replace(s, offered_rps=bare, achieved_rps=bare, kept=bare, failed=bare, p50_ms=bare, p99_ms=bare)
        for s in once.steps
    )  # fmt: skip
    return _with(
        results(),
        replace(
            once,
            steps=steps,
            capacity_rps=bare,
            waiting=bare,
            recovery_s=bare,
            timeline_ms=(),
        ),
    )
