"""Programs of a test's own that stand in for docker and compose, and say what others recorded."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


ANSWERS: Mapping[str, object] = {
    "--version": "Docker version 28.2.2, build e6534b4",
    "context": "unix:///var/run/docker.sock",
    "version": {
        "Client": {"Version": "28.2.2", "ApiVersion": "1.41"},
        "Server": {
            "Components": [{"Name": "Engine", "Version": "20.10.24"}],
            "Version": "20.10.24",
            "Os": "linux",
            "Arch": "arm64",
        },
    },
    "info": {
        "MemTotal": 25276510208,
        "CPUSet": True,
        "MemoryLimit": True,
        "SecurityOptions": ["name=seccomp,profile=default"],
    },
    "compose": "2.26.1-4",
}
"""What a docker that works says to each of its first words."""


def answers(**changed: Any) -> dict[str, object]:
    """Those answers; of a dictionary the fields that are named are changed, None: taken away."""
    made = dict(ANSWERS)
    for name, change in changed.items():
        before = made[name]
        if isinstance(before, dict) and isinstance(change, dict):
            merged = {**before, **change}
            made[name] = {k: v for k, v in merged.items() if v is not None}
        else:
            made[name] = change
    return made


def stand_in(folder: Path, told: Mapping[str, object]) -> Path:
    """
    A folder for PATH, with a docker that gives these answers.

    A text that begins with "!" goes to stderr, and the status is 1. Whatever
    it is called with is appended to `calls` in that folder.
    """
    folder.mkdir(exist_ok=True)
    cases = []
    for word, answer in told.items():
        text = answer if isinstance(answer, str) else json.dumps(answer)
        (folder / f"{word}.txt").write_text(text.removeprefix("!") + "\n")
        end = ">&2; exit 1" if text.startswith("!") else ""
        cases.append(f'{word}) cat "$here/{word}.txt" {end};;')
    script = folder / "docker"
    lines = [
        "#!/bin/sh",
        f'here="{folder}"',
        'echo "$@" >>"$here/calls"',
        'case "$1" in',
    ]
    lines += [*cases, '*) echo "unexpected: $*" >&2; exit 1;;', "esac"]
    script.write_text("\n".join(lines) + "\n")
    script.chmod(0o755)
    return folder
