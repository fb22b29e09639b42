"""What the generator and the machine could do on a day, and how that was shown."""

from collections.abc import Mapping
from dataclasses import dataclass


CALIBRATION_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that had to be so, its limit, and what was seen."""

    id: str
    title: str
    measured: str  # with unit
    limit: str
    passed: bool | None  # None: could not be measured here


@dataclass(frozen=True, slots=True)
class Agreement:
    """A ratio of what was seen to what must be: 1 is right."""

    title: str
    ratio: float
    low: float | None  # of its interval; None: one observation, no interval
    high: float | None
    limit: float | None  # how far from 1 it may lie; None: judged by its p-value


@dataclass(frozen=True, slots=True)
class Calibration:
    """One calibration of one machine; only valid where the fingerprint is the same."""

    schema: int
    created_at: str  # UTC, ISO 8601
    fingerprint: str
    cpu_model: str
    took_s: float
    closed_ceiling_rps: float  # what the generator can send at most, closed loop
    open_ceiling_rps: float | None  # highest rate tried that was kept; None: no rate
    proofs: tuple[Proof, ...]
    numbers: Mapping[str, float]  # everything that was measured, units in the names
    agreements: tuple[Agreement, ...] = ()  # none: older than this field

    @property
    def failed(self) -> tuple[Proof, ...]:
        """What was not as it had to be."""
        return tuple(proof for proof in self.proofs if proof.passed is False)

    @property
    def untold(self) -> tuple[Proof, ...]:
        """What could not be told; other generators need not be installed."""
        return tuple(
            proof
            for proof in self.proofs
            if proof.passed is None and proof.id != "witness"
        )
