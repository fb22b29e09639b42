"""Runs with requests at once and several numbers of clients, for the page."""

from dataclasses import replace
from math import inf

from bench.experiments.scaling.model import (
    CurvePlace,
    Kept,
    Scaling,
    ScalingFit,
    ScalingPoint,
    Scalings,
    WorkerGain,
)
from bench.experiments.turns.model import SetUp, Turns
from bench.model.estimate import Estimate
from bench.model.framework import Role
from bench.model.results import Results
from bench.model.trial import OneOfMany
from tests.report.builders import DJANGO, FASTAPI, FLASK, results, target


LEVELS = (1, 2, 4, 8, 16, 64, 256)
OTHERS = tuple(
    target(framework, deployment, Role.ABLATION, f"{title} on {deployment}")
    for framework, title in (("django", "Django"), ("flask", "Flask"))
    for deployment in ("gunicorn-sync", "gunicorn-gevent", "development-server")
)


def _estimate(point: float, apart: float = 0.03) -> Estimate:
    return Estimate(point, point * (1 - apart), point * (1 + apart), 0.95, 6)


def _set_up(target_id: str, at_once: int) -> SetUp:
    requests = tuple(
        OneOfMany(0.1 * n, 50.0 * (1 + n // at_once) + 0.7 * n) for n in range(8)
    )
    last = max(request.answered_ms or 0 for request in requests)
    return SetUp(
        target=target_id,
        processes=1,
        met=at_once > 1,
        met_because="met" if at_once > 1 else "waited in vain",
        effective=_estimate(float(at_once)),
        effective_rounds=(float(at_once),) * 6,
        reason=None,
        together=at_once,
        volley=requests,
        volley_round=3,
        last_ms=(last,) * 6,
    )


def _turns() -> Turns:
    serial = {
        contestant.id: 1
        for contestant in OTHERS
        if contestant.deployment == "gunicorn-sync"
    }
    ids = [contestant.id for contestant in (DJANGO, FLASK, FASTAPI, *OTHERS)]
    set_ups = tuple(_set_up(name, serial.get(name, 8)) for name in ids)
    together = tuple(name for name in ids if name not in serial)
    return Turns("wait", 50.0, 8, 8, set_ups, tuple(serial), together)


def _scaling(target_id: str, scale: float, workload: str = "hello") -> Scaling:
    rates = [
        scale * 1000 * n / (1 + 0.5 * (n - 1) + 0.001 * n * (n - 1)) for n in LEVELS
    ]
    points = tuple(
        ScalingPoint(n, _estimate(rate), tuple(rate * f for f in (0.97, 1, 1.03)))
        for n, rate in zip(LEVELS, rates, strict=True)
    )
    fit = ScalingFit(
        alone_rps=_estimate(1000 * scale),
        contention=_estimate(0.5),
        retrograde=_estimate(0.001),
        peak_clients=22.4,
        misfit=0.02,
        curve=tuple(
            CurvePlace(float(n), _estimate(rate))
            for n, rate in zip(LEVELS, rates, strict=True)
        ),
    )
    share = _estimate(rates[-1] / max(rates))
    kept = (Kept(16, share, (share.point,) * 6),)
    return Scaling(target_id, workload, points, kept, fit, None)


def crowds() -> Results:
    """Everything was measured, workers too."""
    made = results()
    lines = tuple(
        _scaling(contestant.id, scale)
        for contestant, scale in ((DJANGO, 0.4), (FLASK, 0.8), (FASTAPI, 1.9))
    )
    gains = (WorkerGain(FASTAPI.id, "hello", 2, _estimate(0.93), (0.93, None), None),)
    return replace(
        made,
        targets=(*made.targets, *OTHERS),
        found={**made.found, "turns": _turns(), "scalings": Scalings(lines, gains)},
    )


def crowds_odd() -> Results:
    """What can be missing is missing: volleys, intervals, fits, levels, workers."""
    made = crowds()
    turns, lines = made.found["turns"], made.found["scalings"].clients
    assert turns is not None
    first, second, *others = turns.set_ups
    gone = replace(
        first, met=None, effective=None, reason="no window of both loops counts",
        effective_rounds=(None,) * 6, together=None, volley=(), volley_round=None,
        last_ms=(None,) * 6,
    )  # fmt: skip
    slow = tuple(
        replace(r, answered_ms=19_000.0 + n) for n, r in enumerate(second.volley)
    )
    bent, void, lost = lines
    assert bent.fit is not None
    bent = replace(
        bent, no_fit="the law misses the points by 43 %, so no curve is drawn",
        fit=replace(bent.fit, curve=(), peak_clients=None, misfit=0.43),
    )  # fmt: skip
    why = "the load generator was near its own limit"
    points = (*void.points[:-1], replace(void.points[-1], excluded=why))
    void = replace(void, points=points, kept=())
    nothing = tuple(replace(p, rate_rps=None, rounds=(None,)) for p in lost.points)
    lost = replace(lost, points=nothing, kept=(), fit=None, no_fit="0 levels count")
    return replace(
        made,
        found={
            **made.found,
            "turns": replace(
                turns, set_ups=(gone, replace(second, volley=slow), *others)
            ),
            "scalings": Scalings(
                (bent, void, lost), (), "needs four processors or more"
            ),
        },
    )


def crowds_extreme() -> Results:
    """Millions of requests per second, an interval without an end."""
    made = crowds()
    assert made.found["scalings"] is not None
    lines = tuple(
        replace(
            _scaling(scaling.target, 9_000.0 * (n + 1)),
            kept=(Kept(1, Estimate(0.5, 0.0, inf, 0.95, 2), (0.5, None)),),
        )
        for n, scaling in enumerate(made.found["scalings"].clients)
    )
    return replace(
        made, found={**made.found, "turns": None, "scalings": Scalings(lines)}
    )
