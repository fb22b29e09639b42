"""The head of a run: everything that must be known to believe or repeat it."""

import hashlib
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.child_environment import child_environment
from bench.cli.places import ROOT
from bench.cli.run_options import RunOptions
from bench.deploy.machine import inspect_machine, speed_class
from bench.model.plan import Plan
from bench.model.run import SCHEMA, SPEED_CLASS, Receipt, RunRecord
from bench.store.folder import run_id


OWN_PACKAGES = ("locust", "gevent", "numpy", "scipy", "matplotlib", "uv")
MEASURING = (
    *("apps", "bench/workloads", "bench/plan"),
    *("bench/deploy", "bench/load", "bench/run"),
)
"""Everything that decides what is measured and how; hashed into every run."""


def new_record(
    asked: RunOptions,
    plan: Plan,
    receipts: Mapping[str, Receipt],
    database: Mapping[str, str],
    container_engine: str | None,
    now: datetime,
) -> RunRecord:
    """The head of a run that begins now."""
    inspected = inspect_machine()
    details = {**inspected.details, SPEED_CLASS: str(speed_class())}
    machine = replace(inspected, container_engine=container_engine, details=details)
    if not plan.own_servers:
        details = {**machine.details, "Stands here": "load and harness; of the servers' machines nothing is known"}  # fmt: skip
        machine = replace(machine, details=details)
    return RunRecord(
        id=run_id(now, plan.profile.name, plan.seed),
        created_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        schema=SCHEMA,
        command=command_line(asked, plan),
        plan=plan,
        machine=machine,
        receipts=dict(receipts),
        database=dict(database),
        harness=harness_facts() | {"engine": asked.engine_why},
    )


def command_line(asked: RunOptions, plan: Plan) -> str:
    """What a person types to run the same plan again."""
    if asked.command is not None:
        return f"{asked.command} --seed {plan.seed}"
    words = ["python -m bench run", f"--profile {asked.profile}"]
    words += [f"--targets {asked.targets}"] if asked.targets else []
    words += [f"--workloads {asked.workloads}"] if asked.workloads else []
    words += [
        f"--with {shlex.quote(version_request)}"
        for version_request in asked.version_requests
    ]
    extent = asked.extent
    words += [f"--rounds {extent.rounds}"] if extent.rounds else []
    words += [f"--clients {extent.clients}"] if extent.clients else []
    words += [f"--measure-s {extent.measure_s:g}"] if extent.measure_s else []
    words += ["--keep-going"] if asked.keep_going else []
    words += [f"--claims {asked.claims}"] if asked.claims else []
    # Not --i-own-this: whoever repeats the run must say it for himself.
    words += [f"--at {shlex.quote(address)}" for address in asked.at]
    words += [f"--agent {shlex.quote(agent)}" for agent in asked.agents]
    words += [f"--load-workers {plan.load_workers}"] if plan.load_workers else []
    words += [f"--load-elsewhere {plan.load_elsewhere}"] if plan.load_elsewhere else []
    return " ".join([*words, f"--engine {plan.engine}", f"--seed {plan.seed}"])


def harness_facts() -> dict[str, str]:
    """Commit, hashes and versions of what measured."""
    changed = git("status", "--porcelain")
    facts = {
        "commit": git("rev-parse", "HEAD") or "unknown",
        "changed_files": "unknown"
        if changed is None
        else str(len(changed.splitlines())),
        "lock_sha256": _sha256([ROOT / "requirements.lock"]),
        "measuring_sha256": _sha256(_files(MEASURING)),
    }
    return facts | {name: version(name) for name in OWN_PACKAGES}


def joining_facts() -> dict[str, str]:
    """What must be equal on two machines that send load together."""
    facts = harness_facts()
    nouns = ("bench/definitions", "bench/model", "bench/stats")
    return {
        "harness": facts["measuring_sha256"],
        "definitions": _sha256(_files(nouns)),
        "lock": facts["lock_sha256"],
        "locust": facts["locust"],
        "gevent": facts["gevent"],
        "python": ".".join(map(str, sys.version_info[:2])),
    }


def utc_now() -> str:
    """This moment in UTC to the millisecond, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def git(*words: str, root: Path = ROOT) -> str | None:
    """What git says of this checkout, and of no repository around it; None where it knows nothing."""
    with tempfile.NamedTemporaryFile("w", suffix=".gitconfig") as settings:
        # Also where the checkout is somebody else's: we only read. Old versions of
        # git take this from a file alone.
        settings.write("[include]\npath = ~/.gitconfig\n[safe]\ndirectory = *\n")
        settings.flush()
        environment = child_environment(
            os.environ,
            GIT_CONFIG_GLOBAL=settings.name,
            GIT_CEILING_DIRECTORIES=str(root.parent),
            GIT_OPTIONAL_LOCKS="0",
            LC_ALL="C.UTF-8",
        )
        try:
            done = subprocess.run(
                ["git", "-c", "core.fsmonitor=false", *words],
                cwd=root,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError:
            return None
    return done.stdout.strip() if done.returncode == 0 else None


def _files(folders: Iterable[str]) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def _sha256(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()
