"""The sentences of verdicts on turns."""

from collections.abc import Sequence

from bench.experiments.turns.model import SetUp, Turns, TurnsEvidence
from bench.model.verdict import Claim, Evidence, GroupState, Verdict
from bench.wording import numbers
from bench.wording.experiments import (
    NOT_MEASURED,
    ExperimentWords,
    RuleWords,
    Texts,
    beside_line,
    say,
)
from bench.wording.names import Names
from bench.wording.numbers import joined


def _turns(names: Names) -> Turns | None:
    turns: Turns | None = names.results.found["turns"]
    return turns


def _set_up(names: Names, finding: Evidence) -> SetUp | None:
    turns = _turns(names)
    own = turns.set_ups if turns else ()
    return next((set_up for set_up in own if set_up.target == finding.subject), None)


def _met(names: Names, finding: Evidence) -> str:
    words = {1.0: "met", 0.0: "never met"}
    return words.get(-1.0 if finding.amount is None else finding.amount, "not known")


def _met_because(names: Names, finding: Evidence) -> str:
    set_up = _set_up(names, finding)
    if set_up is None:
        return ""
    plural = "es" if set_up.processes > 1 else ""
    return f"asked of {set_up.processes} process{plural}: {set_up.met_because}"


def _under_way(names: Names, finding: Evidence) -> str:
    turns = _turns(names)
    clients = turns.clients if turns else 0
    return f"requests under way at once in each process, of {clients} clients"


def _under_way_value(names: Names, finding: Evidence) -> str:
    if finding.estimate is not None:
        turns = _turns(names)
        return numbers.under_way(finding.estimate, turns.clients if turns else None)
    set_up = _set_up(names, finding)
    return (
        f"not measured: {set_up.reason}" if set_up and set_up.reason else NOT_MEASURED
    )


def _under_way_because(names: Names, finding: Evidence) -> str:
    estimate, line = finding.estimate, finding.line or 0.0
    return beside_line(estimate, line, f"{line:g}") if estimate else ""


def _burst(names: Names, finding: Evidence) -> str:
    turns = _turns(names)
    return f"the last answer to {turns.at_once if turns else 0} requests sent at once"


def _after_ms(names: Names, finding: Evidence) -> str:
    return f"after {finding.amount or 0.0:.0f} ms"


def _burst_because(names: Names, finding: Evidence) -> str:
    turns, set_up = _turns(names), _set_up(names, finding)
    if turns is None or set_up is None:
        return ""
    apart_ms = turns.wait_ms * turns.at_once
    return (
        f"{turns.wait_ms:g} ms if they wait together, {apart_ms:g} ms in turns; at least "
        f"{set_up.together} waited at the same time (round {set_up.volley_round}, the median)"
    )


def _because(names: Names, verdict: Verdict) -> str:
    usual = names.usual(verdict.claim.subjects[0])
    own = [f for f in verdict.findings if f.subject == usual]
    under_way = next((f for f in own if f.asked == TurnsEvidence.UNDER_WAY), None)
    met = any(f.asked == TurnsEvidence.MET and f.amount == 1.0 for f in own)
    name = f"{names.framework(usual)}’s usual deployment"
    said = []
    if met:
        said.append(f"two requests were inside one process of {name} at the same time")
    if under_way and under_way.estimate:
        said.append(
            f"{under_way.value} requests were under way at once in each process of {name}"
        )
    if not said:
        said.append(f"{name} was not measured")
    return ". ".join(
        _capital(sentence) for sentence in (*said, _true_of(names, verdict))
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _others_in_turns(names: Names, verdict: Verdict) -> str:
    """On which set-ups of the other frameworks it is true as well; "" where on none."""
    by_server = _in_turns(names)
    said = []
    for server, who in by_server.items():
        others = [names.framework(x) for x in who if x not in verdict.claim.subjects]
        if others:
            said.append(f"{joined(others)} on {server}")
    return f"the same for {joined(said)}" if said else ""


def _true_of(names: Names, verdict: Verdict) -> str:
    """Of which servers the sentence is true, whoever stands on them; and where that is open."""
    turns = names.results.found["turns"]
    decided = (turns.in_turns or ()) + (turns.together or ()) if turns else ()
    still_open = joined(
        [
            names.setup(set_up.target)
            for set_up in (turns.set_ups if turns else ())
            if set_up.target not in decided
            and (set_up.effective or set_up.met is not None)
        ]
    )
    where = [
        _where(names, server, who, verdict.claim)
        for server, who in _in_turns(names).items()
    ]
    if not where and not still_open:
        return "it is true of no server that was asked"
    said = f"it is true of {'; and of '.join(where)}" if where else ""
    if not still_open:
        return said
    return f"{said}; it is open for {still_open}".removeprefix("; ")


def _in_turns(names: Names) -> dict[str, list[str]]:
    """The frameworks that take turns, by server."""
    judged = (
        names.results.found["turns"].in_turns if names.results.found["turns"] else None
    )
    by_server: dict[str, list[str]] = {}
    for name in judged or ():
        target = names.target(name)
        if target is not None:
            by_server.setdefault(target.deployment, []).append(target.framework)
    return by_server


def _where(names: Names, server: str, who: Sequence[str], claim: Claim) -> str:
    ours = [
        names.framework(framework) for framework in who if framework in claim.subjects
    ]
    others = [
        names.framework(framework)
        for framework in who
        if framework not in claim.subjects
    ]
    if ours and others:
        return f"{server}, for {joined(others)} just as for {joined(ours)}"
    return f"{server}, for {joined([*ours, *others])}"


def _short(names: Names, verdict: Verdict) -> str:
    yes = [g.key for g in verdict.groups if g.state is GroupState.HOLDS]
    no = [g.key for g in verdict.groups if g.state is GroupState.FAILS]
    said = []
    if yes:
        said.append(f"one after the other on {joined(yes)}")
    if no:
        rest = yes and 1 < len(no) == len(verdict.groups) - len(yes)
        where = "on the others" if rest else f"on {joined(no)}"
        said.append(f"together {where}")
    too = _others_in_turns(names, verdict)
    if too:
        said.append(too)
    return "; ".join(said) or verdict.because


_FINDINGS: dict[str, Texts] = {
    TurnsEvidence.MET: Texts(
        say("two requests inside one process at the same time"), _met, _met_because
    ),
    TurnsEvidence.UNDER_WAY: Texts(_under_way, _under_way_value, _under_way_because),
    TurnsEvidence.BURST: Texts(_burst, _after_ms, _burst_because),
}


WORDS = ExperimentWords(
    findings=_FINDINGS,
    rules={
        "turns": RuleWords(
            "Does {subject} handle requests one after the other?",
            "**Yes**: as its users deploy it, it does.",
            "**No**: as its users deploy it, it handles them **together**.",
            _because, _short, "may depend on the server",
            line="Below {above:g} requests at once in each process.",
            profile="turns",
            did_not="did not send requests at once",
        )
    },
)  # fmt: skip
