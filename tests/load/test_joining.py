"""Who may send load together, and where it may go."""

import json

import pytest

from bench.configure.addresses import is_near
from bench.errors import UsageError
from bench.load.joining import (
    FACTS,
    TOKEN,
    Credentials,
    own_credentials,
    token_of_run,
)
from bench.load.messages import Message, refusal_of


OURS = Credentials("0123456789abcdef", {"harness": "aa", "locust": "2.47.0"})


def test_only_who_knows_the_token_can_prove_it() -> None:
    """Neither another token, nor other words, nor nothing."""
    proof = OURS.proof("worker", "nonce", "name")
    assert OURS.proves(proof, "worker", "nonce", "name")
    assert not OURS.proves(proof, "master", "nonce", "name")
    assert not OURS.proves(proof, "worker", "nonce" + "name")
    assert not OURS.proves("", "worker", "nonce", "name")
    other = Credentials("another-token-of-16", OURS.facts)
    assert not OURS.proves(other.proof("worker", "nonce", "name"), "worker", "nonce", "name")  # fmt: skip
    assert OURS.token not in proof


def test_a_difference_is_named_with_both_sides() -> None:
    """What is missing on one side differs, too."""
    assert OURS.apart({"harness": "aa", "locust": "2.47.0"}) is None
    apart = OURS.apart({"harness": "bb", "python": "3.13"})
    assert apart == (
        "harness (bb there, aa here), locust (nothing there, 2.47.0 here), "
        "python (3.13 there, nothing here)"
    )


def test_a_worker_is_admitted_by_its_proof_and_its_harness() -> None:
    """The master proves itself to one it admits, and says to any other why not, without a proof."""

    def asked(asking: Credentials) -> Message:
        facts = json.dumps(dict(asking.facts))
        proof = asking.proof("worker", "nonce", "one", facts)
        shown = {"nonce": "nonce", "name": "one", "facts": facts, "proof": proof}
        return OURS.answer_to(shown)

    assert asked(OURS) == {"proof": OURS.proof("master", "nonce")}
    stranger = asked(Credentials("another-token-of-16", OURS.facts))
    assert "does not know the token" in str(refusal_of(stranger))
    other = asked(Credentials(OURS.token, {"harness": "bb"}))
    assert "harness (bb there, aa here)" in str(refusal_of(other))
    assert "proof" not in {*stranger, *other}


def test_they_come_through_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no list of processes shows them."""
    for name, value in OURS.environment().items():
        monkeypatch.setenv(name, value)
    assert own_credentials() == OURS
    assert set(OURS.environment()) == {TOKEN, FACTS}


@pytest.mark.parametrize("token", ["", "short"])
def test_a_token_that_could_be_guessed_is_refused(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the command that makes a good one."""
    monkeypatch.setenv(TOKEN, token)
    with pytest.raises(UsageError, match=TOKEN) as refused:
        token_of_run()
    assert "openssl" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("host", "near"),
    [
        *(("127.0.0.1", True), ("127.8.8.8", True), ("::1", True)),
        *(("10.1.2.3", True), ("172.16.0.1", True), ("192.168.9.9", True)),
        *(("fd00::1", True), ("::ffff:10.0.0.1", True), ("::ffff:8.8.8.8", False)),
        *(("8.8.8.8", False), ("172.32.0.1", False), ("192.0.2.1", False)),
        *(("169.254.169.254", False), ("0.0.0.0", False), ("2001:db8::1", False)),
        *(("localhost", False), ("", False)),
    ],
)
def test_load_goes_to_loopback_and_private_networks(host: str, near: bool) -> None:
    """By its number; a name is nobody's until it was looked up."""
    assert is_near(host) is near
