"""
A small model: 64 features, 64 hidden units, one score.

Its weights come from formulas, so that there is no file to trust. Whoever
needs it imports it then: a process that predicts nothing carries no NumPy.
"""

import numpy as np


UNITS = 64
W1 = np.sin(0.37 * np.arange(UNITS * UNITS).reshape(UNITS, UNITS)) * 0.2
B1 = np.cos(0.11 * np.arange(UNITS)) * 0.1
W2 = np.sin(0.73 * np.arange(UNITS)) * 0.3


def score(features: list[float]) -> float:
    """What the network makes of the features, from 0 to 1, to six places."""
    hidden = np.tanh(W1 @ np.array(features) + B1)
    return round(float(1 / (1 + np.exp(-(W2 @ hidden)))), 6)
