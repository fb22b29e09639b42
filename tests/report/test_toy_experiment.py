"""An experiment is a folder and a line: with no other file changed it gets a verdict and a section."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
PLAYED = ROOT / "reports" / "published" / "20261130T015137Z-turns-7757"
"""A run whose experiment with one client and eight stands for the toy's."""
RUN = "20261130T015137Z-toy-7757"

MODEL = '''
"""How many times as much eight clients get as one."""
from dataclasses import dataclass
from enum import StrEnum
from bench.model.estimate import Estimate
from bench.model.experiment import ExperimentModel

class ToyEvidence(StrEnum):
    GAIN = "toy-gain"

@dataclass(frozen=True, slots=True)
class Toy:
    target: str
    gain: Estimate | None
    rounds: tuple[float, ...]

MODEL = ExperimentModel({"toys": tuple[Toy, ...]}, ("toy",), ToyEvidence)
'''
ANALYSE = """
from bench.analyse.experiments import Analysed, sound
from bench.analyse.metrics import THROUGHPUT
from bench.experiments.toy.model import Toy
from bench.stats import interval

def ANALYSE(trials, doubts):
    played = sound(trials, "toy")
    return Analysed({"toys": tuple(toy for one in played for toy in toys(one))}, played)

def toys(played):
    for target in dict.fromkeys(cell.target for cell in played.cells):
        one, eight = (c for c in played.cells if c.target == target)
        windows = [(played.usable(eight, n), played.usable(one, n)) for n in played.rounds]
        rates = [tuple(map(THROUGHPUT.of_round, each)) for each in windows if all(each)]
        gains = tuple(many / few for many, few in rates)
        yield Toy(target, interval.geometric_mean(gains, 0.95) if len(gains) > 1 else None, gains)
"""
QUESTIONS = """
from math import log
from bench.experiments.toy.model import ToyEvidence
from bench.judge.question import Group, Inquiry, by_rounds
from bench.judge.rules import Questions
from bench.model.verdict import Evidence, GroupKind

def more(context, claim, margin):
    own = {context.id_of(name) for name in claim.subjects}
    rows = [
        by_rounds("gain", Evidence(toy.target, estimate=toy.gain, asked=ToyEvidence.GAIN,
                  line=1 + margin), [[log(gain) for gain in toy.rounds]], margin)
        for toy in context.analysis.found["toys"] if toy.target in own
    ]
    return Inquiry((Group(GroupKind.PART, "gain"),), tuple(rows))

QUESTIONS = Questions({"toy": more})
"""
WORDS = """
from bench.experiments.toy.model import ToyEvidence
from bench.wording import numbers
from bench.wording.experiments import ExperimentWords, RuleWords, Texts, say

def because(names, verdict):
    found = verdict.findings[0]
    return f"{names.framework(found.subject)}: {found.value} {found.what}"

def ratio(names, finding):
    return numbers.as_times(finding.estimate)

WORDS = ExperimentWords(
    {ToyEvidence.GAIN: Texts(say("of one client’s toys"), ratio, say("so it was"))},
    {"toy": RuleWords("Does {subject} play?", "**Yes**: toys.", "**No**.",
                      because, because, "may depend on the toy", profile="toy")},
    {"gain": ("toys", "with toys")},
)
"""
SECTION = """
from bench.report.charts.chart import ChartTable
from bench.report.numbers import with_interval
from bench.report.section import Body, NumberTable, Section

def body(view, palette):
    rows = tuple((view.label(toy.target), with_interval(toy.gain)) for toy in view.results.found["toys"])
    return Body(intro="Eight play with toys.", tables=(NumberTable("Toys", ChartTable(("set-up", "gain"), rows)),))

SECTION = Section("toys", "Toys", "To the toys", body, when=lambda view: bool(view.results.found["toys"]))
"""
CLAIMS = """
[[claim]]
id = "flask-plays"
quote = "it plays"
where = "nowhere"
reading = "Eight clients get half as much again as one, at least."
rule = "toy"
subjects = ["flask"]
margin = 0.5
why = "It is a toy."
"""


def with_a_toy(harness: Path) -> None:
    """A copy of the harness, the toy's folder in it, and its name in the list."""
    for name in ("apps", "tests"):
        (harness / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "bench", harness / "bench")
    toy = harness / "bench" / "experiments" / "toy"
    toy.mkdir()
    files = {"model": MODEL, "analyse": ANALYSE, "questions": QUESTIONS}
    files |= {"words": WORDS, "section": SECTION}
    for name, text in files.items():
        (toy / f"{name}.py").write_text(text, "utf-8")
    line = toy.parent / "__init__.py"
    listed = line.read_text("utf-8").replace('"mix")', '"mix", "toy")')
    line.write_text(listed, "utf-8")


def store_toys(run: Path) -> None:
    """A stored run that played it: the published one, by another name."""
    run.mkdir(parents=True)
    with tarfile.open(PLAYED / "raw.tar.xz") as raw:
        trials = raw.extractfile("trials.jsonl")
        assert trials is not None
        stored = {"trials.jsonl": trials.read().decode()}
    stored["run.json"] = (PLAYED / "run.json").read_text("utf-8")
    for name, text in stored.items():
        renamed = re.sub(r"\bturns\b", "toy", text.replace(PLAYED.name, RUN))
        (run / name).write_text(renamed, "utf-8")


def test_a_folder_and_a_line_give_a_verdict_and_a_section(tmp_path: Path) -> None:
    """In results.json, on the page and in its navigation, by a claim that names its rule."""
    with_a_toy(tmp_path)
    store_toys(tmp_path / "runs" / RUN)
    (tmp_path / "claims.toml").write_text(CLAIMS, "utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "bench", "report", RUN, "--claims", "claims.toml"],
        cwd=tmp_path,
        env=os.environ | {"BENCH_RUNS": str(tmp_path / "runs")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    page = tmp_path / done.stdout.strip()
    html = page.read_text("utf-8")
    stored = json.loads((page.parent / "results.json").read_text("utf-8"))

    (verdict,) = stored["verdicts"]
    assert verdict["outcome"] == "supported"
    assert verdict["because"].startswith("Flask: 7.") and "times" in verdict["because"]
    assert {toy["target"].partition("@")[0] for toy in stored["toys"]} == {
        "django", "fastapi", "flask",
    }  # fmt: skip
    assert stored["turns"] is None
    assert '<li><a href="#toys">To the toys</a></li>' in html
    assert "Eight play with toys." in html.partition('<section id="toys">')[2]
