"""What is published, read as any program would read it."""

import json
import re
from functools import cache
from html import unescape
from itertools import product
from pathlib import Path
from typing import Any

from bench.cli.run_options import frameworks
from bench.configure.claims import load_claims
from bench.judge.results import SupplementaryResults
from bench.judge.results import results as judged_again
from bench.model.results import Results, WorkloadNote
from bench.report.json_file import results_json
from bench.store.documents import read_exhibits
from bench.store.folder import read
from bench.workloads import WORKLOADS


type Json = dict[str, Any]

PUBLISHED = Path(__file__).resolve().parents[2] / "reports" / "published"
RUNS = sorted(path.parent for path in PUBLISHED.glob("*/results.json"))


def results(folder: Path) -> Json:
    """A run's results as any program would read them."""
    document: Json = json.loads((folder / "results.json").read_text("utf-8"))
    return document


@cache
def judged_values(folder: Path) -> Results:
    """What the harness makes of the run's stored windows now, without a sentence."""
    notes = [WorkloadNote(w.name, w.title, w.why) for w in WORKLOADS.values()]
    beside = SupplementaryResults(read_exhibits(folder))
    return judged_again(read(folder), load_claims(), frameworks(), notes, (), beside)


@cache
def again(folder: Path) -> Json:
    """The same with its sentences, as any program would read it."""
    made: Json = json.loads(results_json(judged_values(folder)))
    return made


def card(folder: Path, claim: str) -> tuple[str, str]:
    """The class and the text of a claim's card on the page."""
    html = unescape((folder / "report.html").read_text("utf-8"))
    match = re.search(
        rf'<article class="card ([a-z-]+)" id="claim-{claim}">(.*?)</article>',
        html,
        re.DOTALL,
    )
    assert match is not None, claim
    return match[1], match[2]


def contestant(results: Json, framework: str) -> str:
    """The target that stands for a framework: its newest version of the table."""
    tables = {
        framework_row["name"]: framework_row["versions"]
        for framework_row in results["frameworks"]
    }
    own = [
        target
        for target in results["targets"]
        if (target["framework"], target["role"]) == (framework, "contestant")
    ]
    ages = {version: age for age, version in enumerate(tables.get(framework, ()))}
    own.sort(key=lambda target: ages.get(target["version"], -1))
    return own[-1]["id"] if own else ""


def pairs(claim: Json) -> list[tuple[str, str, str]]:
    """Workload, subject and baseline, in the order in which they are told."""
    return list(product(claim["workloads"], claim["subjects"], claim["baselines"]))
