"""The harness's side of an agent: asking what a server that stands already has used."""

import http.client

from pydantic import TypeAdapter, ValidationError

from bench.deploy.addresses import Place
from bench.deploy.agent import USAGE, WITH_MEMORY
from bench.errors import TargetFailed
from bench.model.trial import Usage


_ANSWER_S = 5.0
_LONGEST = 4096  # bytes of an answer
_USAGE = TypeAdapter(Usage)


class AgentClient:
    """An agent at its place; asked anew each time, since it is asked seldom."""

    def __init__(self, target_id: str, place: Place) -> None:
        self._target_id = target_id
        self._place = place

    def usage(self, memory: bool) -> Usage:
        """What it tells now; TargetFailed if it does not answer, or not like an agent."""
        host, port = self._place.host, self._place.port
        connection = http.client.HTTPConnection(host, port, timeout=_ANSWER_S)
        try:
            connection.request("GET", WITH_MEMORY if memory else USAGE)
            reply = connection.getresponse()
            body = reply.read(_LONGEST)
        except (OSError, http.client.HTTPException) as error:
            raise self._silent(str(error) or type(error).__name__) from error
        finally:
            connection.close()
        if reply.status != 200:
            raise self._silent(f"status {reply.status}: {body[:200]!r}")
        try:
            return _USAGE.validate_json(body, strict=True)
        except ValidationError as error:
            raise self._silent(f"not what an agent says: {body[:200]!r}") from error

    def _silent(self, why: str) -> TargetFailed:
        return TargetFailed(
            f"{self._target_id}: its agent at {self._place.host} port "
            f"{self._place.port} tells nothing: {why}",
            "see whether it and the process that it watches still run: bench agent PID",
        )
