"""Runs as a history holds them, with a known truth. All numbers invented."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.model.history import INSTRUCTIONS, KeptRun, MadeOf, Point


HERE = "0123456789ab"
FLASK = "flask@1.0/gunicorn-gthread"
FLOOR = "floor@1.0/gunicorn-gthread"
LINE = "flask/gunicorn-gthread"
WHERE = {"machine": "Test CPU, 2 cores (abcd1234)", "engine": "local"}


def point(value: float | None = 0.5, **changes: Any) -> Point:
    """A ratio of CPU time with an interval of 2 % on either side; a count has none."""
    plain: dict[str, Any] = {
        "line": LINE,
        "target": FLASK,
        "workload": "hello",
        "metric": "cpu",
        "reference": FLOOR,
        "conditions": HERE,
        "value": value,
    }
    if changes.get("metric") == INSTRUCTIONS:
        plain["reference"] = None
    elif value is not None:
        plain |= {"low": value / 1.02, "high": value * 1.02, "level": 0.95, "n": 14}
    return Point(**{**plain, **changes})


def night(number: int, points: Sequence[Point], **changes: Any) -> KeptRun:
    """The run of one night, from 1 on."""
    began = datetime(2026, 1, 1, 3, 23, tzinfo=UTC) + timedelta(days=number - 1)
    plain: dict[str, Any] = {
        "id": f"{began:%Y%m%dT%H%M%SZ}-versions-{number:04x}",
        "created_at": f"{began:%Y-%m-%dT%H:%M:%SZ}",
        "machine": "abcd1234",
        "profile": "versions",
        "rounds": 14,
        "measuring": "m" * 64,
        "decides_nothing": None,
        "made_from": f"{number:064x}",
        "conditions": {kept_point.conditions: WHERE for kept_point in points},
        "targets": made_of(),
        "points": tuple(points),
    }
    return KeptRun(**{**plain, **changes})


def made_of(
    version: str = "1.0.3", werkzeug: str = "3.1.8", server: str = "25.1"
) -> tuple[MadeOf, ...]:
    """What target and floor ran on."""
    packages: Mapping[str, str] = {"flask": version, "Werkzeug": werkzeug}
    return (
        MadeOf(FLASK, version, packages, "a" * 64),
        MadeOf(FLOOR, "1", {"gunicorn": server}, "b" * 64),
    )


def nights(values: Sequence[float | None], **changes: Any) -> list[KeptRun]:
    """One run a night, each with this one figure."""
    return [
        night(number, [point(value, **changes)])
        for number, value in enumerate(values, 1)
    ]
