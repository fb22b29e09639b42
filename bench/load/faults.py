"""The closed list of what can go wrong with one request."""

from enum import StrEnum


class Fault(StrEnum):
    """
    Why a request did not count; these names are the keys of `Tally.errors`.

    A wrong answer whose status is not 2xx is counted by that: "status 500".
    """

    WRONG = "wrong answer"  # complete, but the workload's check refused it
    MALFORMED = "malformed answer"  # not HTTP, or framed in two ways at once
    OVERSIZED = "oversized answer"  # a head or body above the limit
    SURPLUS = "surplus bytes"  # more came than was asked for
    TRUNCATED = "truncated answer"  # the connection ended in the middle
    CLOSED = "connection closed"  # the connection ended before the first byte
    REFUSED = "connection refused"  # no connection came about
    TIMEOUT = "timeout"  # no complete answer in time
    UNFINISHED = "unfinished"  # still open when the visit was given up


class BadAnswer(Exception):
    """What came back is not an answer; says which fault and what was seen."""

    def __init__(self, fault: Fault, detail: str) -> None:
        super().__init__(f"{fault}: {detail}")
        self.fault = fault
        self.detail = detail
