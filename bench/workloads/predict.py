"""
Predictions: 64 numbers through a small network, once, or for every item of a catalogue.

The first measures what serving a small model costs around the model itself,
the second what becomes of a server while its processor works on a model. The
weights and the catalogue follow from formulas in the contract. The single score
is reckoned here in plain Python, so that it shares no code with the
applications; that would need a second for a catalogue, so the best item is
found by NumPy too, with the features folded into the weights where the
applications multiply the items.
"""

import json
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import mul
from typing import Any

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import canonical, encoded, posted, read_json


FEATURES = 64
ITEMS = 16384
VARIANTS, HEAVY_VARIANTS = 256, 32
TOLERANCE = 1e-6  # of a score; applications round to six places

type Weights = tuple[list[list[float]], list[float], list[float]]


@cache
def weights() -> Weights:
    """The hidden layer's weights and biases, and the weights of the score."""
    size = range(FEATURES)
    hidden = [[math.sin(0.37 * (FEATURES * i + k)) * 0.2 for k in size] for i in size]
    biases = [math.cos(0.11 * i) * 0.1 for i in size]
    return hidden, biases, [math.sin(0.73 * i) * 0.3 for i in size]


def score(features: Sequence[float]) -> float:
    """What the network makes of 64 features, not rounded."""
    hidden, biases, last = weights()
    units = [
        math.tanh(sum(map(mul, row, features)) + bias)
        for row, bias in zip(hidden, biases, strict=True)
    ]
    return 1 / (1 + math.exp(-sum(map(mul, last, units))))


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

    hidden, biases, last = (np.array(weight) for weight in weights())
    units = np.tanh(_catalogue() @ (hidden * np.array(features)).T + biases)
    scores = 1 / (1 + np.exp(-(units @ last)))
    highest = float(scores.max())
    near = np.flatnonzero(scores >= highest - TOLERANCE)
    return Best(highest, frozenset(near.tolist()))


def body_of(features: Sequence[object]) -> bytes:
    """The body that asks for a score."""
    return encoded({"features": features})


def _vectors(seed: int, count: int) -> list[tuple[float, ...]]:
    """Distinct vectors of 64 numbers from -3 to 3."""
    chance = random.Random(seed)
    return [
        tuple(round(chance.uniform(-3, 3), 4) for _ in range(FEATURES))
        for _ in range(count)
    ]


@lru_cache(maxsize=16)
def _heavy_requests(seed: int) -> Sequence[Request]:
    """
    Their answers are reckoned here and kept.

    The generator, which asks before it sends, must not reckon while it times.
    """
    vectors = _vectors(seed, HEAVY_VARIANTS)
    for vector in vectors:
        best(vector)
    return tuple(posted("/predict-heavy", body_of(vector)) for vector in vectors)


def _features(request: Request) -> Sequence[float]:
    sent: list[float] = json.loads(request.body or b"{}")["features"]
    return sent


def _score(request: Request, reply: Reply) -> str | None:
    """The score of the features that were sent, to six places."""
    answer, wrong = read_json(reply)
    if wrong:
        return wrong
    if not isinstance(answer, dict) or set(answer) != {"score"}:
        return f"expected a score and nothing else, got {canonical(answer)[:80]}"
    return _wrong_score(answer["score"], score(_features(request)))


def _best(request: Request, reply: Reply) -> str | None:
    """An item with the highest score, and that score, to six places."""
    answer, wrong = read_json(reply)
    if wrong:
        return wrong
    if not isinstance(answer, dict) or set(answer) != {"item", "score"}:
        return f"expected an item and its score, got {canonical(answer)[:80]}"
    item, expected = answer["item"], best(tuple(_features(request)))
    if type(item) is not int or item not in expected.items:
        return f"expected item {min(expected.items)}, got {canonical(item)[:80]}"
    return _wrong_score(answer["score"], expected.score)


def _wrong_score(answered: Any, expected: float) -> str | None:
    if type(answered) is float and abs(answered - expected) <= TOLERANCE:
        return None
    return f"expected a score of {expected:.6f}, got {canonical(answered)[:80]}"


PREDICT = Workload(
    name="predict",
    title="A prediction by a small model",
    why="64 numbers through a small NumPy network: what the framework adds to a model that itself takes microseconds.",
    requests=lambda seed: [
        posted("/predict", body_of(vector)) for vector in _vectors(seed, VARIANTS)
    ],
    check=_score,
)
PREDICT_HEAVY = Workload(
    name="predict-heavy",
    title="A prediction that takes milliseconds",
    why="The same network for each of 16,384 items, the best one out: some ten milliseconds of NumPy that hold a processor.",
    requests=_heavy_requests,
    check=_best,
)
