"""Results that hold two releases of Flask. All numbers invented."""

from dataclasses import replace

from bench.model.estimate import Quantity
from bench.model.results import Results
from tests.report.builders import (
    AGAIN,
    ASGI,
    DJANGO,
    FASTAPI,
    FLASK,
    KEYS,
    WSGI,
    results,
)


OLD = replace(FLASK, id="flask@0.9/gunicorn-gthread", version="0.9", title="Flask 0.9")
ALL = (DJANGO, OLD, FLASK, FASTAPI, AGAIN, WSGI, ASGI)
KEYS.setdefault(OLD.id, "flask")  # it is made of the same figures as the newer one


def slower(share: float) -> Results:
    """The older release answers this share of the newer one's requests."""

    def change(made: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
        newer = {(q.workload, q.metric): q for q in made if q.target == FLASK.id}
        return tuple(
            replace(
                q,
                rounds=tuple(
                    x and x * share for x in newer[q.workload, "throughput"].rounds
                ),
            )
            if q.target == OLD.id and q.metric == "throughput"
            else q
            for q in made
        )

    made = results(ALL, change=change)
    receipt = made.receipts[OLD.id]
    old = replace(receipt, version="0.9.1", packages={"flask": "0.9.1"})
    return replace(made, receipts={**made.receipts, OLD.id: old})
