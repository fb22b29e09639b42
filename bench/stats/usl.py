"""
The universal scalability law: throughput at N clients.

    X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1))

lambda is what one client gets alone, sigma the share of the work that takes
turns (contention), kappa what each pair costs (coherency); kappa above zero
makes throughput fall again beyond sqrt((1 - sigma) / kappa) clients.

N / X(N) is a polynomial in N, so the fit is linear least squares on it, each
level weighted by its own X / N: relative errors count alike, as throughput
scatters by per cents. No term is held at zero or above: a bound would push its
mean away from zero and its interval with it.

Assumes: levels of clients are known exactly, errors are relative and alike.
Lies when: the curve has another shape (a sharp knee, a limit of the
generator); so the misfit is told, and a curve that does not fit is not drawn.
With fewer than five levels three terms fit almost anything.

Source: N. J. Gunther, Guerrilla Capacity Planning, 2007, chapters 4 to 6;
a general theory of computational scalability based on rational functions,
arXiv:0808.1431, 2008.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from bench.stats.interleaved import Floats


FEWEST_LEVELS = 5
"""Below this three terms would fit almost anything."""


@dataclass(frozen=True, slots=True)
class Law:
    """The three terms; `alone` in requests per second."""

    alone: float
    contention: float
    retrograde: float

    def at(self, clients: float) -> float:
        """Throughput at so many clients."""
        turns = self.contention * (clients - 1)
        pairs = self.retrograde * clients * (clients - 1)
        return self.alone * clients / (1 + turns + pairs)

    @property
    def peak_clients(self) -> float | None:
        """Where throughput is highest; None if it never falls again."""
        if self.retrograde <= 0 or self.contention >= 1:
            return None
        return sqrt((1 - self.contention) / self.retrograde)


def fit(clients: Sequence[float], rates: Sequence[float]) -> Law:
    """
    The law through these levels and their (positive) throughputs.

    ValueError below FEWEST_LEVELS different levels, and where no law with
    positive throughput comes out.
    """
    levels = np.asarray(clients, dtype=np.float64)
    if len(set(levels.tolist())) < FEWEST_LEVELS:
        raise ValueError(f"a fit needs {FEWEST_LEVELS} levels, not {len(levels)}")
    measured = np.asarray(rates, dtype=np.float64)
    if len(measured) != len(levels) or not (measured > 0).all():
        raise ValueError("each level needs one positive throughput")
    terms = _terms(levels)
    weights = measured / levels
    solved, *_ = np.linalg.lstsq(terms * weights[:, None], np.ones_like(levels))
    if solved[0] <= 0 or (terms @ solved <= 0).any():
        raise ValueError("no law with positive throughput fits these levels")
    base = float(solved[0])
    return Law(1 / base, float(solved[1]) / base, float(solved[2]) / base)


def misfit(law: Law, clients: Sequence[float], rates: Sequence[float]) -> float:
    """Root mean square of the relative residuals: 0.05 is five per cent."""
    apart = [law.at(n) / rate - 1 for n, rate in zip(clients, rates, strict=True)]
    return float(np.sqrt(np.mean(np.square(apart))))


def _terms(levels: Floats) -> Floats:
    return np.column_stack([np.ones_like(levels), levels - 1, levels * (levels - 1)])
