"""The commands in the order of the work: what each does, and how it is typed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """One command in the list of all; the command's own help says more."""

    summary: str  # fits on a line of 80 columns, beside the longest name
    examples: tuple[str, ...]  # without the leading `bench`
    measures: bool = False  # needs Linux


COMMANDS = {
    "list": ContentsEntry(
        "Show what exists: targets, workloads, claims, profiles, runs.",
        ("list", "list profiles", "list runs --json"),
    ),
    "check": ContentsEntry(
        "Start targets and play the whole contract against them.",
        ("check", "check FRAMEWORK", "check contestant --engine compose"),
        measures=True,
    ),
    "calibrate": ContentsEntry(
        "Test load generator and machine on servers of known behaviour.",
        ("calibrate", "calibrate --json"),
        measures=True,
    ),
    "probe": ContentsEntry(
        "Test what is not timed: does it behave as a claim says?",
        ("probe", "probe CLAIM", "probe --into RUN"),
        measures=True,
    ),
    "agent": ContentsEntry(
        "Report what a server on this machine uses, to runs elsewhere.",
        ("agent 4711", "agent 4711 --host 10.0.0.5 --port 9100"),
        measures=True,
    ),
    "run": ContentsEntry(
        "Measure: a plan, rounds, a run folder, a page.",
        (
            "run --profile smoke",
            "run --profile standard --plan",
            "run --targets FRAMEWORK,floor --workloads hello,db-read",
            'run --with "PACKAGE==1.2.*"',
            "run --resume RUN",
            "run --engine external --at FRAMEWORK=http://127.0.0.1:8001",
        ),
        measures=True,
    ),
    "report": ContentsEntry(
        "Write the page and the tables of a stored run again.",
        ("report", "report RUN", "report RUN RUN", "report RUN --claims mine.toml"),
    ),
    "compare": ContentsEntry(
        "Compare old and new in one run, or a run with an older one.",
        (
            "compare",
            "compare RUN FRAMEWORK@1.2 FRAMEWORK@1.3",
            "compare RUN FRAMEWORK@1.2 FRAMEWORK@1.3 --confirm RUN2",
        ),
    ),
    "versions": ContentsEntry(
        "Show what the package index has since the locks were made.",
        ("versions", "versions FRAMEWORK --json", "versions --write"),
    ),
    "history": ContentsEntry(
        "Show what runs of all days found, by machine.",
        ("history", "history add", "history list --json"),
    ),
    "load": ContentsEntry(
        "Send load to one URL on this machine.",
        (
            "load http://127.0.0.1:8000/hello --clients 32",
            "load http://127.0.0.1:8000/hello --rate 500 --poisson",
            'load http://127.0.0.1:8000/a --body @a.json -H "Content-Type: a/b"',
        ),
        measures=True,
    ),
    "worker": ContentsEntry(
        "Send a part of the load of a run on another machine.",
        ("worker --master 10.0.0.4 --port 5557",),
        measures=True,
    ),
    "instructions": ContentsEntry(
        "Count the instructions of a request in the application.",
        (
            "instructions",
            "instructions FRAMEWORK@1.2 FRAMEWORK --gate",
            'instructions FRAMEWORK --with "PACKAGE==1.2.*"',
        ),
        measures=True,
    ),
    "gate": ContentsEntry(
        "Compare two commits of a package in the frameworks on it.",
        ("gate PACKAGE main HEAD --clone DIR", "gate PACKAGE main --margin 2%"),
        measures=True,
    ),
    "bisect": ContentsEntry(
        "Find the releases that changed what a request costs.",
        ("bisect PACKAGE 1.0 1.9", "bisect PACKAGE 1.0 --timed"),
        measures=True,
    ),
    "selftest": ContentsEntry(
        "Test the harness on cases with a known answer.",
        ("selftest", "selftest aa --rounds 12"),
        measures=True,
    ),
}


def examples(name: str) -> str:
    """How a command is typed, for the end of its help; each on a line of its own."""
    lines = [f"  bench {example}" for example in COMMANDS[name].examples]
    return "\n".join(["\b", "Examples:", *lines])
