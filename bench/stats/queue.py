"""
What theory says of servers whose service is known, to hold measurements against.

Assumes: one server, first come first served, the same service time for every
request; Poisson arrivals for the long-run mean, any arrivals for the recursion.
Lies when: the queue has not been long enough at its load for the long-run
mean (at 70 % a thousand requests still scatter by some ten per cent; the
recursion follows the very arrivals and does not).

Sources: the mean is that of A. Khintchine and F. Pollaczek (1930-32) for a
constant service time; the recursion is D. V. Lindley's, 1952.
"""

from collections.abc import Sequence

import numpy as np

from bench.stats.interleaved import Floats


def mean_wait_s(service_s: float, rate_rps: float) -> float:
    """Long-run mean time before service begins (M/D/1); ValueError at or beyond capacity."""
    load = service_s * rate_rps
    if not 0 < load < 1:
        raise ValueError(f"a queue at {load:.2f} of its capacity has no mean wait")
    return load * service_s / (2 * (1 - load))


def waits_s(arrivals_s: Sequence[float] | Floats, service_s: float) -> Floats:
    """How long each of these arrivals (seconds, rising) waits before its service begins."""
    delays_s = np.zeros(len(arrivals_s))
    free_s = 0.0
    for position, arrival_s in enumerate(arrivals_s):
        delays_s[position] = max(0.0, free_s - arrival_s)
        free_s = max(free_s, arrival_s) + service_s
    return delays_s


def stall_quantile_s(stall_s: float, every_s: float, level: float) -> float:
    """
    The quantile of response times where nothing is answered in the first part of every period.

    Arrivals that do not wait for answers meet the stall evenly, so that the
    share of them that waits longer than x is (stall - x) / every; zero where
    fewer than 1 - level of them meet it at all.
    """
    return max(0.0, stall_s - (1 - level) * every_s)
