"""Whatever is in a table that people edit: a good table, or one sentence with the file and what to do."""

import tomllib
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.configure.claims import load_claims
from bench.configure.probes import load_counted, load_probes
from bench.configure.tables import (
    DEFINITIONS,
    Parity,
    load_frameworks,
    load_profiles,
)
from bench.configure.targets import all_targets
from bench.errors import UsageError
from tests.damage import ODD_IN_TOML, damaged, few, finite, toml, torn


type Load = Callable[[Path], Any]

LOADERS: dict[str, Load] = {
    "frameworks.toml": load_frameworks,
    "profiles.toml": load_profiles,
    "probes.toml": lambda path: (load_probes(path), load_counted(path)),
    "claims.toml": load_claims,
    "example-claims.toml": load_claims,  # as a user's own, with --claims
}
LONGEST = 1500
"""Characters of a message that a person reads; paths and pydantic's own words are in it."""


@cache
def shipped(name: str) -> dict[str, Any]:
    """The project's own table; nobody changes it."""
    return tomllib.loads((DEFINITIONS / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where damaged tables are written, one over the other."""
    return tmp_path_factory.mktemp("tables")


def loaded(name: str, path: Path) -> Any:
    """What the table's own reader makes of a file, or None where it says no as it should."""
    try:
        return LOADERS[name](path)
    except UsageError as error:
        assert str(path) in error.message
        assert len(error.message) < LONGEST
        assert error.hint
        return None


@pytest.mark.parametrize("name", LOADERS)
@few(30)
@given(data=st.data())
def test_a_damaged_table_is_good_or_refused(
    name: str, data: st.DataObject, folder: Path
) -> None:
    """Keys dropped, renamed, repeated, wrapped; types swapped, dates too; numbers beyond all bounds."""
    path = folder / name
    table = data.draw(damaged(shipped(name), ODD_IN_TOML))
    path.write_text(toml(table), encoding="utf-8")

    tables = loaded(name, path)

    if tables is not None and name == "frameworks.toml":
        ids = [t.id for t in all_targets(tables, Parity(threads=1, connections=1))]
        assert len(ids) == len(set(ids))
    if tables is not None and name == "profiles.toml":
        assert finite([_lists(asdict(profile)) for profile in tables[0].values()])


def _lists(value: Any) -> Any:
    """Tuples as lists, so that every place in them is looked at."""
    if isinstance(value, dict):
        return {key: _lists(inner) for key, inner in value.items()}
    return [_lists(inner) for inner in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize("name", LOADERS)
@few(10)
@given(data=st.data())
def test_a_garbled_file_is_good_or_refused(
    name: str, data: st.DataObject, folder: Path
) -> None:
    """Bytes lost, cut off or put in, wherever it is."""
    whole = (DEFINITIONS / name).read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.sampled_from([start, start + 1, start + 40, len(whole)]))
    path = folder / name
    path.write_bytes(whole[:start] + data.draw(st.binary(max_size=6)) + whole[end:])

    loaded(name, path)


@pytest.mark.parametrize("name", LOADERS)
@few(20)
@given(data=st.data())
def test_a_table_with_torn_lines_is_good_or_refused(
    name: str, data: st.DataObject, folder: Path
) -> None:
    """Keys and heads that are lost, there twice or beneath another head, strings that do not end."""
    whole = (DEFINITIONS / name).read_text(encoding="utf-8")
    path = folder / name
    path.write_text(data.draw(torn(whole)), encoding="utf-8")

    loaded(name, path)


FORMS: dict[str, Callable[[str], bytes]] = {
    "nothing": lambda text: b"",
    "zeros": lambda text: bytes(4096),
    "UTF-16": lambda text: text.encode("utf-16"),
    "a byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "Latin-1": lambda text: text.encode("latin-1", "replace") + b"# \xe4",
    "an escape of a terminal": lambda text: b"\x1b[2J" + text.encode(),
    "keys in keys": lambda text: text.encode() + b"\nk" + b".k" * 5000 + b" = 1",
    "heads in heads": lambda text: text.encode() + b"\n[k" + b".k" * 5000 + b"]",
    "tables in tables": lambda text: text.encode() + b"\n[k]\nk = " + b"{k = " * 5000,
    "the whole twice": lambda text: text.encode() * 2,
    "a picture": lambda text: b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", LOADERS)
def test_what_is_no_table_is_refused(name: str, form: str, folder: Path) -> None:
    """A whole file of something else; nothing of it is taken for a table."""
    path = folder / name
    path.write_bytes(FORMS[form]((DEFINITIONS / name).read_text(encoding="utf-8")))

    with pytest.raises(UsageError) as caught:
        LOADERS[name](path)

    assert str(path) in caught.value.message
    assert len(caught.value.message) < LONGEST
    assert caught.value.message.isprintable()
    assert caught.value.hint


@pytest.mark.parametrize("name", LOADERS)
def test_a_folder_in_its_place_is_refused(name: str, tmp_path: Path) -> None:
    """And a file that is not there, and a link that leads to itself."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("link")
    for kind in ("folder", "link", "nothing"):
        assert loaded(name, tmp_path / kind) is None


def test_an_undamaged_table_survives_being_written_by_the_test(folder: Path) -> None:
    """Else the tests above would refuse what their own writing broke."""
    for name in LOADERS:
        path = folder / name
        path.write_text(toml(shipped(name)), encoding="utf-8")

        assert tomllib.loads(path.read_text(encoding="utf-8")) == shipped(name)
        assert LOADERS[name](path) == LOADERS[name](DEFINITIONS / name)


@pytest.mark.parametrize(
    ("name", "before", "after", "fault"),
    [
        ("profiles.toml", "warm_s = 0.2\n", "warm_s = nan\n", "finite number"),
        ("profiles.toml", "warm_s = 0.2\n", "warm_s = inf\n", "finite number"),
        ("claims.toml", "margin = 0.05", "margin = nan", "finite number"),
        ("profiles.toml", 'name = "quick"', 'name = "smoke"', "'smoke' is there 2"),
        ("profiles.toml", 'name = "scaling"', 'name = "turns"', "'turns' is there 2"),
        ("profiles.toml", 'name = "quick"', 'name = "../../x"', "found '../../x'"),
        ("frameworks.toml", 'name = "flask"', 'name = "django"', "'django' is there 2"),
        ("frameworks.toml", 'name = "flask"', 'name = "../x"', "found '../x'"),
        ("frameworks.toml", '["4.2", ', '["6.1", ', "'6.1' is there 2"),
        ("frameworks.toml", '["4.2", ', '["4/2", ', "found '4/2'"),
        ("frameworks.toml", '"gunicorn-sync"', '"no-middleware"', "is there 2"),
        ("frameworks.toml", 'marker = "s"', 'marker = "$x$"', "no marker '$x$'"),
        ("frameworks.toml", '"#7686e6"', '"red;}"', "'red;}' is not a colour"),
        ("frameworks.toml", 'dash = "dotted"', 'dash = "wavy"', "no dash 'wavy'"),
        ("probes.toml", "(?i)not use", "(?i)a{99999999999}", "no regular expression"),
        ("probes.toml", "(?i)not use", "(?i)[[a]", "no regular expression"),
        ("profiles.toml", "cycles = 1", f"cycles = 0x{'f' * 5000}", "too large"),
        ("profiles.toml", "cycles = 1", f"cycles = {'9' * 5000}", "not a TOML file"),
        ("profiles.toml", "cycles = 1", f"cycles = {'[' * 5000}", "without end"),
        ("profiles.toml", "cycles = 1", "cycles = 1 # \udcff", "not a TOML file"),
        ("profiles.toml", 'why = "', f'why = 1\n"{"k" * 9000}" = "', "characters"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_what_bounds_do_not_catch_is_refused_by_name(
    tmp_path: Path, name: str, before: str, after: str, fault: str
) -> None:
    """Each of these was taken for good, or ended in a traceback, before it was refused."""
    text = (DEFINITIONS / name).read_text(encoding="utf-8")
    assert before in text
    path = tmp_path / name
    path.write_text(
        text.replace(before, after, 1), encoding="utf-8", errors="surrogateescape"
    )

    with pytest.raises(UsageError) as caught:
        LOADERS[name](path)

    assert str(path) in caught.value.message
    assert fault in caught.value.message
    assert len(caught.value.message) < LONGEST
    assert caught.value.hint
