"""A run beside which things were probed and counted; the page's tests read it."""

from dataclasses import replace

from bench.judge.context import RunEvidence
from bench.judge.probe_results import judge_by_probes
from bench.model.probe import Count, ProbeMeasure, ProbeOutcome, ProbeResults
from bench.model.results import Results
from bench.model.verdict import Claim, Quote
from tests.report.builders import results


HOSTILE = (
    "</code><script>alert(1)</script>\"' onload=x {{ 7*7 }} **b** | `x` @all "
    "http://evil.example/ $\\alpha$ \x1b[31m\u202e\ud800 <!-- -->"
)


def probed() -> Results:
    """A run beside which things were probed and counted; one outcome is hostile."""
    cases = (
        ProbeOutcome("safe", "django", "", "6.0", True, True, "a form", "it was refused", ("POST 403",), ("nothing",)),
        ProbeOutcome("safe", "flask", "own route", "3.1", True, False, "a form", HOSTILE, (HOSTILE,), (HOSTILE,)),
        ProbeOutcome("safe", "fastapi", "", "0.1", False, None, "nothing", "it could not be played", (), ()),
    )  # fmt: skip
    measure = ProbeMeasure("packages_all", "Packages installed", "packages", "a tool")
    counts = tuple(
        Count(name, "1.0", measure.name, value, "gunicorn, psycopg")
        for name, value in (("django", 8.0), ("flask", 16.0), ("fastapi", None))
    )
    exhibits = ProbeResults(
        1, "2026-11-22T09:00:00Z", "0", "3.13.0", "18.4", cases, (measure,), counts
    )
    plain = Claim(
        "safe",
        "it is safe",
        "there",
        "it refuses",
        "",
        ("django",),
        (),
        (),
        0.0,
        (),
        probe="safe",
        also=(Quote("and sound", "there"), Quote(HOSTILE, "elsewhere")),
    )
    count = replace(
        plain,
        id="many",
        quote="many",
        also=(),
        probe=None,
        counts=("packages_all",),
        baselines=("flask",),
    )
    proxy = replace(count, id="easy", quote="easy", subjects=(), baselines=())
    made = results()
    evidence = RunEvidence(exhibits)
    verdicts = tuple(
        judge_by_probes(claim, evidence) for claim in (plain, count, proxy)
    )
    return replace(
        made,
        verdicts=(*made.verdicts, *verdicts),
        exhibits=exhibits,
        claims_sha256="ab" * 32,
        claims_source="claims.toml",
    )
