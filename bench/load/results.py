"""The results that workers sent of one visit, as one tally and one file of samples."""

from collections.abc import Mapping
from dataclasses import replace

from bench.load import messages
from bench.load.generator import LoadRequest
from bench.load.merge import merge_samples, merge_tallies, samples_of
from bench.load.messages import Message
from bench.load.samples import keep_samples
from bench.load.worker_assignment import WorkerAssignment
from bench.model.trial import WindowStats, WorkerPart


type Results = Mapping[str, Message]
"""By Locust's id of the worker; who was lost is missing."""

type Counted = Mapping[tuple[str, str], int]
"""Requests that Locust's statistics report, by worker and name."""


def merged(
    visit: LoadRequest, assignment: WorkerAssignment, results: Results, counted: Counted
) -> WindowStats:
    """What all who answered saw; who did not is named as lost. The samples are kept where the visit says."""
    places = range(len(next(iter(results.values()))["parts"]))
    first, *others = [
        _part(visit if place == 0 else None, place, results, counted)
        for place in places
    ]
    return replace(
        first,
        beside=others[0] if others else None,
        workers=tuple(
            _worker(assignment, node, results.get(node)) for node in assignment.names
        ),
    )


def _part(
    visit: LoadRequest | None, place: int, results: Results, counted: Counted
) -> WindowStats:
    """One workload of the visit."""
    parts = {node: result["parts"][place] for node, result in results.items()}
    tallies = [messages.tally_from(part["tally"]) for part in parts.values()]
    samples = merge_samples(
        [
            samples_of(part["samples"], tally.requests)
            for part, tally in zip(parts.values(), tallies, strict=True)
        ]
    )
    if visit is not None and visit.samples is not None:
        keep_samples(visit.samples, samples)
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
