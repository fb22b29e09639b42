"""The numbers that a page prints of a finding, and where in results.json they come from."""

import re
from math import floor, isclose, log10

from tests.report.published import Json
from tests.report.sceptic.arithmetic import mean_and_interval
from tests.report.sceptic.experiments import worst_failed


_NUMBER = r"−?\d[\d,]*(?:\.\d+)?"
_OF_STRESS = (
    "capacity, closed loop|p99 at|until response times were back|"
    "of (what could be was answered|the requests failed)|rounds in which it could not"
)
_INTERVAL = re.compile(rf"({_NUMBER})[^()\d]*\(({_NUMBER})[^()]*? to ({_NUMBER})")


def numbers(text: str) -> list[str]:
    """Every number of a text."""
    return re.findall(_NUMBER, text)


def intervals(text: str) -> list[tuple[str, ...]]:
    """Every "a (b to c)" of a text."""
    return [match.groups() for match in _INTERVAL.finditer(text)]


def says(printed: str, number: float, a_ratio: bool) -> bool:
    """Whether a number was printed to its last digit; ratios of a hundred and more have two."""
    digit: float = 10 ** -len(printed.partition(".")[2])
    if a_ratio and number >= 100:
        digit = 10 ** (floor(log10(number)) - 1)
    value = float(printed.replace("−", "-").replace(",", ""))
    return abs(value - number) <= digit * (0.5 + 1e-6)


def source(results: Json, finding: Json) -> list[float]:
    """The numbers that a finding's value must have, unrounded and in their order."""
    what, estimate = finding["what"], finding["estimate"]
    if finding["value"].startswith("not "):
        return []
    if "beside predictions, against" in what:
        return [1 / estimate[name] for name in ("point", "high", "low")]
    for read in (_served, _stressed, _seen):
        numbers_read = read(results, finding)
        if numbers_read is not None:
            return numbers_read
    return _three(estimate, 100 if "%" in finding["value"] else 1)


def _three(estimate: Json, times: float = 1) -> list[float]:
    """A share is never printed below 0."""
    scaled = [times * float(estimate[name]) for name in ("point", "low", "high")]
    return [max(number, 0.0) for number in scaled] if times > 1 else scaled


def _served(results: Json, finding: Json) -> list[float] | None:
    """What each set-up showed beside a model."""
    names = {
        "99th percentile of cheap requests: alone, and beside predictions": (
            "alone_ms",
            "beside_ms",
            "times",
        ),
        "predictions per second": ("capacity_rps",),
    }.get(finding["what"])
    if names is None:
        return None
    serving = _of(results["predictions"]["servings"], finding["subject"])
    estimates = [serving[name]["estimate"] for name in names]
    return [number for estimate in estimates if estimate for number in _three(estimate)]


def _stressed(results: Json, finding: Json) -> list[float] | None:
    """What each target showed under stress."""
    what, stress = finding["what"], results["stress"]
    if stress is None or not re.match(_OF_STRESS, what):
        return None
    target_row = _of(stress["targets"], finding["subject"])
    if what.startswith("rounds in which"):
        return [len(target_row["failures"]), len(stress["rounds"])]
    if what.startswith("of the requests failed"):
        return [
            100 * max(number, 0.0)
            for number in mean_and_interval(
                worst_failed(target_row, 0.7), stress["level"]
            )
        ]
    for start, name in (("capacity", "capacity_rps"), ("until", "recovery_s")):
        if what.startswith(start):
            return _three(target_row[name]["estimate"])
    name, times = ("p99_ms", 1) if what.startswith("p99") else ("kept", 100)
    share = int(numbers(what.partition(" at ")[2])[0])
    (step,) = (
        step
        for step in target_row["steps"]
        if isclose(100 * step["share"], share) and not _hidden(step, name)
    )
    return _three(step[name]["estimate"], times)


def _hidden(step: Json, name: str) -> bool:
    """Response times of a surge are those of three loads together."""
    return bool(name == "p99_ms" and step["in_surge"])


def _seen(results: Json, finding: Json) -> list[float] | None:
    """What was seen of requests at once, and what has no interval: a peak, a count."""
    what, subject = finding["what"], finding["subject"]
    if what == "two requests inside one process at the same time":
        return []
    if what.startswith("requests under way at once"):
        effective = _three(_of(results["turns"]["set_ups"], subject)["effective"])
        # More than there are clients cannot be under way.
        most = results["turns"]["clients"]
        return (
            [most]
            if effective[1] >= most
            else [min(number, most) for number in effective]
        )
    if what.startswith("the last answer to"):
        volley = _of(results["turns"]["set_ups"], subject)["volley"]
        return [max(request["answered_ms"] for request in volley)]
    if "number of clients at the peak" in what:
        return _peak(results, subject, finding["workload"])
    if what == "processor time of importing the application":
        name = subject.partition("@")[0]
        (count,) = (
            measure["value"]
            for measure in results["exhibits"]["counts"]
            if (measure["framework"], measure["measure"]) == (name, "import_cpu_ms")
        )
        return [count]
    return None


def _peak(results: Json, subject: str, workload: str) -> list[float]:
    for scaling in results["scalings"]["clients"]:
        if (scaling["target"], scaling["workload"]) == (subject, workload):
            peak = (
                scaling["fit"]
                and not scaling["no_fit"]
                and scaling["fit"]["peak_clients"]
            )
            return [peak] if peak else []
    raise LookupError(f"{subject} on {workload}")


def _of(rows: list[Json], target: str) -> Json:
    return next(row for row in rows if row["target"] == target)
