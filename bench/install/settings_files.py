"""The configuration files of pip and uv, read as pip and uv read them."""

from __future__ import annotations

import configparser
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any


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
    found: dict[str, str] = {}
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
        found.update(values)
    return found


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
        Path(one, "uv", "uv.toml")
        for one in (shell.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
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
        found: dict[str, Any] = _parser().loads(text)
    except (OSError, ValueError, ImportError) as error:
        raise UnreadableSettings(_unreadable(file, error)) from error
    return found


def _parser() -> Any:
    try:
        return import_module("tomllib")
    except ImportError:  # Python 3.10 and older: the copy that pip carries
        return import_module("pip._vendor.tomli")


def _unreadable(file: Path, error: Exception) -> str:
    return f"{file} cannot be read: {error}; mend it, or move it away"
