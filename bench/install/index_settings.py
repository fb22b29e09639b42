"""Where packages come from: what the user told pip or uv, said to both alike."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit, urlunsplit


@dataclass(frozen=True)
class IndexSettings:
    """The package index, the way to it, and whom to trust."""

    index: str | None = None  # None: the public one
    more_indexes: tuple[str, ...] = ()
    strategy: str | None = None  # how uv chooses among several
    links: tuple[str, ...] = ()  # folders and pages with files
    no_index: bool = False
    trusted_hosts: tuple[str, ...] = ()
    certificate: str | None = None  # a file, or a folder of them
    client_certificate: str | None = None
    proxy: str | None = None  # None: what the proxy variables say
    keyring: str | None = None
    exclude_newer: str | None = None  # a date or a duration: as of when locks are made
    of_uv: bool = False  # the source was told to uv

    def names_a_source(self) -> bool:
        """Whether it says where packages come from."""
        return bool(self.index or self.more_indexes or self.links or self.no_index)

    def for_an_installation(self) -> IndexSettings:
        """Of any date: what is installed is locked by its hashes."""
        return replace(self, exclude_newer=None)

    def for_a_lock(self) -> IndexSettings:
        """
        Without the further indexes that only pip was told of.

        A lock names the hashes of every file of a version, for all machines. A
        further index may have some of them only, and uv asks it first.
        """
        return self if self.of_uv else replace(self, more_indexes=(), strategy=None)

    def uv_variables(self) -> dict[str, str]:
        """The same for uv, as variables; `uv_options` has the rest."""
        certificate = self.certificate
        folder = certificate is not None and Path(certificate).is_dir()
        given = {
            "UV_DEFAULT_INDEX": self.index,
            "UV_INDEX": " ".join(self.more_indexes),
            "UV_INDEX_STRATEGY": self.strategy,
            "UV_FIND_LINKS": ",".join(self.links),
            "UV_INSECURE_HOST": " ".join(self.trusted_hosts),
            "SSL_CERT_DIR" if folder else "SSL_CERT_FILE": certificate,
            "SSL_CLIENT_CERT": self.client_certificate,
            "HTTP_PROXY": self.proxy,
            "HTTPS_PROXY": self.proxy,
            "UV_KEYRING_PROVIDER": self.keyring,
        }
        return {name: value for name, value in given.items() if value}

    def uv_options(self) -> tuple[str, ...]:
        """What uv takes from no variable."""
        as_of = self.exclude_newer
        return (
            *(("--no-index",) if self.no_index else ()),
            *(("--exclude-newer", as_of) if as_of else ()),
        )

    def pip_variables(self) -> dict[str, str]:
        """The same for pip."""
        given = {
            "PIP_INDEX_URL": self.index,
            "PIP_EXTRA_INDEX_URL": " ".join(self.more_indexes),
            "PIP_FIND_LINKS": " ".join(self.links),
            "PIP_NO_INDEX": "1" if self.no_index else "",
            "PIP_TRUSTED_HOST": " ".join(self.trusted_hosts),
            "PIP_CERT": self.certificate,
            "PIP_CLIENT_CERT": self.client_certificate,
            "PIP_PROXY": self.proxy,
            "PIP_KEYRING_PROVIDER": self.keyring,
        }
        return {name: value for name, value in given.items() if value}


class _Indexes(NamedTuple):
    main: str | None
    more: tuple[str, ...]


def index_settings(shell: Mapping[str, str], folder: Path) -> IndexSettings:
    """
    What pip and uv were told, by variables and by files, for work in that folder.

    Where packages come from is taken from the one that was told, from uv where both
    were; the rest is put together. Raises UnreadableSettings.
    """
    uv, pip = _of_uv(shell, folder), _of_pip(shell)
    source = uv if uv.names_a_source() else pip
    bundle = shell.get("REQUESTS_CA_BUNDLE") or shell.get("CURL_CA_BUNDLE")
    return replace(
        source,
        trusted_hosts=uv.trusted_hosts or pip.trusted_hosts,
        certificate=uv.certificate or pip.certificate or bundle,
        client_certificate=uv.client_certificate or pip.client_certificate,
        proxy=uv.proxy or pip.proxy,
        keyring=uv.keyring or pip.keyring,
        exclude_newer=uv.exclude_newer or pip.exclude_newer,
    )


def _of_pip(shell: Mapping[str, str]) -> IndexSettings:
    files = pip_settings(shell)

    def setting(name: str) -> str:
        variable = "PIP_" + name.upper().replace("-", "_")
        return shell.get(variable) or files.get(name, "")

    index = setting("index-url") or None
    more = tuple(setting("extra-index-url").split())
    keyring = setting("keyring-provider")
    return IndexSettings(
        index=index,
        more_indexes=more,
        # pip takes the best version of all its indexes.
        strategy="unsafe-best-match" if more else None,
        links=_there(setting("find-links").split()),
        no_index=setting("no-index").lower() in {"1", "true", "yes", "on"},
        trusted_hosts=tuple(setting("trusted-host").split()),
        certificate=setting("cert") or None,
        client_certificate=setting("client-cert") or None,
        proxy=_with_scheme(setting("proxy")) or None,
        keyring=keyring if keyring in {"disabled", "subprocess"} else None,
        exclude_newer=setting("uploaded-prior-to") or None,
    )


def _of_uv(shell: Mapping[str, str], folder: Path) -> IndexSettings:
    tables = uv_settings(shell, folder)

    def setting(key: str) -> Any:
        return next((table[key] for table in tables if key in table), None)

    index, more = _uv_indexes(shell, tables)
    return IndexSettings(
        index=index or _text(setting("index-url")),
        more_indexes=more or _list(setting("extra-index-url")),
        strategy=shell.get("UV_INDEX_STRATEGY") or _text(setting("index-strategy")),
        links=_there(
            _split(shell.get("UV_FIND_LINKS")) or _list(setting("find-links"))
        ),
        no_index=setting("no-index") is True or bool(shell.get("UV_NO_INDEX")),
        trusted_hosts=_split(shell.get("UV_INSECURE_HOST"))
        or _list(setting("allow-insecure-host")),
        certificate=shell.get("SSL_CERT_FILE") or shell.get("SSL_CERT_DIR"),
        client_certificate=shell.get("SSL_CLIENT_CERT"),
        proxy=_text(setting("https-proxy")) or _text(setting("http-proxy")),
        keyring=shell.get("UV_KEYRING_PROVIDER") or _text(setting("keyring-provider")),
        exclude_newer=shell.get("UV_EXCLUDE_NEWER") or _text(setting("exclude-newer")),
        of_uv=True,
    )


def _uv_indexes(
    shell: Mapping[str, str], tables: Sequence[Mapping[str, Any]]
) -> _Indexes:
    """The index and the further ones, of variables and of [[index]]; names give credentials."""
    listed = [
        (_signed(shell, entry.get("name"), entry["url"]), bool(entry.get("default")))
        for table in tables
        for entry in _tables(table.get("index"))
        if not entry.get("explicit")
    ]
    variables = (
        f"{shell.get('UV_INDEX', '')} {shell.get('UV_EXTRA_INDEX_URL', '')}".split()
    )
    main = shell.get("UV_DEFAULT_INDEX") or shell.get("UV_INDEX_URL")
    first = next((url for url, default in listed if default), None)
    return _Indexes(
        _named(shell, main) if main else first,
        tuple(_named(shell, word) for word in variables)
        or tuple(url for url, default in listed if not default),
    )


def _named(shell: Mapping[str, str], word: str) -> str:
    """The URL of `name=url`, or of a URL alone."""
    named = re.fullmatch(r"([A-Za-z0-9._-]+)=(.+)", word)
    return _signed(shell, named[1], named[2]) if named else word


def _signed(shell: Mapping[str, str], name: object, url: str) -> str:
    """The URL with what UV_INDEX_<NAME>_USERNAME and _PASSWORD say."""
    plain = re.sub(r"[^A-Z0-9]", "_", str(name).upper()) if name else ""
    user = shell.get(f"UV_INDEX_{plain}_USERNAME", "")
    password = shell.get(f"UV_INDEX_{plain}_PASSWORD", "")
    parts = urlsplit(url)
    if not plain or not (user or password) or "@" in parts.netloc:
        return url
    secret = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{secret}@{parts.netloc}"))


def _there(links: Sequence[str]) -> tuple[str, ...]:
    """Without folders that do not exist: pip passes over them, uv would end."""
    return tuple(
        link
        for link in links
        if "://" in link.replace("file://", "") or Path(_path(link)).exists()
    )


def _path(link: str) -> str:
    return unquote(urlsplit(link).path) if link.startswith("file://") else link


def _with_scheme(proxy: str) -> str:
    return proxy if "://" in proxy or not proxy else f"http://{proxy}"


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(re.split(r"[,\s]+", text.strip())) if text and text.strip() else ()


def _tables(value: object) -> list[dict[str, Any]]:
    rows = value if isinstance(value, list) else []
    return [r for r in rows if isinstance(r, dict) and isinstance(r.get("url"), str)]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _list(value: object) -> tuple[str, ...]:
    return (
        tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
    )


SYSTEM_PIP = Path("/etc/pip.conf")
SYSTEM_UV = Path("/etc/uv/uv.toml")


class UnreadableSettings(Exception):
    """A configuration file that pip or uv would refuse, too; says which and why."""


def pip_settings(shell: Mapping[str, str]) -> dict[str, str]:
    """
    What pip's files say for `pip install`: keys with dashes, values as written.

    Later files and the section [install] go before earlier ones and [global].
    Raises UnreadableSettings.
    """
    values_of_all: dict[str, str] = {}
    sections: dict[str, dict[str, str]] = {"global": {}, "install": {}}
    for file in _pip_files(shell):
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read(file, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            raise UnreadableSettings(_unreadable(file, error)) from error
        for name, values in sections.items():
            if parser.has_section(name):
                values.update({k.replace("_", "-"): v for k, v in parser.items(name)})
    for values in sections.values():
        values_of_all.update(values)
    return values_of_all


def _pip_files(shell: Mapping[str, str]) -> Iterator[Path]:
    named = shell.get("PIP_CONFIG_FILE")
    if named == "/dev/null":
        return
    for folder in (shell.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"):
        yield Path(folder, "pip", "pip.conf")
    yield SYSTEM_PIP
    if named is None and shell.get("HOME"):
        yield Path(shell["HOME"], ".pip", "pip.conf")
        yield _user_folder(shell) / "pip" / "pip.conf"
    if named:
        yield Path(named)


def uv_settings(shell: Mapping[str, str], folder: Path) -> list[dict[str, Any]]:
    """
    The tables of uv's files for `uv pip` in that folder, the strongest first.

    A file's table [pip] goes before its own keys. Raises UnreadableSettings.
    """
    tables: list[dict[str, Any]] = []
    for file in _uv_files(shell, folder):
        table = _toml(file)
        if file.name == "pyproject.toml":
            table = table.get("tool", {}).get("uv", {})
        pip = table.get("pip")
        tables += [pip] if isinstance(pip, dict) else []
        tables.append(table)
    return tables


def _uv_files(shell: Mapping[str, str], folder: Path) -> Iterator[Path]:
    if shell.get("UV_NO_CONFIG"):
        return
    if shell.get("UV_CONFIG_FILE"):
        yield Path(shell["UV_CONFIG_FILE"])
        return
    project = _uv_file_of_project(folder)
    users = [_user_folder(shell) / "uv" / "uv.toml"] if shell.get("HOME") else []
    system = [
        Path(folder_of_system, "uv", "uv.toml")
        for folder_of_system in (shell.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
    ]
    # Of the system's files uv reads the first one alone.
    systems = [f for f in (*system, SYSTEM_UV) if f.is_file()][:1]
    for file in (*([project] if project else []), *users, *systems):
        if file.is_file():
            yield file


def _uv_file_of_project(folder: Path) -> Path | None:
    """The nearest one: in the folder or above it."""
    for place in (folder, *folder.parents):
        own = place / "uv.toml"
        if own.is_file():
            return own
        project = place / "pyproject.toml"
        if project.is_file() and "[tool.uv" in project.read_text("utf-8", "replace"):
            return project
    return None


def _user_folder(shell: Mapping[str, str]) -> Path:
    named = shell.get("XDG_CONFIG_HOME")
    return Path(named) if named else Path(shell["HOME"], ".config")


def _toml(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
        table: dict[str, Any] = _parser().loads(text)
    except (OSError, ValueError, ImportError) as error:
        raise UnreadableSettings(_unreadable(file, error)) from error
    return table


def _parser() -> Any:
    try:
        return import_module("tomllib")
    except ImportError:  # Python 3.10 and older: the copy that pip carries
        return import_module("pip._vendor.tomli")


def _unreadable(file: Path, error: Exception) -> str:
    return f"{file} cannot be read: {error}; mend it, or move it away"
