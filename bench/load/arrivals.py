"""When the requests of an open loop are due."""

from array import array

import numpy as np

from bench.model.load import Arrivals, Load


def due_times(load: Load, seed: int) -> "array[int]":
    """
    Nanoseconds from the start of the visit, rising, all inside it.

    Constant arrivals begin after a seeded part of one interval, so that
    windows do not all beat in step with something else. A Poisson process has
    independent exponential intervals; the same seed gives the same times.
    """
    assert load.rate_rps is not None
    generator = np.random.Generator(np.random.PCG64(seed))
    interval_ns = 1e9 / load.rate_rps
    end_ns = load.duration_s * 1e9
    if load.arrivals is Arrivals.CONSTANT:
        phase = generator.random()
        count = int(end_ns / interval_ns) + 1
        times = (np.arange(count) + phase) * interval_ns
    else:
        times = _poisson(generator, interval_ns, end_ns)
    times = times[times < end_ns]
    return array("q", times.astype(np.int64).tobytes())


def _poisson(
    generator: np.random.Generator, interval_ns: float, end_ns: float
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    expected = end_ns / interval_ns
    # Ten standard deviations more than expected; the loop is for the rest.
    chunk = int(expected + 10 * expected**0.5) + 16
    parts = [np.cumsum(generator.exponential(interval_ns, chunk))]
    while parts[-1][-1] < end_ns:
        parts.append(
            parts[-1][-1] + np.cumsum(generator.exponential(interval_ns, chunk))
        )
    return np.concatenate(parts)
