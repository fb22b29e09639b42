"""Where load may go: no name is asked and no connection made, a resolver of ours answers."""

from collections.abc import Sequence

import pytest

from bench.configure.addresses import Place, Resolve, places
from bench.errors import UsageError


def known_as(*addresses: str) -> Resolve:
    """A resolver that gives every name these addresses."""
    return lambda host, port: addresses


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "172.31.255.254"),
        *("192.168.1.1", "::1", "fd00::7", "::ffff:10.0.0.1"),
    ],
)
def test_loopback_and_private_addresses_may_be_loaded(address: str) -> None:
    """And the place is the number, not the name."""
    assert places("http://app.test:81", ask=known_as(address)) == (Place(address, 81),)


@pytest.mark.parametrize(
    "address",
    [
        *("93.184.216.34", "172.32.0.1", "172.15.255.255", "192.169.0.1", "11.0.0.1"),
        # Link-local, where clouds answer questions about their machines; shared
        # between the customers of a network; kept for documents; wrapped.
        *("169.254.169.254", "fe80::1", "100.64.0.1", "192.0.2.7", "198.18.0.1"),
        *("2001:db8::1", "2606:2800:220:1::1", "::ffff:93.184.216.34"),
        *("64:ff9b::5db8:d822", "2002:a00:1::1", "255.255.255.255"),
    ],
)
def test_any_other_address_must_be_owned(address: str) -> None:
    """The sentence names the address and the way out; with the word of its owner it is a place."""
    with pytest.raises(UsageError) as refused:
        places("http://app.test", ask=known_as(address))

    assert address in refused.value.message
    assert "--i-own-this" in (refused.value.hint or "")
    owned = places("http://app.test", i_own_this=True, ask=known_as(address))
    assert owned == (Place(address, 80),)


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "224.0.0.1", "ff02::1"])
def test_what_is_no_single_server_is_refused_even_to_its_owner(address: str) -> None:
    """Everybody and nobody cannot be owned."""
    with pytest.raises(UsageError, match="no single server"):
        places("http://app.test", i_own_this=True, ask=known_as(address))


@pytest.mark.parametrize(
    "found", [("127.0.0.1", "93.184.216.34"), ("93.184.216.34", "127.0.0.1")]
)
def test_one_address_elsewhere_spoils_the_name(found: Sequence[str]) -> None:
    """Whichever would have answered first."""
    with pytest.raises(UsageError, match=r"app\.test is 93\.184\.216\.34"):
        places("http://app.test", ask=known_as(*found))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://127.0.0.1", "TLS"),
        ("ftp://127.0.0.1", "not an http"),
        ("127.0.0.1:8001", "not an http"),
        ("http://", "not an http"),
        ("http://127.0.0.1:0", "not an http"),
        ("http://127.0.0.1:99999", "not an address"),
        ("http://[::1", "not an address"),
        ("http://127.0.0.1\n.example", "not an http"),
        ("http://127.0.0.1/app", "more than a host"),
        ("http://127.0.0.1/?debug=1", "more than a host"),
        ("http://127.0.0.1/#top", "more than a host"),
    ],
)
def test_only_a_plain_address_is_read(url: str, says: str) -> None:
    """The paths are the contract's, so an address has none."""
    with pytest.raises(UsageError, match=says) as refused:
        places(url)
    assert refused.value.hint


@pytest.mark.parametrize(
    "url", ["http://me:secret@127.0.0.1", "http://secret@127.0.0.1:x", "http://a@"]
)
def test_a_password_is_refused_and_not_repeated(url: str) -> None:
    """It would be stored with the run, and published with it."""
    with pytest.raises(UsageError, match="password") as refused:
        places(url)
    assert "secret" not in f"{refused.value.message} {refused.value.hint}"


def test_a_name_that_nobody_knows_is_a_mistake_of_the_one_who_typed_it() -> None:
    """The resolver's own words go with it."""

    def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("Name or service not known")

    with pytest.raises(UsageError, match="Name or service not known"):
        places("http://app.test", ask=unknown)
    with pytest.raises(UsageError, match="no address"):
        places("http://app.test", ask=known_as())
