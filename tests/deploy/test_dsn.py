"""The address of a named database: one form for every application, or a refusal by name."""

import pytest

from bench.deploy.dsn import DatabaseAddress, address_of
from bench.errors import UsageError


@pytest.mark.parametrize(
    ("given", "url", "sslmode"),
    [
        ("postgresql://u:p@h:1/d", "postgresql://u:p@h:1/d", ""),
        ("postgres://u:p@h/d", "postgresql://u:p@h:5432/d", ""),
        ("postgres://u@h/d?sslmode=disable", "postgresql://u@h:5432/d", "disable"),
        ("postgres://h/d?user=u", "postgresql://u@h:5432/d", ""),
        ("postgresql://u@[::1]:7", "postgresql://u@[::1]:7/u", ""),
        ("host=h user=u password='a b/c@d%' dbname=d", "postgresql://u:a%20b%2Fc%40d%25@h:5432/d", ""),
        ("postgresql://u:a%2Fb@h/d", "postgresql://u:a%2Fb@h:5432/d", ""),
    ],
)  # fmt: skip
def test_what_libpq_reads_becomes_what_every_driver_reads(
    given: str, url: str, sslmode: str
) -> None:
    """Another scheme, libpq's own words, escapes: the same database under one spelling."""
    assert address_of(given) == DatabaseAddress(url, sslmode)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("postgresql://u@h/d?options=-csearch_path%3Dx&target_session_attrs=any", "options, target_session_attrs"),
        ("postgresql://u@h/d?sslmode=verify-full", "sslmode=verify-full"),
        ("postgresql://u@h/d?sslrootcert=/a", "sslrootcert"),
        ("service=mine", "service"),
        ("postgresql:///d?host=/run/postgresql&user=u", "over TCP"),
        ("postgresql://u@h1,h2/d", "one host"),
        ("postgresql://u@h:port/d", "port"),
        ("postgresql://h/d", "no user"),
        ("postgresql://u@h/a%20b", "other characters"),
        ("mysql://u@h/d", "cannot be read"),
    ],
)  # fmt: skip
def test_what_not_every_driver_understands_is_refused_by_name(
    given: str, named: str
) -> None:
    """Before anything starts, and with the form that is understood."""
    with pytest.raises(UsageError, match=named) as refused:
        address_of(given)
    assert refused.value.message.startswith("BENCH_DATABASE_DSN ")
    assert "postgresql://USER" in (refused.value.hint or "")


@pytest.mark.parametrize(
    "given",
    [
        "hunter2",
        "mysql://u:hunter2@h/d",
        "host=h user=u password=my hunter2",
        "postgresql://u:hunter2 x@h/d",
        "postgresql://u:%zzhunter2@h/d",
        "postgresql://u:a@b/hunter2@h/d",
    ],
)
def test_a_password_is_in_no_refusal(given: str) -> None:
    """Whatever part of the address cannot be read, and also where the parts are told wrongly apart."""
    with pytest.raises(UsageError) as refused:
        address_of(given)
    assert "hunter2" not in f"{refused.value.message} {refused.value.hint}"
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
