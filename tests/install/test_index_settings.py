"""What only pip or only uv was told of the package index, both are started with."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.install.index_settings import UnreadableSettings
from bench.install.tools import pip_tool, uv_tool


@pytest.fixture(autouse=True)
def no_files_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.install.index_settings.SYSTEM_PIP", Path("/nowhere"))
    monkeypatch.setattr("bench.install.index_settings.SYSTEM_UV", Path("/nowhere"))


def started(
    tmp_path: Path, shell: Mapping[str, str], files: Mapping[str, str], **kinds: bool
) -> dict[str, str]:
    """The variables of the index with which uv and pip are started there, together."""
    for name, text in files.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    home = {"HOME": str(tmp_path / "home"), "XDG_CONFIG_DIRS": str(tmp_path / "xdg")}
    given = {k: v.format(tmp=tmp_path) for k, v in shell.items()}
    folder = tmp_path / "parent/checkout"
    folder.mkdir(parents=True, exist_ok=True)
    uv = uv_tool({**home, **given}, folder, **kinds)
    both = uv.environment | pip_tool({**home, **given}, folder).environment
    dropped = {*home, "PATH", "UV_NO_CONFIG", "UV_NO_PROGRESS", "NO_COLOR"}
    dropped |= {"PIP_CONFIG_FILE", "PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_INPUT"}
    dropped |= {"PIP_ROOT_USER_ACTION"}
    kept = {k: v for k, v in both.items() if k not in dropped}
    said = iter(uv.options)
    return kept | {
        word: next(said) if word == "--exclude-newer" else "" for word in said
    }


A, B, C = (f"https://{name}.invalid/simple" for name in "abc")
ONE = {"UV_DEFAULT_INDEX": A, "PIP_INDEX_URL": A}
TWO = {**ONE, "UV_INDEX": B, "PIP_EXTRA_INDEX_URL": B}
BEST = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
LISTED = f'[[index]]\nname = "in-house"\nurl = "{B}"\n[[index]]\nurl = "{A}"\ndefault = true\n'
SIGNED = B.replace("https://", "https://me:p%40ss@")
PIP_CONF = (
    f"[global]\nindex-url = {C}\n[install]\nindex_url = {A}\nextra-index-url =\n  {B}\n"
)

KINDS: dict[str, tuple[dict[str, str], dict[str, str], dict[str, str]]] = {
    "nothing": ({}, {}, {}),
    "pip's variable": ({"PIP_INDEX_URL": A}, {}, ONE),
    "pip's further index": (
        {"PIP_INDEX_URL": A, "PIP_EXTRA_INDEX_URL": B},
        {},
        {**TWO, **BEST},
    ),
    "pip.conf of the user": (
        {},
        {"home/.config/pip/pip.conf": PIP_CONF},
        {**TWO, **BEST},
    ),
    "pip.conf of the system": ({}, {"xdg/pip/pip.conf": PIP_CONF}, {**TWO, **BEST}),
    "a named pip.conf": (
        {"PIP_CONFIG_FILE": "{tmp}/named"},
        {"named": PIP_CONF},
        {**TWO, **BEST},
    ),
    "no pip.conf": (
        {"PIP_CONFIG_FILE": "/dev/null"},
        {"home/.config/pip/pip.conf": PIP_CONF},
        {},
    ),
    "a variable above pip.conf": (
        {"PIP_INDEX_URL": C},
        {"home/.pip/pip.conf": f"[global]\nindex-url = {A}\n"},
        {"UV_DEFAULT_INDEX": C, "PIP_INDEX_URL": C},
    ),
    "uv's variables": ({"UV_DEFAULT_INDEX": A, "UV_INDEX": f"in-house={B}"}, {}, TWO),
    "uv's older variables": ({"UV_INDEX_URL": A, "UV_EXTRA_INDEX_URL": B}, {}, TWO),
    "uv.toml of the user": ({}, {"home/.config/uv/uv.toml": LISTED}, TWO),
    "uv.toml of the system": ({}, {"xdg/uv/uv.toml": LISTED}, TWO),
    "uv.toml of a parent folder": ({}, {"parent/uv.toml": LISTED}, TWO),
    "pyproject.toml of a parent folder": (
        {},
        {"parent/pyproject.toml": f'[tool.uv]\nindex-url = "{A}"\n'},
        ONE,
    ),
    "the table [pip]": (
        {},
        {"home/.config/uv/uv.toml": f'index-url = "{C}"\n[pip]\nindex-url = "{A}"\n'},
        ONE,
    ),
    "a named uv.toml": (
        {"UV_CONFIG_FILE": "{tmp}/named"},
        {"named": LISTED, "parent/uv.toml": f'index-url = "{C}"\n'},
        TWO,
    ),
    "no uv.toml": ({"UV_NO_CONFIG": "1"}, {"parent/uv.toml": LISTED}, {}),
    "credentials": (
        {"UV_INDEX_IN_HOUSE_USERNAME": "me", "UV_INDEX_IN_HOUSE_PASSWORD": "p@ss"},
        {"parent/uv.toml": LISTED},
        {**ONE, "UV_INDEX": SIGNED, "PIP_EXTRA_INDEX_URL": SIGNED},
    ),
    "both, and uv's goes first": ({"PIP_INDEX_URL": C, "UV_DEFAULT_INDEX": A}, {}, ONE),
    "no index, and a folder": (
        {"PIP_NO_INDEX": "yes", "PIP_FIND_LINKS": "{tmp} /nowhere"},
        {},
        {
            "--no-index": "",
            "PIP_NO_INDEX": "1",
            "UV_FIND_LINKS": "{tmp}",
            "PIP_FIND_LINKS": "{tmp}",
        },
    ),
    "hosts without certificates": (
        {"PIP_TRUSTED_HOST": "a.invalid b.invalid"},
        {},
        {
            "UV_INSECURE_HOST": "a.invalid b.invalid",
            "PIP_TRUSTED_HOST": "a.invalid b.invalid",
        },
    ),
    "uv's hosts without certificates": (
        {},
        {"parent/uv.toml": 'allow-insecure-host = ["a.invalid"]\n'},
        {"UV_INSECURE_HOST": "a.invalid", "PIP_TRUSTED_HOST": "a.invalid"},
    ),
    "pip's certificate": (
        {"PIP_CERT": "/ca.pem", "PIP_CLIENT_CERT": "/me.pem"},
        {},
        {
            "PIP_CERT": "/ca.pem",
            "SSL_CERT_FILE": "/ca.pem",
            "PIP_CLIENT_CERT": "/me.pem",
            "SSL_CLIENT_CERT": "/me.pem",
        },
    ),
    "everybody's certificate": (
        {"SSL_CERT_FILE": "/ca.pem"},
        {},
        {"PIP_CERT": "/ca.pem", "SSL_CERT_FILE": "/ca.pem"},
    ),
    "a proxy of pip's": (
        {},
        {"home/.config/pip/pip.conf": "[global]\nproxy = proxy.invalid:3128\n"},
        {
            "PIP_PROXY": "http://proxy.invalid:3128",
            "HTTP_PROXY": "http://proxy.invalid:3128",
            "HTTPS_PROXY": "http://proxy.invalid:3128",
        },
    ),
    "proxies": (
        {"https_proxy": "http://p.invalid", "NO_PROXY": "localhost"},
        {},
        {"https_proxy": "http://p.invalid", "NO_PROXY": "localhost"},
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_one_was_told_both_know(kind: str, tmp_path: Path) -> None:
    """Indexes, credentials, certificates, proxies: from variables and from every file."""
    shell, files, expected = KINDS[kind]
    wanted = {name: value.format(tmp=tmp_path) for name, value in expected.items()}
    assert started(tmp_path, shell, files) == wanted


def test_a_lock_is_made_without_what_only_pip_calls_a_further_index(
    tmp_path: Path,
) -> None:
    """It may have few of a version's files, and uv would lock the hashes of those alone."""
    pip = {"PIP_INDEX_URL": A, "PIP_EXTRA_INDEX_URL": B}
    made = started(tmp_path, pip, {}, locking=True)
    assert made == {**ONE, "PIP_EXTRA_INDEX_URL": B}
    uv = {"UV_DEFAULT_INDEX": A, "UV_INDEX": B}
    assert started(tmp_path, uv, {}, locking=True) == TWO


@pytest.mark.parametrize(
    ("shell", "files"),
    [
        ({"UV_EXCLUDE_NEWER": "2025-06-01", "PIP_UPLOADED_PRIOR_TO": "2020-01-01"}, {}),
        ({"PIP_UPLOADED_PRIOR_TO": "2025-06-01"}, {}),
        ({}, {"home/.config/uv/uv.toml": '[pip]\nexclude-newer = "2025-06-01"\n'}),
        ({}, {"xdg/pip/pip.conf": "[global]\nuploaded-prior-to = 2025-06-01\n"}),
    ],
)
def test_a_date_holds_for_locks_and_for_no_installation(
    shell: dict[str, str], files: dict[str, str], tmp_path: Path
) -> None:
    """What is installed is named by its hashes, and may be newer."""
    made = started(tmp_path, shell, files, locking=True)
    assert made == {"--exclude-newer": "2025-06-01"}
    assert started(tmp_path, shell, files) == {}


@pytest.mark.parametrize(
    "name", ["home/.config/uv/uv.toml", "home/.config/pip/pip.conf"]
)
def test_a_file_that_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    """With what is wrong in it, and what to do."""
    with pytest.raises(UnreadableSettings, match=r"(uv\.toml|pip\.conf) cannot be"):
        started(tmp_path, {}, {name: "[[["})
