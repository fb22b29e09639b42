"""
A prediction: 64 numbers in, one score out, by a small network.

Measures what serving a small model costs around the model itself, which takes
microseconds. The weights follow from formulas in the contract; this file
reckons them in plain Python, so that it shares no code with the applications.
"""

import json
import math
import random
from collections.abc import Sequence
from functools import cache
from operator import mul

from bench.model.exchange import Reply, Request
from bench.model.workload import Workload
from bench.workloads.answers import canonical, read_json


FEATURES = 64
VARIANTS = 256
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


def body_of(features: Sequence[object]) -> bytes:
    """The body that asks for a score."""
    return json.dumps({"features": features}, separators=(",", ":")).encode()


def requests(seed: int) -> Sequence[Request]:
    """Distinct vectors of 64 numbers from -3 to 3."""
    chance = random.Random(seed)
    return [
        Request("POST", "/predict", body_of(_features(chance)), "application/json")
        for _ in range(VARIANTS)
    ]


def _features(chance: random.Random) -> list[float]:
    return [round(chance.uniform(-3, 3), 4) for _ in range(FEATURES)]


def check(request: Request, reply: Reply) -> str | None:
    """The score of the features that were sent, to six places."""
    found, wrong = read_json(reply)
    if wrong:
        return wrong
    if not isinstance(found, dict) or set(found) != {"score"}:
        return f"expected a score and nothing else, got {canonical(found)[:80]}"
    given = found["score"]
    expected = score(json.loads(request.body or b"{}")["features"])
    if type(given) is not float or not abs(given - expected) <= TOLERANCE:
        return f"expected a score of {expected:.6f}, got {canonical(given)[:80]}"
    return None


WORKLOAD = Workload(
    name="predict",
    title="A prediction by a small model",
    why="64 numbers through a small NumPy network: what the framework adds to a model that itself takes microseconds.",
    requests=requests,
    check=check,
)
