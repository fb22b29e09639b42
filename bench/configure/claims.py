"""Read the table of claims, and refuse what is wrong in it by the claim's own name."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bench.configure.tables import DEFINITIONS, load_frameworks, read_toml
from bench.errors import AskedWrongly, unknown
from bench.model.verdict import Claim
from bench.workloads import WORKLOADS


type Names = Annotated[tuple[str, ...], Field(min_length=1)]
type Words = Annotated[str, Field(min_length=1)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    claim: Annotated[tuple[dict[str, Any], ...], Field(min_length=1)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    quote: Words
    where: Words


class _Measured(_Row):
    reading: Words
    metric: Literal["throughput", "cpu", "memory"]
    subjects: Names
    baselines: Names
    workloads: Names
    margin: Annotated[float, Field(ge=0, le=1)]
    why: Words
    caveats: tuple[str, ...] = ()


class _NotTested(_Row):
    reading: Words
    not_tested: Words


class _NotMeasurable(_Row):
    not_measurable: Words


def load_claims(
    path: Path = DEFINITIONS / "claims.toml",
    frameworks: Collection[str] | None = None,
    workloads: Collection[str] | None = None,
) -> tuple[Claim, ...]:
    """
    The claims in the order of the file.

    `frameworks` and `workloads` are the names that exist; left out, they come
    from the table of frameworks and the contract. Raises AskedWrongly, naming
    the file, the claim and what exists instead.
    """
    rows = read_toml(path, _File).claim
    claims = tuple(_claim(path, number, row) for number, row in enumerate(rows, 1))
    _refuse_twice(path, claims)
    exist = {
        "framework": list(load_frameworks() if frameworks is None else frameworks),
        "workload": list(WORKLOADS if workloads is None else workloads),
    }
    for claim in claims:
        _refuse_unknown(path, claim, exist)
    return claims


def _claim(path: Path, number: int, row: dict[str, Any]) -> Claim:
    name = repr(row["id"]) if "id" in row else f"number {number}"
    where = f"{path}: claim {name}"
    try:
        return _validated(row)
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(str(step) for step in fault["loc"])
        raise AskedWrongly(
            f"{where}: {key}: {fault['msg'].lower()}", _remedy(fault["type"], key, row)
        ) from error


def _validated(row: dict[str, Any]) -> Claim:
    if "not_measurable" in row:
        return _without_trials(_NotMeasurable.model_validate(row))
    if "not_tested" in row:
        return _without_trials(_NotTested.model_validate(row))
    return Claim(**_Measured.model_validate(row).model_dump())


def _without_trials(row: _NotTested | _NotMeasurable) -> Claim:
    return Claim(
        id=row.id,
        quote=row.quote,
        where=row.where,
        reading=row.reading if isinstance(row, _NotTested) else "",
        metric="",
        subjects=(),
        baselines=(),
        workloads=(),
        margin=0.0,
        caveats=(),
        not_tested=row.not_tested if isinstance(row, _NotTested) else None,
        not_measurable=(
            row.not_measurable if isinstance(row, _NotMeasurable) else None
        ),
    )


def _remedy(kind: str, key: str, row: dict[str, Any]) -> str:
    if kind == "extra_forbidden":
        model = (
            _NotMeasurable
            if "not_measurable" in row
            else _NotTested
            if "not_tested" in row
            else _Measured
        )
        return f"{key!r} is not a key of such a claim; its keys are {', '.join(model.model_fields)}"
    return "mend that key; the head of the file says what each means"


def _refuse_twice(path: Path, claims: Sequence[Claim]) -> None:
    seen: set[str] = set()
    for claim in claims:
        if claim.id in seen:
            raise AskedWrongly(
                f"{path}: two claims are named {claim.id!r}",
                "give each claim a name of its own: it is its address on the page",
            )
        seen.add(claim.id)


def _refuse_unknown(path: Path, claim: Claim, exist: dict[str, list[str]]) -> None:
    where = f"{path}: claim {claim.id!r}"
    for kind, names in (
        ("framework", (*claim.subjects, *claim.baselines)),
        ("workload", claim.workloads),
    ):
        for name in names:
            if name not in exist[kind]:
                raise unknown(kind, name, exist[kind], where)
    both = set(claim.subjects) & set(claim.baselines)
    if both:
        raise AskedWrongly(
            f"{where}: {', '.join(sorted(both))} cannot lead itself",
            "name each framework as subject or as baseline, not as both",
        )
