"""Raw samples: exact quantiles of them, and the file they are kept in."""

import io
import zipfile
from collections.abc import Buffer, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.errors import EnvironmentFailure, UsageError
from bench.model.trial import KindStats, Quantiles
from bench.stats.sketch import sketch
from bench.store.whole_file import write_whole


type Nanoseconds = np.ndarray[tuple[int], np.dtype[np.int64]]
type Kinds = np.ndarray[tuple[int], np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """
    Every request of the measured part that was answered rightly, in order of its answer.

    `sent_ns` runs from the start of the measured part to the intended send
    (below 0 for what a closed loop had sent just before), `latency_ns` from the intended send to the answer, `service_ns` from the
    actual send. In a closed loop the last two are the same. `kind` is the place
    of each request's kind among those of a mixed workload; None: it has one.
    """

    sent_ns: Nanoseconds
    latency_ns: Nanoseconds
    service_ns: Nanoseconds
    kind: Kinds | None = None


def quantiles(samples_ns: Nanoseconds) -> Quantiles | None:
    """Nearest-rank quantiles in microseconds (each one a sample that occurred); None of nothing."""
    if not len(samples_ns):
        return None
    levels = (0.5, 0.9, 0.99, 0.999)
    levels_us = np.quantile(samples_ns, levels, method="inverted_cdf") / 1000
    p50, p90, p99, p999 = (float(value) for value in levels_us)
    return Quantiles(p50, p90, p99, p999, float(samples_ns.max()) / 1000)


def latencies(samples: Samples, open_loop: bool) -> dict[str, Any]:
    """What the tally of a window says of response times, by its fields; the sketch, and times from the actual send, of an open loop."""
    latency_ns = samples.latency_ns
    latency_us = quantiles(latency_ns)
    return {
        "latency_us": latency_us,
        "service_us": quantiles(samples.service_ns) if open_loop else latency_us,
        "latency_mean_us": float(latency_ns.mean()) / 1000 if len(latency_ns) else None,
        "latency_sketch": sketch(latency_ns) if open_loop else None,
    }


def kind_stats(
    names: Sequence[str], samples: Samples, errors: Sequence[int]
) -> tuple[KindStats, ...]:
    """Each kind of request by itself; nothing where there is one kind."""
    kinds: list[KindStats] = []
    for place, (name, failed) in enumerate(zip(names, errors, strict=True)):
        own = samples.latency_ns[samples.kind == place]
        counted = sketch(own) if len(own) else None
        kinds.append(KindStats(name, len(own), failed, quantiles(own), counted))
    return tuple(kinds)


def median_us(samples_ns: Nanoseconds) -> float | None:
    """The middle of them in microseconds; None of nothing."""
    return float(np.median(samples_ns)) / 1000 if len(samples_ns) else None


def write_samples(path: Path, samples: Samples) -> None:
    """Write the file whole or not at all; EnvironmentFailure if it cannot be written."""
    arrays: dict[str, Nanoseconds | Kinds] = {
        "sent_ns": samples.sent_ns,
        "latency_ns": samples.latency_ns,
    }
    if samples.service_ns is not samples.latency_ns:
        arrays["service_ns"] = samples.service_ns
    if samples.kind is not None:
        arrays["kind"] = samples.kind
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **arrays)
    write_packed(path, content.getbuffer())


def write_packed(path: Path, content: Buffer) -> None:
    """Write samples that are packed already, likewise."""
    try:
        write_whole(path, content)
    except OSError as error:
        raise EnvironmentFailure(
            f"the samples of a window could not be written: {error}",
            hint="is the disk full?",
        ) from error


def read_samples(path: Path) -> Samples:
    """Read the file back; UsageError if it is missing or no such file."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            latency = stored["latency_ns"]
            service = stored.get("service_ns", latency)
            return Samples(stored["sent_ns"], latency, service, stored.get("kind"))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"{path} does not hold samples: {error}",
            hint="measure again, or analyse without raw samples",
        ) from error
