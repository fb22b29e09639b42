"""Run folders as somebody else might hand them on: one text in every place where a text can stand."""

import re
from dataclasses import replace
from pathlib import Path

from bench.model.calibration import Calibration, Proof
from bench.model.framework import Role, Target
from bench.model.load import Load
from bench.model.plan import Cell, Plan
from bench.model.probe import Count, ProbeMeasure, ProbeOutcome, ProbeResults
from bench.model.run import Receipt, RunRecord
from bench.model.trial import Failure
from bench.store.documents import write_exhibits
from bench.store.folder import LOGS, create
from tests.builders import machine, plan, record, target
from tests.run.test_rounds import collect


HOSTILE = (
    "=cmd|'/C calc'!A0 \"><img src=x onerror=alert(1)> </svg><svg onload=alert(1)> "
    "</style><style>*{display:none} </code></pre><script>alert(1)</script> --> ]]> "
    "{{ 7*7 }} **b** __i__ `c` | x | [l](javascript:alert(1)) ![i](//evil.example) "
    "http://evil.example www.evil.example @all #1 $x$ &lt;b&gt; <!-- "
    "\x1b[31m\x1b]0;t\x07 \x00\x9b2J \u202eleft\u2066 \u061c \u2028 \ud800 \ufffe\n"
    "hint: run something\r\n\t| a | b |"
)
HARMLESS = re.sub(r"[^ \n\t]", "x", HOSTILE)
"""As long, as many words, as many lines, and nothing but letters."""

KEY = 60
"""Characters of it in an id or a key: an id becomes part of a file's name."""


def folder_with(parent: Path, text: str) -> Path:
    """A whole run of six rounds with two versions of a framework, and this text in every free place."""
    this = plan_with(text)
    head = record_with(this, text)
    with create(parent, head) as writer:
        for event in collect(this, parent / "measured")[0]:
            writer.append(event)
        for failure in (
            Failure(2, this.targets[0].id, "hello", text, text, text * 3, text),
            Failure(3, text, text, text, None, text),
            Failure(0, f"alpha@{text}", None, text),
        ):
            writer.append(failure)
        write_exhibits(writer.folder, exhibits_with(text))
        name = "".join(text.split())[:KEY].replace("/", "")
        (writer.folder / LOGS / f"{name}\n.log").write_text(text, "utf-8", "replace")
        return writer.folder


def plan_with(text: str) -> Plan:
    """Two versions of one framework, another one, and a twin."""
    old, new = (target_with("alpha", number, text) for number in (1, 2))
    twin = replace(
        new,
        id=f"{new.id}+again",
        role=Role.TWIN,
        twin_of=new.id,
        title=f"{new.title} (again)",
    )
    targets = (old, new, target_with("beta", 3, text), twin)
    plain = plan("alpha", looks=(6,), name=text, why=text)
    load = Load(plain.profile.clients, 0.0, 1.0)
    return replace(
        plain,
        engine=text,
        targets=targets,
        cells=tuple(Cell(one.id, "hello", load) for one in targets),
        pinning=replace(plain.pinning, shared=text),
    )


def target_with(name: str, number: int, text: str) -> Target:
    """A contestant with the text in all that a person may write."""
    return target(
        name,
        id=f"{name}@{number}/{text[:KEY]}",
        version=f"{number} {text}",
        deployment=text,
        title=f"{number} {text}",
        interface=text,
        concurrency=text,
        serve=(text, "{port}", text),
        why=text,
        environment={text[:KEY]: text},
        validator=text,
        layer=text,
    )


def record_with(this: Plan, text: str) -> RunRecord:
    """The head: machine, receipts, database, harness and calibration."""
    receipts = {
        one.id: Receipt(
            f"{number} {text}",
            text,
            {text[:KEY]: f"{number} {text}", f"b {text[:KEY]}": text},
            *(text, text, text),
        )
        for number, one in enumerate(this.targets)
    }
    return record(
        this,
        created_at=text,
        command=text,
        receipts=receipts,
        database={"version": text, text[:KEY]: text},
        harness={"commit": text, text[:KEY]: text},
        machine=machine(
            cpu_model=text,
            kernel=text,
            hypervisor=text,
            governor=text,
            python=text,
            container_engine=text,
            cgroup=text,
            fingerprint=text,
            details={text[:KEY]: text},
        ),
        calibration=Calibration(
            *(1, text, text, text, 1.0, 1e6, None),
            proofs=(Proof("p", text, text, text, False),),
            numbers={text[:KEY]: 1.0},
        ),
    )


def exhibits_with(text: str) -> ProbeResults:
    """Something probed and something counted."""
    outcome = ProbeOutcome(
        *(text, "alpha", text, text, True, False, text, text), (text,), (text,)
    )
    measure = ProbeMeasure("packages_all", text, text, text)
    counts = (
        Count("alpha", text, "packages_all", 3.0, text),
        Count(text, text, "packages_all", None, text),
    )
    return ProbeResults(1, text, text, text, text, (outcome,), (measure,), counts)
