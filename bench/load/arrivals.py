"""When the requests of an open loop are due."""

from array import array

import numpy as np

from bench.load.generator import WorkerShare
from bench.model.load import Arrivals, Load


THINNING = 1  # the stream of a seed that deals arrivals out; the times have their own


def due_times(load: Load, seed: int) -> "array[int]":
    """
    Nanoseconds from the start of the visit, rising, all inside it.

    Constant arrivals begin after a seeded part of one interval, so that
    windows do not all beat in step with something else. A Poisson process has
    independent exponential intervals; the same seed gives the same times.

    A surge runs the same process on a clock that goes faster meanwhile, which
    makes a Poisson process of that rate (time change; E. Cinlar, Introduction
    to Stochastic Processes, 1975, chapter 4.7).
    """
    assert load.rate_rps is not None
    generator = np.random.Generator(np.random.PCG64(seed))
    interval_ns = 1e9 / load.rate_rps
    real_ns, clock_ns = _clock(load)
    end_ns = clock_ns[-1]
    if load.arrivals is Arrivals.CONSTANT:
        phase = generator.random()
        count = int(end_ns / interval_ns) + 1
        times = (np.arange(count) + phase) * interval_ns
    else:
        times = _poisson(generator, interval_ns, end_ns)
    times = times[times < end_ns]
    if load.surge is not None:
        times = np.interp(times, clock_ns, real_ns)
    return array("q", times.astype(np.int64).tobytes())


def own_due_times(load: Load, seed: int, share: WorkerShare) -> "array[int]":
    """
    Of `due_times`, what is due of one worker; the shares together are exactly the whole.

    Each arrival belongs to a connection of the whole pool, and with it to the
    worker that has the connection: in turn where arrivals are constant, drawn
    at random where they are a Poisson process, whose parts are then Poisson
    processes that know nothing of each other (colouring theorem; J. F. C.
    Kingman, Poisson Processes, 1993, chapter 5.1). So every connection has the
    same rate, and the same seed offers the same requests whatever the number
    of workers.
    """
    whole = due_times(load, seed)
    if share.of == 1:
        return whole
    times = np.frombuffer(whole, np.int64)
    if load.arrivals is Arrivals.CONSTANT:
        connections = np.arange(len(times), dtype=np.int64) % load.clients
    else:
        generator = np.random.Generator(np.random.PCG64([seed, THINNING]))
        connections = generator.integers(load.clients, size=len(times))
    own = times[connections % share.of == share.index]
    return array("q", own.tobytes())


def _clock(load: Load) -> tuple[list[float], list[float]]:
    """Moments of the visit, and what a clock that runs with the rate shows at them; nanoseconds."""
    real_s, clock_s = [0.0, load.duration_s], [0.0, load.duration_s]
    if (surge := load.surge) is not None:
        first_s = load.warm_s + surge.from_s
        more_s = surge.lasts_s * (surge.times - 1)
        real_s[1:1] = first_s, first_s + surge.lasts_s
        clock_s = [0.0, first_s, real_s[2] + more_s, real_s[3] + more_s]
    return [s * 1e9 for s in real_s], [s * 1e9 for s in clock_s]


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
