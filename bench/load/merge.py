"""
What several workers saw in one visit, put together exactly.

Counts are added, raw samples are put into one list, and quantiles are taken
of that list: never of quantiles. Every time is a distance on one worker's own
clock; clocks of different machines are never compared.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.errors import EnvironmentFailure
from bench.load import messages
from bench.load.generator import LoadRequest
from bench.load.messages import Message
from bench.load.samples import (
    Nanoseconds,
    Samples,
    kind_stats,
    latencies,
    median_us,
    write_samples,
)
from bench.load.worker_pool import WorkerAssignment
from bench.model.trial import SLOT_S, Slot, WindowStats, WorkerPart


def samples_message(samples: Samples) -> dict[str, bytes | None]:
    """The samples as bytes, for the way between two processes."""
    service = samples.service_ns
    same = service is samples.latency_ns
    return {
        "sent_ns": _packed(samples.sent_ns),
        "latency_ns": _packed(samples.latency_ns),
        "service_ns": None if same else _packed(service),
        "kind": None if samples.kind is None else samples.kind.tobytes(),
    }


def samples_of(message: Mapping[str, Any], requests: int) -> Samples:
    """The samples of so many requests; EnvironmentFailure if there are not as many."""
    sent, latency = _unpacked(message["sent_ns"]), _unpacked(message["latency_ns"])
    service = message["service_ns"]
    kind = message["kind"]
    samples = Samples(
        sent,
        latency,
        latency if service is None else _unpacked(service),
        None if kind is None else np.frombuffer(kind, np.uint8),
    )
    lengths = {len(samples.sent_ns), len(samples.latency_ns), len(samples.service_ns)}
    if samples.kind is not None:
        lengths.add(len(samples.kind))
    if lengths != {requests}:
        raise EnvironmentFailure(
            f"a load worker counted {requests} requests and sent samples of {sorted(lengths)}",
            hint="this is a fault of the harness or of the machine: measure again",
        )
    return samples


def merge_samples(parts: Sequence[Samples]) -> Samples:
    """All of them, in order of the answer, each since the start that its own worker had."""
    sent = np.concatenate([part.sent_ns for part in parts])
    latency = np.concatenate([part.latency_ns for part in parts])
    order = np.argsort(sent + latency, kind="stable")
    merged = latency[order]
    service = merged
    if any(part.service_ns is not part.latency_ns for part in parts):
        service = np.concatenate([part.service_ns for part in parts])[order]
    kinds = [part.kind for part in parts if part.kind is not None]
    return Samples(
        sent[order], merged, service, np.concatenate(kinds)[order] if kinds else None
    )


def merge_tallies(
    tallies: Sequence[WindowStats], samples: Samples, locust_requests: int
) -> WindowStats:
    """
    One tally of at least one, `samples` being all of theirs.

    The generator's processor time is that of the busiest: whoever is near its
    limit is what is measured, however idle the others are.
    """
    first = tallies[0]
    is_open = first.offered is not None
    errors: Counter[str] = Counter()
    for tally in tallies:
        errors.update(tally.errors)
    return replace(
        first,
        requests=sum(tally.requests for tally in tallies),
        requests_total=sum(tally.requests_total for tally in tallies),
        measure_s=max(tally.measure_s for tally in tallies),
        errors=dict(errors),
        first_error=next((t.first_error for t in tallies if t.first_error), None),
        connections_opened=sum(tally.connections_opened for tally in tallies),
        retried=sum(tally.retried for tally in tallies),
        **latencies(samples, is_open),
        per_second=_added([tally.per_second for tally in tallies]),
        generator_cpu_s=max(tally.generator_cpu_s for tally in tallies),
        late_sends=sum(tally.late_sends for tally in tallies),
        offered=sum(tally.offered or 0 for tally in tallies) if is_open else None,
        locust_requests=locust_requests,
        starved_sends=sum(tally.starved_sends for tally in tallies),
        slots=_slots(tallies, samples) if is_open else None,
        beside=None,
        kinds=kind_stats(
            [kind.name for kind in first.kinds],
            samples,
            [sum(own) for own in zip(*(_kind_errors(t) for t in tallies), strict=True)],
        ),
    )


def _kind_errors(tally: WindowStats) -> list[int]:
    return [kind.errors for kind in tally.kinds]


def _slots(tallies: Sequence[WindowStats], samples: Samples) -> tuple[Slot, ...]:
    """Slot by slot: counts are added, medians are taken anew."""
    own = [tally.slots or () for tally in tallies]
    place = samples.sent_ns // int(SLOT_S * 1e9)
    return tuple(
        Slot(
            due=sum(slots[n].due for slots in own if n < len(slots)),
            right=sum(slots[n].right for slots in own if n < len(slots)),
            answered=sum(slots[n].answered for slots in own if n < len(slots)),
            p50_us=median_us(samples.latency_ns[place == n]),
        )
        for n in range(max(map(len, own)))
    )


def _added(counts: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Place by place; the shorter ones end in nothing."""
    longest = max(map(len, counts))
    return tuple(sum(own[n] for own in counts if n < len(own)) for n in range(longest))


def _packed(values: Nanoseconds) -> bytes:
    return values.astype("<i8").tobytes()


def _unpacked(content: bytes) -> Nanoseconds:
    return np.frombuffer(content, "<i8").astype(np.int64)


type Results = Mapping[str, Message]
"""By Locust's id of the worker; who was lost is missing."""

type Counted = Mapping[tuple[str, str], int]
"""Requests that Locust's statistics report, by worker and name."""


def merged(
    visit: LoadRequest, assignment: WorkerAssignment, results: Results, counted: Counted
) -> WindowStats:
    """What all who answered saw; who did not is named as lost. The samples are kept where the visit says."""
    workloads = range(len(next(iter(results.values()))["parts"]))
    keep = [visit.samples, None]  # of what is beside it, only the tally
    first, *others = [_part(keep[n], n, results, counted) for n in workloads]
    return replace(
        first,
        beside=others[0] if others else None,
        workers=tuple(
            _worker(assignment, node, results.get(node)) for node in assignment.names
        ),
    )


def _part(
    keep: Path | None, number: int, results: Results, counted: Counted
) -> WindowStats:
    """One workload of the visit."""
    parts = {node: result["parts"][number] for node, result in results.items()}
    tallies = [messages.tally_from(part["tally"]) for part in parts.values()]
    samples = merge_samples(
        [
            samples_of(part["samples"], tally.requests)
            for part, tally in zip(parts.values(), tallies, strict=True)
        ]
    )
    if keep is not None:
        write_samples(keep, samples)
    locust = sum(counted.get((node, part["name"]), 0) for node, part in parts.items())
    return merge_tallies(tallies, samples, locust)


def _worker(
    assignment: WorkerAssignment, node: str, result: Message | None
) -> WorkerPart:
    name = assignment.names[node]
    if result is None:
        return WorkerPart(name, None, None, None)
    tallies = [part["tally"] for part in result["parts"]]
    return WorkerPart(
        name,
        sum(tally["requests_total"] for tally in tallies),
        tallies[0]["generator_cpu_s"],
        assignment.round_trip_s[node] * 1000,
    )
