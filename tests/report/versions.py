"""Results that hold several versions of a framework. All numbers invented."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bench.model.estimate import Quantity
from bench.model.framework import Target
from bench.model.results import Results
from tests.report.builders import (
    AGAIN,
    ASGI,
    DJANGO,
    FASTAPI,
    FLASK,
    KEYS,
    WSGI,
    ranked_again,
    results,
)


def version(of: Target, name: str) -> Target:
    """Another version of a target; it is made of the same figures."""
    made = replace(
        of,
        id=f"{of.framework}@{name}/{of.deployment}",
        version=name,
        title=f"{of.title} {name}",
    )
    KEYS.setdefault(made.id, of.framework)
    return made


OLD = version(FLASK, "0.9")
ALL = (DJANGO, OLD, FLASK, FASTAPI, AGAIN, WSGI, ASGI)

type Beneath = tuple[Target, dict[str, str]]

BENEATH: tuple[Beneath, ...] = (
    (version(DJANGO, "1.0.3-gunicorn-25.2.0"), {"gunicorn": "25.2.0"}),
    (version(FLASK, "1.0.3-pydantic-2.11.10"), {"pydantic": "2.11.10"}),
    (version(FLASK, "1.0.3-gunicorn-25.2.0"), {"gunicorn": "25.2.0"}),
    (version(FASTAPI, "1.0.3-pydantic-2.11.10"), {"pydantic": "2.11.10"}),
    (version(FASTAPI, "1.0.3-uvicorn-0.40.0"), {"uvicorn": "0.40.0"}),
)
"""Asked for with one older package each, named as such targets are."""
NEWER: Beneath = (
    version(FASTAPI, "1.0.3-opentelemetry-api-1.45.2"),
    {"opentelemetry-api": "1.45.2"},
)
STANDS = {
    "gunicorn": "26.2.0",
    "opentelemetry-api": "1.40.0",
    "pydantic": "2.14.4",
    "uvicorn": "0.54.0",
}


def slower(share: float) -> Results:
    """The older release answers this share of the newer one's requests."""
    return with_old(lambda made: changed(made, OLD, FLASK, share))


def with_old(
    change: Callable[[tuple[Quantity, ...]], tuple[Quantity, ...]],
) -> Results:
    """A run of the two releases, each with what it runs on."""
    made = results(ALL, change=change)
    receipt = made.receipts[OLD.id]
    old = replace(receipt, version="0.9.1", packages={"flask": "0.9.1"})
    return ranked_again(replace(made, receipts={**made.receipts, OLD.id: old}))


def on_older(share: float, *more: Beneath) -> Results:
    """FastAPI answers this share of its requests on an older uvicorn; all stand on one older package or two as well."""
    asked = (*BENEATH, *more)
    older = next(target for target, _ in asked if "uvicorn-" in target.version)
    made = results(
        (*(target for target, _ in asked), DJANGO, FLASK, FASTAPI, AGAIN, WSGI, ASGI),
        change=lambda made: changed(made, older, FASTAPI, share),
    )
    beneath = {target.id: packages for target, packages in asked}
    receipts = {
        name: replace(
            receipt,
            version="0.9.1" if name == OLD.id else receipt.version,
            packages={**receipt.packages, **STANDS, **beneath.get(name, {})},
        )
        for name, receipt in made.receipts.items()
    }
    return ranked_again(replace(made, receipts=receipts))


def changed(
    made: tuple[Quantity, ...], target: Target, other: Target, share: float
) -> tuple[Quantity, ...]:
    """The first answers this share of the other's requests."""
    theirs: Mapping[tuple[str | None, str], Quantity] = {
        (q.workload, q.metric): q for q in made if q.target == other.id
    }
    return tuple(
        replace(
            q,
            rounds=tuple(
                x and x * share for x in theirs[q.workload, "throughput"].rounds
            ),
        )
        if q.target == target.id and q.metric == "throughput"
        else q
        for q in made
    )
