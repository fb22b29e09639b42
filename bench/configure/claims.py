"""Read the table of claims, and refuse what is wrong in it by the claim's own name."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from bench.configure.probes import load_probes
from bench.configure.tables import DEFINITIONS, load_frameworks
from bench.configure.toml_file import Names, Row, Words, read_toml
from bench.errors import UsageError, place, told, unknown
from bench.model.experiment import rule_names
from bench.model.probe import COUNTED, Probe
from bench.model.verdict import Article, Claim, Quote
from bench.workloads import WORKLOADS


def _known(rule: str) -> str:
    """A rule of some experiment."""
    if rule not in rule_names():
        names = ", ".join(rule_names())
        raise PydanticCustomError(
            "rule", "no such rule; there are {names}", {"names": names}
        )
    return rule


type Rule = Annotated[str, AfterValidator(_known)]
type Metric = Literal["throughput", "cpu", "memory"]
type Margin = Annotated[float, Field(ge=0, le=1)]


CLAIMS = DEFINITIONS / "claims.toml"
"""The project's own table; another article has another."""


class _File(Row):
    claim: Annotated[tuple[dict[str, Any], ...], Field(min_length=1)]
    article: Article | None = None


class _Quote(Row):
    quote: Words
    where: Words


class _Row(Row):
    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    quote: Words
    where: Words
    also: tuple[_Quote, ...] = ()


class _Judged(_Row):
    """What every kind that has an outcome may say."""

    reading: Words
    why: Words
    subjects: Names
    baselines: tuple[str, ...] = ()
    scope: str = ""
    strict: str = ""
    caveats: tuple[str, ...] = ()


class _Measured(_Judged):
    metric: Metric
    other_metrics: tuple[Metric, ...] = ()
    baselines: Names
    workloads: Names
    also_on: tuple[str, ...] = ()
    without_layer: tuple[str, ...] = ()
    margin: Margin


class _Probed(_Judged):
    probe: Words
    workloads: tuple[str, ...] = ()
    strict_probe: Words | None = None
    shows: Rule | None = None


class _Counted(_Judged):
    counts: Names
    subjects: tuple[str, ...] = ()


class _Ruled(_Judged):
    rule: Rule
    workloads: tuple[str, ...] = ()
    margin: Margin


class _NotTested(_Row):
    reading: Words
    not_tested: Words


class _NotMeasurable(_Row):
    not_measurable: Words
    shows: Rule | None = None
    subjects: tuple[str, ...] = ()
    baselines: tuple[str, ...] = ()
    workloads: tuple[str, ...] = ()
    margin: Margin = 0.0
    caveats: tuple[str, ...] = ()


def load_claims(
    path: Path = CLAIMS,
    frameworks: Collection[str] | None = None,
    workloads: Collection[str] | None = None,
) -> tuple[Claim, ...]:
    """
    The claims in the order of the file.

    `frameworks` and `workloads` are the names that exist; left out, they come
    from the table of frameworks and the contract. Raises UsageError, naming
    the file, the claim and what exists instead.
    """
    rows = read_toml(path, _File).claim
    claims = tuple(_claim(path, number, row) for number, row in enumerate(rows, 1))
    _refuse_twice(path, claims)
    probes = load_probes()
    exist = {
        "framework": list(load_frameworks() if frameworks is None else frameworks),
        "workload": list(WORKLOADS if workloads is None else workloads),
        "probe": list(probes),
        "count": list(COUNTED),
    }
    for claim in claims:
        _refuse_unknown(path, claim, exist, probes)
    return claims


def load_article(path: Path = CLAIMS) -> Article | None:
    """What the table's sentences were taken from; None where it does not say."""
    return read_toml(path, _File).article


def _claim(path: Path, number: int, row: dict[str, Any]) -> Claim:
    name = told(row["id"]) if "id" in row else f"number {number}"
    where = f"{path}: claim {name}"
    try:
        values = _model(row).model_validate(row).model_dump()
    except ValidationError as error:
        fault = error.errors()[0]
        key = place(fault["loc"])
        raise UsageError(
            f"{where}: {key}: {fault['msg'].lower()}", _remedy(fault["type"], key, row)
        ) from error
    also = tuple(Quote(**quote) for quote in values["also"])
    return Claim(**{**_NOTHING, **values, "also": also})


_NOTHING: dict[str, Any] = {
    **dict.fromkeys(("reading", "metric"), ""),
    **dict.fromkeys(("caveats", "subjects", "baselines", "workloads"), ()),
    "margin": 0.0,
}
"""What a claim has of a key that is none of its kind."""


def _model(row: dict[str, Any]) -> type[_Row]:
    """Which kind of claim a row is, by the key that only its kind has."""
    kinds: dict[str, type[_Row]] = {
        "not_measurable": _NotMeasurable,
        "not_tested": _NotTested,
        "probe": _Probed,
        "counts": _Counted,
        "rule": _Ruled,
    }
    return next((kinds[key] for key in kinds if key in row), _Measured)


def _remedy(kind: str, key: str, row: dict[str, Any]) -> str:
    if kind == "extra_forbidden":
        keys = ", ".join(_model(row).model_fields)
        return f"{key!r} is not a key of such a claim; its keys are {keys}"
    return "mend that key; the head of the file says what each means"


def _refuse_twice(path: Path, claims: Sequence[Claim]) -> None:
    ids: set[str] = set()
    for claim in claims:
        if claim.id in ids:
            raise UsageError(
                f"{path}: two claims are named {told(claim.id)}",
                "give each claim a name of its own: it is its address on the page",
            )
        ids.add(claim.id)


def _refuse_unknown(
    path: Path,
    claim: Claim,
    exist: Mapping[str, list[str]],
    probes: Mapping[str, Probe],
) -> None:
    where = f"{path}: claim {told(claim.id)}"
    for kind, names in (
        ("framework", (*claim.subjects, *claim.baselines)),
        (
            "workload",
            (*claim.workloads, *claim.also_on, *claim.without_layer),
        ),
        ("probe", [probe for probe in (claim.probe, claim.strict_probe) if probe]),
        ("count", claim.counts),
    ):
        for name in names:
            if name not in exist[kind]:
                raise unknown(kind, name, exist[kind], where)
    if claim.counts and bool(claim.subjects) != bool(claim.baselines):
        raise UsageError(
            f"{where}: counts compare subjects with baselines",
            "name both, or neither where the counts are only shown",
        )
    for probe in (claim.probe, claim.strict_probe):
        if probe:
            _refuse_unplayed(where, claim, probes[probe])
    _refuse_incomplete(where, claim)
    _refuse_same_words(where, claim)
    both = set(claim.subjects) & set(claim.baselines)
    if both:
        raise UsageError(
            f"{where}: {', '.join(sorted(both))} cannot lead itself",
            "name each framework as subject or as baseline, not as both",
        )


def _refuse_incomplete(where: str, claim: Claim) -> None:
    """Keys that say something only together with others."""
    if claim.metric in claim.other_metrics:
        raise UsageError(
            f"{where}: other_metrics names {claim.metric}, which is its metric",
            "name only the metrics that stand beside it",
        )
    if claim.strict_probe and not claim.strict:
        raise UsageError(
            f"{where}: it has a strict_probe and no words for the stricter reading",
            "say in `strict` how the sentence is read then",
        )
    if claim.shows and not (claim.subjects and claim.baselines and claim.workloads):
        raise UsageError(
            f"{where}: it shows what {claim.shows} finds, and does not say of whom",
            "name subjects, baselines and workloads",
        )


def _refuse_same_words(where: str, claim: Claim) -> None:
    quotes = [claim.quote]
    for further in claim.also:
        if further.quote in quotes:
            raise UsageError(
                f"{where}: it quotes {told(further.quote)} twice",
                "`also` is for words that stand beside the quote; leave these out",
            )
        quotes.append(further.quote)


def _refuse_unplayed(where: str, claim: Claim, probe: Probe) -> None:
    deciding = [case.framework for case in probe.cases if case.decides]
    for name in claim.subjects:
        if name not in deciding:
            raise UsageError(
                f"{where}: the probe {probe.id!r} has no case of {name} that decides",
                f"it has cases of: {', '.join(dict.fromkeys(deciding))}",
            )


def table_sha256(path: Path = CLAIMS) -> str:
    """Which version of a table of claims judged: the hash of its file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "check the path") from error
