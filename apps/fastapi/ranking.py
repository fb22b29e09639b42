"""
A prediction that takes milliseconds: the network of `predict`, for a whole catalogue.

NumPy does it in three calls that let go of the interpreter meanwhile, as
libraries for models do. Whoever needs it imports it then.
"""

import numpy as np

from prediction import B1, UNITS, W1, W2


ITEMS = np.cos(np.outer(np.arange(16384), np.sqrt(np.arange(2, UNITS + 2))))


def best_item(features: list[float]) -> tuple[int, float]:
    """The item that suits the features best, and its score, to six places."""
    hidden = np.tanh((ITEMS * np.array(features)) @ W1.T + B1)
    scores = 1 / (1 + np.exp(-(hidden @ W2)))
    item = int(scores.argmax())
    return item, round(float(scores[item]), 6)
