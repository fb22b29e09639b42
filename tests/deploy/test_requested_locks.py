"""Locks that uv makes for a day: names, refusals, mirrors."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bench.configure.version_requests import VersionRequest
from bench.deploy.environments import Environments, prepare
from bench.deploy.requested_locks import asked_lock, compiled, pins, resolve
from bench.deploy.uv_tool import unreachable
from bench.model.run import Receipt
from tests.deploy.places import tiny
from tests.deploy.test_environments import write_wheel


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of two releases in a folder, and an app that wants the second."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for version in ("1.2.3", "2.0.0"):
        write_wheel(wheels, version)
    (tmp_path / "apps/good/locks").mkdir(parents=True)
    (tmp_path / "apps/good/requirements.in").write_text("tiny-thing==2.*\n")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(wheels))
    return tmp_path


def wished(requirement: str) -> VersionRequest:
    return VersionRequest(requirement, "good", "tiny-thing", (requirement,))


@pytest.mark.live
def test_a_wish_becomes_an_environment_of_its_own(shelf: Path) -> None:
    """1.* is resolved to its newest release, locked with hashes, installed, and told."""
    cache = shelf / "cache"
    asked = resolve(wished("tiny-thing==1.*"), shelf / "apps", cache, print)
    assert (asked.version, asked.refused) == ("1.2.3", None)
    lock = asked_lock(cache, "good", "1.2.3").read_text()
    assert "tiny-thing==1.2.3" in lock
    assert "--hash=sha256:" in lock
    assert str(shelf) not in lock
    target = tiny(id="good@1.2.3/server", framework="good", version="1.2.3")
    made = Environments(shelf / "apps", cache / "environments")
    receipts = prepare(made, [target], {"good": "tiny-thing"}, lambda line: None)
    receipt = receipts[target.id]
    assert isinstance(receipt, Receipt), receipt
    assert receipt.version == "1.2.3"


@pytest.mark.live
def test_what_does_not_exist_is_refused_with_the_reason(shelf: Path) -> None:
    """Whoever goes on without it finds uv's words in the place of a receipt."""
    cache = shelf / "cache"
    asked = resolve(wished("tiny-thing==9.*"), shelf / "apps", cache, print)
    assert (asked.version, asked.exists) == ("9", False)
    target = tiny(id="good@9/server", framework="good", version="9")
    made = Environments(shelf / "apps", cache / "environments")
    receipts = prepare(made, [target], {"good": "tiny-thing"}, lambda line: None)
    assert "tiny-thing" in str(receipts[target.id])
    assert "uv could not make the lock" in str(receipts[target.id])


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[str]:
    """A host that has nothing; its name and port."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "apps"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.live
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@pytest.mark.parametrize(
    ("where", "says", "exists"),
    [
        ("git+https://nowhere.invalid/x@abc1234", "its host is not known", None),
        ("git+https://127.0.0.1:1/x@abc1234", "the connection is refused", None),
        ("https://127.0.0.1:1/tiny_thing-1-py3-none-any.whl", "is refused", None),
        ("git+http://{server}/x@abc1234", "nothing at that address", False),
        ("http://{server}/tiny_thing-1-py3-none-any.whl", "nothing at that", False),
        ("git+file:///nowhere/x@abc1234", "nothing at that address", False),
    ],
)
def test_a_source_that_gives_nothing_is_told_by_its_cause(
    where: str,
    says: str,
    exists: bool | None,
    shelf: Path,
    empty_server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether it is the network's fault or does not exist; in a sentence, not in uv's words."""
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    requirement = f"tiny-thing @ {where.format(server=empty_server)}"
    asked = resolve(wished(requirement), shelf / "apps", shelf / "cache", print)
    assert says in str(asked.refused)
    assert "fatal" not in str(asked.refused)
    assert asked.exists is exists


@pytest.mark.parametrize(
    ("said", "says", "exists"),
    [
        ("fatal: unable to access 'URL': SSL certificate problem: self-signed certificate", "not trusted here", None),
        ("cause: client error (Connect) cause: invalid peer certificate: UnknownIssuer", "not trusted here", None),
        ("fatal: unable to access 'URL': Failed to connect to a.invalid port 443: Connection timed out", "does not answer", None),
        ("fatal: unable to access 'URL': The requested URL returned error: 502", "an error of its own", None),
        ("git@a.invalid: Permission denied (publickey).", "does not let you in", None),
        ("fatal: could not read Username for 'https://a.invalid': terminal prompts disabled", "no such repository, or", False),
        ("remote: Repository not found.\nfatal: repository 'URL' not found", "nothing at that", False),
        ("fatal: couldn't find remote ref abc1234", "no such commit", False),
    ],
)  # fmt: skip
def test_what_git_and_uv_say_is_understood(
    said: str, says: str, exists: bool | None
) -> None:
    """The rest of the kinds, by their words; no credentials of the address are repeated."""
    url = "https://me@a.invalid/x"
    failure = unreachable(f"Git operation failed: git fetch '{url}' {said}".replace("URL", url))  # fmt: skip
    assert failure is not None
    assert says in failure.sentence
    assert failure.sentence.startswith("https://a.invalid/x: ")
    assert failure.exists is exists


def test_a_build_that_fails_is_no_network(tmp_path: Path) -> None:
    """Its own words may be of certificates."""
    assert unreachable("Failed to build x @ https://a.invalid/x: no SSL") is None


def test_pins_are_read_from_a_lock() -> None:
    """Extras, markers, and commits are told apart from versions."""
    lock = (
        "tiny-thing[x]==1.0 ; python_version > '3' \\\n    --hash=sha256:00\n"
        "    # via other==2.0\nDotted.Name==3.1\n"
        "flask @ git+https://example.org/x@0123456789abcdef#subdirectory=a\n"
        "uvicorn[standard] @ git+https://example.org/x@abcdef0123456789\n"
        "a @ https://example.org/a-1-py3-none-any.whl \\\n    --hash=sha256:00\n"
        "b @ https://example.org/b-1-py3-none-any.whl\n"
    )
    pinned = pins(lock)
    a, b = pinned.pop("a"), pinned.pop("b")
    assert pinned == {
        "tiny-thing": "1.0",
        "dotted-name": "3.1",
        "flask": "git-0123456",
        "uvicorn": "git-abcdef0",
    }
    # Each address has a name of its own: one lock does not replace the other.
    assert re.fullmatch("url-[0-9a-f]{7}", a) and re.fullmatch("url-[0-9a-f]{7}", b)
    assert a != b


@pytest.mark.live
def test_what_stands_is_kept_beneath_an_asked_version(shelf: Path) -> None:
    """Of other packages the standing lock's releases, of what was asked for the newest."""
    wheels, apps, cache = (shelf / name for name in ("wheels", "apps", "cache"))
    for version in ("1.0", "2.0", "3.0"):
        write_wheel(wheels, version, "tiny_beneath")
    write_wheel(wheels, "1.2.4")
    (shelf / "apps/good/requirements.in").write_text("tiny-thing==2.*\ntiny-beneath\n")
    standing = compiled("tiny-thing==2.*\ntiny-beneath==2.0\n")
    (shelf / "apps/good/locks/2.0.txt").write_text(standing)
    standing = compiled("tiny-thing==1.2.3\ntiny-beneath==1.0\n")
    (shelf / "apps/good/locks/1.txt").write_text(standing)

    def locked(requirement: str) -> dict[str, str]:
        version_request = replace(
            wished(requirement), requirements=tuple(requirement.split(" + "))
        )
        made = resolve(version_request, apps, cache, print, ("1", "2.0"))
        return pins(asked_lock(cache, "good", made.version).read_text())

    assert locked("tiny-thing==1.*") == {"tiny-thing": "1.2.4", "tiny-beneath": "2.0"}
    assert locked("tiny-thing + tiny-beneath<2")["tiny-beneath"] == "1.0"
    # Not by the name of the standing one, whose lock would be taken for it.
    version_request = wished("tiny-thing==2.0.0")
    assert resolve(version_request, apps, cache, print, ("2.0.0",)).version == "2.0.0.0"
