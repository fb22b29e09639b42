"""
Requests that come together: a rendezvous once in a run, a volley in every round.

Both are played after the timed windows of their block, one target after the
other in random order, so that they disturb nothing that is measured.
"""

from bench.deploy.http_client import BurstReply
from bench.errors import TargetFailed
from bench.model.exchange import Request
from bench.model.plan import Cell
from bench.model.trial import Burst, OneOfMany, Overlap
from bench.run.instruments import Round
from bench.workloads.answers import read_json


MEETING = Request("GET", "/rendezvous?parties=2")
PARTY_LIMIT_S = 5.0
"""How long the applications let a party wait for another (apps/README.md)."""
ANSWER_LIMIT_S = 20.0
"""For a volley: where the server takes turns, the last one waits for all others."""


def meet(state: Round, cell: Cell) -> Overlap:
    """
    Let one request more than there are processes ask for another one to meet.

    Two of them then share a process. In a server that takes turns each waits
    in vain, one after the other, so the limit allows for all of them.
    """
    server = state.servers[cell.target]
    parties = state.plan.processes(cell.target) + 1
    limit_s = parties * PARTY_LIMIT_S + ANSWER_LIMIT_S
    asked = state.tools.ask_at_once(server.host, server.port, MEETING, parties, limit_s)
    server.check_alive()
    answers = [_met(burst) for burst in asked]
    witnesses = [met for met, _ in answers if met is not None]
    # One that met is a witness; that none did is only known if all answered.
    met = True if any(witnesses) else (False if len(witnesses) == parties else None)
    because = ", ".join(dict.fromkeys(words for _, words in answers))
    experiment = cell.load.experiment
    return Overlap(state.number, cell.target, experiment, parties, met, because)


def _met(burst: BurstReply) -> tuple[bool | None, str]:
    if burst.reply is None:
        return None, burst.fault or "no answer"
    answer, wrong = read_json(burst.reply)
    if wrong is None and answer in ({"met": True}, {"met": False}):
        return (True, "met") if answer["met"] else (False, "waited in vain")
    return None, f"answered with status {burst.reply.status}"


def volley(state: Round, cell: Cell, number: int) -> Burst:
    """Send so many requests of the cell's workload at once, and follow each."""
    workload = state.workloads[cell.workload]
    request = workload.requests(state.seed)[0]
    server = state.servers[cell.target]
    asked = state.tools.ask_at_once(
        server.host, server.port, request, number, ANSWER_LIMIT_S
    )
    server.check_alive()
    began_s = asked[0].sent_s
    requests = []
    for burst in asked:
        reply = burst.reply
        wrong = burst.fault if reply is None else workload.check(request, reply)
        answered_ms = None if wrong else round((burst.answered_s - began_s) * 1000, 3)
        sent_ms = round((burst.sent_s - began_s) * 1000, 3)
        requests.append(OneOfMany(sent_ms, answered_ms, wrong))
    if all(request.wrong for request in requests):
        raise TargetFailed(
            f"{cell.target}: {cell.workload}: not one of {number} requests at once "
            f"was answered: {requests[0].wrong}",
            "the server's log is in the run folder, below logs/",
        )
    experiment = cell.load.experiment
    return Burst(state.number, cell.target, cell.workload, experiment, tuple(requests))
