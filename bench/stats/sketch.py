"""
Quantiles of many samples from counts in narrow buckets, which can be added up.

Bucket i counts the samples from 1.01**i to 1.01**(i + 1) nanoseconds and
stands for its geometric middle, so that a quantile is at most half a per cent
from the sample of that rank. A window's sketch takes a few kilobytes however
many samples it had, and the sketches of a round's windows add up to the
sketch of the round, which their quantiles do not.

Lies when: somebody wants differences below one per cent from it; the raw
samples are stored beside it.

Source: the idea is that of G. Tene's HdrHistogram; the buckets are those of
C. Masson, J. E. Rim and H. K. Lee, DDSketch, 2019.
"""

from collections import Counter
from collections.abc import Iterable
from math import ceil, exp, log1p

import numpy as np
import numpy.typing as npt

from bench.model.trial import Sketch


WIDTH = 0.01
"""Of a bucket, relative to where it begins."""


def sketch(samples_ns: npt.NDArray[np.int64]) -> Sketch:
    """The sketch of positive samples in nanoseconds; less than one counts as one."""
    positions = np.log(np.maximum(samples_ns, 1)) / log1p(WIDTH)
    buckets, counts = np.unique(positions.astype(np.int64), return_counts=True)
    return Sketch(
        tuple(int(bucket) for bucket in buckets), tuple(int(n) for n in counts)
    )


def together(parts: Iterable[Sketch]) -> Sketch:
    """The sketch of all their samples."""
    total: Counter[int] = Counter()
    for part in parts:
        total.update(dict(zip(part.buckets, part.counts, strict=True)))
    buckets = sorted(total)
    return Sketch(tuple(buckets), tuple(total[bucket] for bucket in buckets))


def count(of: Sketch) -> int:
    """How many samples it holds."""
    return sum(of.counts)


def quantile_ns(of: Sketch, level: float) -> float:
    """The sample of rank ceil(level x n), to half a per cent; ValueError of nothing."""
    if not of.counts:
        raise ValueError("no samples, no quantile")
    rank = max(1, ceil(level * count(of) - 1e-9))
    position = int(np.searchsorted(np.cumsum(of.counts), rank))
    return exp((of.buckets[position] + 0.5) * log1p(WIDTH))
