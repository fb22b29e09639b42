"""`bench list`."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from bench.analyse.reasons import REASONS
from bench.cli.options import AsJson
from bench.cli.places import PUBLISHED, RUNS, shown
from bench.configure.claims import load_claims
from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import all_targets
from bench.errors import UsageError, unknown
from bench.model.plural import plural
from bench.model.verdict import Claim
from bench.report.clean import one_line
from bench.report.words import SCOPES
from bench.store.folder import read_head, run_folders
from bench.wording.experiments import words_of
from bench.workloads import WORKLOADS


LONGEST_LINE = 2000


def command(
    what: Annotated[
        str,
        typer.Argument(help="targets, workloads, claims, profiles, warnings or runs"),
    ] = "targets",
    as_json: AsJson = False,
) -> None:
    """Print one table on stdout."""
    if what not in TABLES:
        raise unknown("list", what, list(TABLES))
    rows = TABLES[what]()
    if as_json:
        print(json.dumps(rows, indent=1, default=str))
        return
    for row in rows:
        name, *rest = row.values()
        line = f"{name:38} {'  '.join(str(value) for value in rest)}"
        # A run folder, its name too, may come from elsewhere.
        print(one_line(line, LONGEST_LINE))


def _targets() -> list[dict[str, Any]]:
    _, parity = load_profiles()
    return [
        {"target": t.id, "role": str(t.role), "concurrency": t.concurrency}
        for t in all_targets(load_frameworks(), parity)
    ]


def _workloads() -> list[dict[str, Any]]:
    return [{"workload": w.name, "why": w.why} for w in WORKLOADS.values()]


def _claims() -> list[dict[str, Any]]:
    return [
        {
            "claim": claim.id,
            "quote": ", ".join(
                f'"{words}"' for words in (claim.quote, *(a.quote for a in claim.also))
            ),
            "by": _decided_by(claim),
        }
        for claim in load_claims()
    ]


def _decided_by(claim: Claim) -> str:
    """What decides a claim, and by what it may depend."""
    if claim.not_measurable:
        return "not measurable"
    if claim.probe:
        return f"the probe {claim.probe}"
    if claim.counts:
        return f"counts, against {', '.join(claim.baselines)}" if claim.subjects else "counts, only shown"  # fmt: skip
    if claim.rule:
        return f"the rule {claim.rule}; {words_of(claim.rule).may_depend}"
    where = [*claim.workloads, *claim.also_on]
    where += [f"{workload} with SQL by hand" for workload in claim.without_layer]
    return f"{claim.metric}; may depend on the workload: {', '.join(where)}"


def _profiles() -> list[dict[str, Any]]:
    profiles, _ = load_profiles()
    return [{"profile": p.name, "why": p.why} for p in profiles.values()]


def _warnings() -> list[dict[str, Any]]:
    return [
        {
            "warning": reason.code,
            "title": reason.title,
            "effect": SCOPES[reason.scope],
            "remedy": reason.remedy,
        }
        for reason in REASONS
    ]


def _runs() -> list[dict[str, Any]]:
    rows = []
    for folder in [*run_folders(PUBLISHED), *run_folders(RUNS)]:
        try:
            plan = asdict(read_head(folder).plan)
            about = f"{plan['profile']['name']}, {plural(len(plan['cells']), 'cell')}"
        except UsageError as error:
            about = f"unreadable: {error.message}"
        rows.append({"run": folder.name, "about": about, "folder": shown(folder)})
    return rows


TABLES = {
    "targets": _targets,
    "workloads": _workloads,
    "claims": _claims,
    "profiles": _profiles,
    "warnings": _warnings,
    "runs": _runs,
}
