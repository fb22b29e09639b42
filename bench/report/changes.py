"""Old against new, and one run against an older one, as Markdown for a pull request."""

from collections.abc import Sequence

from bench.judge.history import Difference, Moved
from bench.judge.regressions import Judged, Judgement
from bench.report.numbers import percent
from bench.report.summary import code, plain


def judgement_md(judged: Judgement, run: str) -> str:
    """A heading that says it, one sentence, and a row for each comparison."""
    lines = [
        f"## {plain(judged.new)} against {plain(judged.base)}: {judged.gate}",
        "",
        f"{_sentence(judged.because)} Measured side by side in run {code(run)}. "
        f"What confirms: {plain(judged.confirmed_by)}.",
        "",
        "| workload | figure | time or cost, old = 1 | 95 % interval | margin | rounds | could have seen | |",
        "|---|---|--:|---|--:|--:|--:|---|",
        *(_row(each) for each in judged.changes),
        "",
        "Above 1 the new one is slower (throughput) or costs more processor time (cpu). "
        "Only what exceeds the margin twice counts.",
    ]
    return "\n".join(lines) + "\n"


def _row(each: Judged) -> str:
    found = each.slowdown
    seen = each.smallest_detectable
    cells = [
        plain(each.workload),
        plain(each.metric),
        f"{found.point:.3f}" if found else "–",
        f"{found.low:.3f} to {found.high:.3f}" if found else "–",
        percent(each.margin),
        str(found.n) if found else "0",
        f"{100 * (seen - 1):.1f}\u00a0%" if seen else "–",
        plain(f"{each.change}: {each.because}" if each.because else str(each.change)),
    ]
    return f"| {' | '.join(cells)} |"


def history_md(
    names: tuple[str, str], differing: Sequence[Difference], rows: Sequence[Moved]
) -> str:
    """What differs first, then how the ratios moved; it judges nothing."""
    before, after = map(code, names)
    lines = [
        f"## {after} after {before}: history, not a gate",
        "",
        "The two were not measured side by side. A change here is a reason to do so.",
        "",
        "| what differs | before | after |",
        "|---|---|---|",
        *(
            f"| {'**' if each.grave else ''}{plain(each.what)}{'**' if each.grave else ''} "
            f"| {plain(each.before)} | {plain(each.after)} |"
            for each in differing
        ),
        *(() if differing else ("| nothing that is recorded | | |",)),
        "",
        "| target | beside | workload | figure | advantage, before = 1 | 95 % interval |",
        "|---|---|---|---|--:|---|",
        *(_moved_row(each) for each in rows),
        "",
        "Above 1 the target does better beside its reference than before.",
    ]
    return "\n".join(lines) + "\n"


def _moved_row(each: Moved) -> str:
    name = each.after if each.after == each.before else f"{each.before} → {each.after}"
    cells = [
        plain(name),
        plain(each.reference or "–"),
        plain(each.workload),
        plain(each.metric),
    ]
    if each.change is None:
        cells += ["–", plain(each.because or "")]
    else:
        found = each.change
        cells += [f"{found.point:.3f}", f"{found.low:.3f} to {found.high:.3f}"]
    return f"| {' | '.join(cells)} |"


def _sentence(text: str) -> str:
    return f"{plain(text[:1].upper() + text[1:])}."
