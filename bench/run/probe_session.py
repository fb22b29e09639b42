"""What a play gets to work with, and what it says in the end."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.model.framework import Target
from bench.model.probe import Case


@dataclass(frozen=True, slots=True)
class ProbeSession:
    """One case, ready to be played: its server is up, if it has one."""

    case: Case
    target: Target
    host: str
    port: int
    dsn: str  # of the database that all share
    reset: Callable[[], None]  # its rows back to the seed
    script: Callable[[str], str]  # stdin of the case's script -> its stdout

    @property
    def url(self) -> str:
        """Where the server answers."""
        return f"http://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class ObservedRequests:
    """What was sent, what came back, and whether that is what was asked for."""

    passed: bool
    sent: str
    came_back: str
    evidence: tuple[str, ...] = ()


type Play = Callable[[ProbeSession], ObservedRequests]
