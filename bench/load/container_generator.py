"""The generator in a container: the same orders and tallies, through the engine's pipes."""

import base64
import hashlib
import os
import socket
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.child_environment import CONTAINERS, child_environment
from bench.errors import EnvironmentFailure
from bench.load.locust_generator import LocustGenerator
from bench.load.messages import Message
from bench.load.samples import write_packed


_SETTINGS = ("PYTHONHASHSEED", "OPENBLAS_NUM_THREADS", "GEVENT_LOOP")

type Inside = Callable[[str, int], tuple[str, int]]
"""From the address of a server as the harness knows it to the one that containers know."""


class ContainerGenerator(LocustGenerator):
    """
    Starts the generator process by `command`, which runs a Python module in a container.

    Its processors are those of the container. `ended` tells how that has ended,
    None while all is well.
    """

    def __init__(
        self,
        command: Sequence[str],
        inside: Inside,
        log: Path | None = None,
        ended: Callable[[], str | None] = lambda: None,
    ) -> None:
        super().__init__((), log=log)
        self._command = tuple(command)
        self._inside = inside
        self._ended = ended

    def _died(self, when: str) -> EnvironmentFailure:
        died = super()._died(when)
        how = self._ended()
        return EnvironmentFailure(
            f"the generator ended {when}: {how}" if how else died.message,
            "was it killed for want of memory (GENERATOR_MEMORY)?",
        )

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._channel, self._lines = ours, ours.makefile("rb")
        command = [*self._command, "bench.load.container_process", *self._settings()]
        command += ["--cpus", "", "--workloads", self._workloads]
        with theirs:
            self._child = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=self._log,
                env=child_environment(os.environ, CONTAINERS),
                start_new_session=True,
            )

    def _settings(self) -> list[str]:
        """What the generator process finds in its environment here as there."""
        chosen = self._environment()
        return [f"{name}={chosen[name]}" for name in _SETTINGS if name in chosen]

    def _ask(self, message: Message, patience_s: float) -> Message:
        if message["do"] == "forget":
            host, port = self._inside(message["host"], message["port"])
            return super()._ask({**message, "host": host, "port": port}, patience_s)
        visit = dict(message["visit"])
        visit["host"], visit["port"] = self._inside(visit["host"], visit["port"])
        answer = dict(super()._ask({**message, "visit": visit}, patience_s))
        content = answer.pop("samples", None)
        if content is not None and visit["samples"] is not None:
            packed = base64.b64decode(content)
            if hashlib.sha256(packed).hexdigest() != answer.pop("sha256"):
                raise EnvironmentFailure(
                    "the samples of a window were damaged on their way out of the container",
                    hint="this is a fault of the harness or of the machine: measure again",
                )
            write_packed(Path(visit["samples"]), packed)
        return answer
