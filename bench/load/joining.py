"""
Who may send load together: both sides prove that they know one token, and that they are one harness.

The token itself never travels. It keeps out the workers of other runs and
strangers at the port; whoever can listen in on the network between the
machines can disturb a run all the same.
"""

import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from bench.errors import EnvironmentFailure, UsageError
from bench.load import messages
from bench.load.messages import Message


TOKEN, FACTS = "BENCH_LOAD_TOKEN", "BENCH_LOAD_FACTS"
"""In the environment of master and workers, where no list of processes shows them."""

SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Credentials:
    """What master and workers must have in common: a secret, and facts about the harness by name."""

    token: str
    facts: Mapping[str, str]

    def environment(self) -> dict[str, str]:
        """For the process that is to have them."""
        return {TOKEN: self.token, FACTS: json.dumps(dict(self.facts))}

    def proof(self, *words: str) -> str:
        """What only who knows the token can say of these words."""
        message = json.dumps(words).encode()
        return hmac.new(self.token.encode(), message, "sha256").hexdigest()

    def proves(self, proof: str, *words: str) -> bool:
        """Whether somebody who knows the token has said so."""
        return hmac.compare_digest(proof.encode(), self.proof(*words).encode())

    def apart(self, theirs: Mapping[str, str]) -> str | None:
        """In what the other side differs, in words; None if in nothing."""
        names = sorted({*self.facts, *theirs})
        differences = [
            f"{name} ({_short(theirs.get(name))} there, {_short(self.facts.get(name))} here)"
            for name in names
            if theirs.get(name) != self.facts.get(name)
        ]
        return ", ".join(differences) or None

    def answer_to(self, shown: Mapping[str, str]) -> Message:
        """What the master says to a worker that asks to join: its own proof, or why the worker is refused."""
        words = ("worker", shown["nonce"], shown["name"], shown["facts"])
        if not self.proves(shown["proof"], *words):
            return _refusal(
                "this worker does not know the token of the run",
                f"set {TOKEN} to the same on both machines",
            )
        if (apart := self.apart(json.loads(shown["facts"]))) is not None:
            return _refusal(
                f"this worker is not of the same harness: {apart}",
                "use the same commit, the same definitions and the same lock on both machines",
            )
        return {"proof": self.proof("master", shown["nonce"])}


def own_credentials() -> Credentials:
    """Those in the environment of this process."""
    return Credentials(os.environ[TOKEN], json.loads(os.environ[FACTS]))


def token_of_run() -> str:
    """The token that a person has given to all machines of a run; UsageError if there is none, or too short a one."""
    token = os.environ.get(TOKEN, "")
    if len(token) < SHORTEST_TOKEN:
        raise UsageError(
            f"{TOKEN} holds {len(token)} characters; load workers on other machines "
            f"join with a secret of at least {SHORTEST_TOKEN}",
            f"set it to the same on every machine: export {TOKEN}=$(openssl rand -hex 16)",
        )
    return token


def _short(value: str | None) -> str:
    return "nothing" if value is None else value[:12]


def _refusal(message: str, hint: str) -> Message:
    return messages.refusal_message(EnvironmentFailure(message, hint))
