"""A verdict of every rule, with findings of every kind. All numbers invented."""

from dataclasses import replace
from math import inf

from bench.experiments.stress.model import Stress
from bench.experiments.stress.questions import questions
from bench.model.estimate import Estimate
from bench.model.results import Results
from bench.model.verdict import Claim, Evidence, Outcome, Verdict
from tests.report.builders import DJANGO, FLASK
from tests.report.stressed import stressed


YES, NO, OPEN = Outcome.SUPPORTED, Outcome.REFUTED, Outcome.INCONCLUSIVE
MARGINS = {
    "turns": 0.5,
    "stress": 0.2,
    "fails-stress": 0.2,
    "scaling": 0.2,
    "predictions": 0.1,
}
AT_ONCE = Estimate(7.9, 7.7, 8.0, 0.97, 7)
OTHER_LINES = ((0.0, YES), (0.1, OPEN))
CPU = "Server CPU time per request on {}, against {}"
TAIL = "99th percentile of cheap requests beside predictions, against Flask"


def ratio(low: float, point: float, high: float) -> Estimate:
    """An interval at 97 %."""
    return Estimate(point, low, high, 0.97, 7)


def finding(
    what: str,
    value: str,
    outcome: Outcome | None,
    estimate: Estimate | None = None,
    line: float = 1.05,
) -> Evidence:
    """One of Django; the reason is of no matter to the card."""
    return Evidence(DJANGO.id, what, value, outcome, "so it was", estimate, line=line)


def verdict(
    rule: str,
    outcome: Outcome,
    *evidence: Evidence,
    others: bool = False,
    by: int | None = 0,
) -> Verdict:
    """A verdict of that rule over these findings, of which that in place `by` decides."""
    claim = Claim(
        f"by-{rule}", f"words on {rule}", "there", "it is so", "",
        ("django",), ("flask", "fastapi"), ("hello", "db-read"),
        MARGINS.get(rule, 0.05), (), "why", rule=rule,
    )  # fmt: skip
    lines = OTHER_LINES if others else ()
    return Verdict(claim, outcome, "what was found: why", (), None, lines, findings=evidence, decided_by=by)  # fmt: skip


def weight() -> Verdict:
    """Refuted by two, by the second of them harder."""
    return verdict(
        "weight",
        NO,
        finding("Start to first right answer, against Flask", "0.68 times (0.60 to 0.77)", NO, ratio(0.6, 0.68, 0.77)),
        finding("Start to first right answer, against FastAPI", "0.56 times (0.49 to 0.63)", NO, ratio(0.49, 0.56, 0.63)),
        finding(CPU.format("hello", "Flask"), "1.34 times (1.02 to 1.70)", OPEN, ratio(1.02, 1.34, 1.7)),
        finding(CPU.format("db-read", "FastAPI"), "8.75 times (8.58 to 8.92)", YES, ratio(8.58, 8.75, 8.92)),
        finding("Memory at rest (PSS), against FastAPI", "not measured", Outcome.NOT_TESTED),
        finding("processor time of importing the application", "235 ms", None),
        others=True,
        by=1,
    )  # fmt: skip


def own_share() -> Verdict:
    """Supported, the second one nearer to the line; intervals without an end and below zero."""
    return verdict(
        "own-share",
        YES,
        finding("CPU time above its bare server on hello, against Flask", "2.04 times (1.90 to ∞)", YES, ratio(1.9, 2.04, inf)),
        finding("CPU time above its bare server on hello, against FastAPI", "1.19 times (1.12 to 1.27)", YES, ratio(1.12, 1.19, 1.27)),
        finding("CPU time per request above Bare WSGI, on hello", "-1 µs (-3 to 1)", None, ratio(-3, -1, 1)),
        others=True,
        by=1,
    )  # fmt: skip


def layers() -> Verdict:
    """Open: one interval reaches across the line and below zero."""
    return verdict(
        "layers",
        OPEN,
        finding("CPU time of its database layer on db-read, against Flask", "1.90 times (−0.40 to 4.20)", OPEN, ratio(-0.4, 1.9, 4.2)),
        finding("CPU time of its database layer on db-read, against FastAPI", "2.00 times (1.80 to 2.20)", YES, ratio(1.8, 2.0, 2.2)),
        others=True,
    )  # fmt: skip


def validators() -> Verdict:
    """Who takes as much is said in the value."""
    return verdict(
        "validators",
        YES,
        finding("CPU time per request on hello, as against Flask with pydantic", "Flask with pydantic takes 1.83 times (1.78 to 1.87) as much", YES, ratio(1.78, 1.83, 1.87)),
        others=True,
    )  # fmt: skip


def predictions() -> Verdict:
    """Refuted by a tail, which is stored as how many times better."""
    return verdict(
        "predictions",
        NO,
        finding("predictions per second, against Flask", "0.99 times as many (0.97 to 1.01)", YES, ratio(0.97, 0.99, 1.01), 1 / 1.1),
        finding(TAIL, "2.02 times as long (1.74 to 2.34)", NO, ratio(0.4273, 0.4955, 0.5746), 1 / 1.1),
        by=1,
    )  # fmt: skip


def scaling() -> Verdict:
    """Shares, of which the second is nearer to its line."""
    return verdict(
        "scaling",
        YES,
        finding("hello: throughput at 256 clients, of the best at fewer", "98 % (94 % to 101 %)", YES, ratio(0.94, 0.98, 1.01)),
        finding("db-read: throughput at 256 clients, of the best at fewer", "92 % (89 % to 95 %)", YES, ratio(0.89, 0.92, 0.95)),
        by=1,
    )  # fmt: skip


def turns(at_once: Estimate | None = AT_ONCE) -> Verdict:
    """Refuted by a witness; how many were under way stands beside it, and so does another set-up."""
    what = "requests under way at once in each process, of 8 clients"
    beside = finding(what, "1.00 (0.99 to 1.01)", None, ratio(0.99, 1.0, 1.01))
    return verdict(
        "turns",
        NO,
        finding("two requests inside one process at the same time", "met", NO),
        finding(what, "7.9 (7.7 to 8.0)" if at_once else "not measured: void", None, at_once),
        replace(beside, subject=FLASK.id),
    )  # fmt: skip


def of_stress(stress: Stress, rule: str, outcome: Outcome) -> Verdict:
    """The rule's own questions, each of this outcome."""
    stressed_target = next(
        target for target in stress.targets if target.target == DJANGO.id
    )
    asked = [q.evidence for q in questions(stress, stressed_target, MARGINS[rule])]
    findings = [replace(q, outcome=outcome) for q in asked if isinstance(q, Evidence)]
    return verdict(rule, outcome, *findings)


def ruled() -> Results:
    """A card of every rule."""
    made = stressed()
    assert made.found["stress"] is not None
    verdicts = (
        weight(), own_share(), layers(), validators(), predictions(), scaling(), turns(),
        of_stress(made.found["stress"], "stress", YES), of_stress(made.found["stress"], "fails-stress", YES),
    )  # fmt: skip
    return replace(made, verdicts=(*made.verdicts, *verdicts))
