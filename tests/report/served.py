"""Results of a run that played the experiment on predictions. All numbers invented."""

from dataclasses import replace
from itertools import permutations

from bench.experiments.predictions.model import Predictions, Serving
from bench.model.estimate import Comparison, RoundSeries
from bench.model.framework import Role
from bench.model.results import Results, WorkloadNote
from bench.model.verdict import Claim, Evidence, Outcome, Verdict
from tests.report.builders import DJANGO, FASTAPI, FLASK, estimate, results, target


PITFALL = target(
    "fastapi", "blocking-handlers", Role.ABLATION, "FastAPI, blocking in async def"
)
BESIDE_MS = {DJANGO.id: 14.2, FLASK.id: 9.8, FASTAPI.id: 8.1, PITFALL.id: 41.0}


def series(*values: float | None) -> RoundSeries:
    """A series with its estimate."""
    return RoundSeries(values, estimate([value for value in values if value]))


def around(centre: float) -> RoundSeries:
    """Six rounds near a centre."""
    return series(*(centre * (1 + 0.02 * step) for step in (-2, -1, 0, 1, 2, 0.5)))


def serving(target_id: str, beside_ms: float, scale: float = 1.0) -> Serving:
    """One set-up."""
    return Serving(
        target=target_id,
        capacity_rps=around(104.0 / scale),
        alone_ms=around(2.3 * scale),
        beside_ms=around(beside_ms * scale),
        times=around(beside_ms / 2.3),
        prediction_ms=around(14.0 * scale),
    )


def served(scale: float = 1.0) -> Results:
    """Three contestants and the known mistake, one claim judged by the rule."""
    made = results()
    servings = tuple(
        serving(target_id, ms, scale) for target_id, ms in BESIDE_MS.items()
    )
    comparisons = tuple(
        Comparison(target_id, other, "hello", "beside_p99", around(1.1).estimate, (1.1,) * 6, 1.1, 0.04)
        for target_id, other in permutations((DJANGO.id, FLASK.id, FASTAPI.id), 2)
    )  # fmt: skip
    predictions = Predictions(
        cheap="hello",
        heavy="predict-heavy",
        cheap_rps=250.0,
        heavy_rps=(51.0, 49.0, 50.5, 48.0, 52.0, 50.0),
        share=0.5,
        level=0.95,
        servings=servings,
        comparisons=comparisons,
    )
    note = WorkloadNote("predict-heavy", "A prediction that takes milliseconds", "It holds a processor.")  # fmt: skip
    return replace(
        made,
        targets=(*made.targets, PITFALL),
        workloads=(*made.workloads, note),
        found={**made.found, "predictions": predictions},
        verdicts=(*made.verdicts, _verdict()),
    )


def served_extremes() -> Results:
    """Seconds instead of milliseconds."""
    return served(scale=2000.0)


def served_void() -> Results:
    """The experiment was played, and no window of it counts."""
    made = served()
    nothing = RoundSeries((None,) * 6, None)
    assert made.found["predictions"] is not None
    empty = tuple(
        replace(
            row,
            capacity_rps=nothing,
            alone_ms=nothing,
            beside_ms=nothing,
            times=nothing,
            prediction_ms=nothing,
        )
        for row in made.found["predictions"].servings
    )
    nobody = replace(made.found["predictions"], servings=empty)
    return replace(made, found={**made.found, "predictions": nobody})


def _verdict() -> Verdict:
    claim = Claim(
        "fastapi-ml",
        "scales perfectly",
        "FastAPI",
        "nobody does clearly better",
        "",
        ("fastapi",),
        ("flask", "django"),
        ("predict-heavy", "hello"),
        0.1,
        ("No accelerator.",),
        "because",
        rule="predictions",
    )
    findings = (
        Evidence(FASTAPI.id, "predictions per second, against Flask", "0.99 times as many (0.96 to 1.02)", Outcome.SUPPORTED, "behind by less than the margin of 10 %, or ahead"),
        Evidence(PITFALL.id, "99th percentile of cheap requests: alone, and beside predictions", "2.3 ms (2.2 to 2.4), and 41 ms (39 to 43): 18 times as long (17 to 19)", None, "a set-up with one thing changed, shown for contrast"),
    )  # fmt: skip
    return Verdict(claim, Outcome.SUPPORTED, findings[0].because, (), None, (), findings=findings)  # fmt: skip
