"""No key, token or password of anybody is in the repository."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.store.archive import ARCHIVE, members


ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    "private key": rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----",
    "cloud access key": rb"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "cloud secret key": rb"(?i)aws_secret_access_key\W{1,5}[a-z0-9/+]{40}\b",
    "cloud API key": rb"\bAIza[\w-]{35}",
    "forge token": rb"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40}|glpat-[\w-]{20})",
    "package index token": rb"\b(?:pypi-Ag[\w-]{40}|npm_[A-Za-z0-9]{36})",
    "registry token": rb"\bdckr_pat_[\w-]{20}",
    "chat token": rb"\bxox[abeprs]-[A-Za-z0-9-]{10}",
    "payment or model key": rb"\bsk[-_](?:[a-z]+[-_])*[A-Za-z0-9_-]{24}",
    "signed web token": rb"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}",
    "password in a URL": rb"\b[a-z][a-z0-9+.-]*://[^\s/:@'\"{$<]+:[^\s/@'\"{$<]+@[\w-]+\.[\w.-]+",
}
PATTERNS = {kind: re.compile(pattern) for kind, pattern in KINDS.items()}
MADE_UP = {
    # The database of a run: nobody reaches it but the run's own processes.
    *("bench:bench@database", "bench:bench@127.0.0.1"),
    # Of tests that such a URL is refused.
    *("me:pw@127.0.0.1", "me:secret@127.0.0.1", "a:b@127.0.0.1"),
}
WORD = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7"
"""In pieces, so that this file holds none of what it looks for."""
PLANTED = {
    "private key": ["-----BEGIN ", "RSA ", "PRIVATE KEY-----"],
    "cloud access key": ["AK", "IA", WORD.upper()[:16]],
    "cloud secret key": ["aws_secret_", "access_key = '", (WORD * 2)[:40], "'"],
    "cloud API key": ["AI", "za", (WORD * 2)[:35]],
    "forge token": ["gh", "p_", (WORD * 2)[:36]],
    "package index token": ["py", "pi-Ag", (WORD * 2)[:40]],
    "registry token": ["dckr", "_pat_", WORD],
    "chat token": ["xo", "xb-", WORD],
    "payment or model key": ["s", "k-live-", WORD],
    "signed web token": [".".join(["ey" + "J" + WORD] * 2), ".", WORD],
    "password in a URL": ["https", "://ada:", WORD, "@example.org/"],
}


def secrets(content: bytes) -> Iterator[str]:
    """What in it looks like somebody's, by kind and place; never the secret itself."""
    for kind, pattern in PATTERNS.items():
        for found in pattern.finditer(content):
            _, _, after = found[0].partition(b"://")
            if after.decode(errors="replace") not in MADE_UP:
                line = content.count(b"\n", 0, found.start()) + 1
                yield f"line {line}: {kind}"


def tracked() -> list[Path]:
    """Every file of the repository, links left out: what they name is looked at itself."""
    words = ["git", "ls-files", "-z"]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name.decode() for name in said.split(b"\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def contents() -> Iterator[tuple[Path, bytes]]:
    """Their bytes, those of an archive's files in its place."""
    for path in tracked():
        if path.name == ARCHIVE:
            yield from ((path / name, held) for name, held in members(path.parent))
        else:
            yield path, path.read_bytes()


def test_no_file_holds_a_secret() -> None:
    """Every text that is tracked, published runs with what their archives hold among them."""
    found, texts = [], 0
    for path, content in contents():
        if b"\0" in content[:8192]:  # no text: samples and pictures
            continue
        texts += 1
        found += [f"{path.relative_to(ROOT)}: {each}" for each in secrets(content)]

    assert texts > 500
    assert found == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_one_is_found(kind: str) -> None:
    """Wherever it stands in a line; its kind and its place are told, and it is not."""
    planted = "".join(PLANTED[kind])
    for text in (planted, f"first\nkey = '{planted}'\n", f'{{"a": "{planted}"}}'):
        line = text[: text.index(planted)].count("\n") + 1
        assert f"line {line}: {kind}" in list(secrets(text.encode()))
        assert WORD not in str(list(secrets(text.encode())))


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://" + "bench:bench@database:5432/bench",
        "https://example.org/a@b and ada:x@example.org",
        "postgresql://{user}:{password}@{host}/",
        "sha256:" + "ab" * 32,
        "the private key of a certificate",
    ],
)
def test_what_is_none_is_left_alone(text: str) -> None:
    """The run's own database, mail addresses, templates, hashes, prose."""
    assert list(secrets(text.encode())) == []
