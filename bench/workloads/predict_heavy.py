"""
A prediction that takes milliseconds: the network of `predict` for every item of a catalogue.

Measures what becomes of a server while its processor works on a model. The
weights and the catalogue follow from formulas in the contract. Plain Python
would need a second for each body, so this file reckons with NumPy too, but
folds the features into the weights where the applications multiply the items.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import canonical, read_json
from bench.workloads.predict import FEATURES, TOLERANCE, body_of, weights


ITEMS = 16384
VARIANTS = 32


@dataclass(frozen=True, slots=True)
class Best:
    """The highest score, and every item that comes as near to it as rounding may."""

    score: float
    items: frozenset[int]


@cache
def _catalogue() -> Any:
    import numpy as np

    return np.cos(np.arange(ITEMS)[:, None] * np.sqrt(np.arange(2, FEATURES + 2)))


@lru_cache(maxsize=1024)
def best(features: tuple[float, ...]) -> Best:
    """What the network makes of 64 features and the catalogue, not rounded."""
    import numpy as np

    hidden, biases, last = (np.array(each) for each in weights())
    units = np.tanh(_catalogue() @ (hidden * np.array(features)).T + biases)
    scores = 1 / (1 + np.exp(-(units @ last)))
    highest = float(scores.max())
    near = np.flatnonzero(scores >= highest - TOLERANCE)
    return Best(highest, frozenset(near.tolist()))


@lru_cache(maxsize=16)
def requests(seed: int) -> Sequence[Request]:
    """
    Distinct vectors of 64 numbers from -3 to 3.

    Their answers are reckoned here and kept: the generator, which asks before
    it sends, must not reckon while it times.
    """
    chance = random.Random(seed)
    vectors = [
        tuple(round(chance.uniform(-3, 3), 4) for _ in range(FEATURES))
        for _ in range(VARIANTS)
    ]
    for vector in vectors:
        best(vector)
    return tuple(
        Request("POST", "/predict-heavy", body_of(vector), "application/json")
        for vector in vectors
    )


def check(request: Request, reply: Reply) -> str | None:
    """An item with the highest score, and that score, to six places."""
    found, wrong = read_json(reply)
    if wrong:
        return wrong
    if not isinstance(found, dict) or set(found) != {"item", "score"}:
        return f"expected an item and its score, got {canonical(found)[:80]}"
    item, score = found["item"], found["score"]
    expected = best(tuple(json.loads(request.body or b"{}")["features"]))
    if type(item) is not int or item not in expected.items:
        example = min(expected.items)
        return f"expected item {example}, got {canonical(item)[:80]}"
    if type(score) is not float or not abs(score - expected.score) <= TOLERANCE:
        return f"expected a score of {expected.score:.6f}, got {canonical(score)[:80]}"
    return None


WORKLOAD = Workload(
    name="predict-heavy",
    title="A prediction that takes milliseconds",
    why="The same network for each of 16,384 items, the best one out: some ten milliseconds of NumPy that hold a processor.",
    requests=requests,
    check=check,
)
