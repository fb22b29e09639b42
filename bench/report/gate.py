"""What `bench gate` found, as Markdown for a pull request."""

from collections.abc import Iterator

from bench.model.gated import CountedChange, Gated, GatedFramework
from bench.report.clean import clean
from bench.report.summary import code, plain


SHORT = 10
"""Characters of a commit that are shown."""


def gated_md(found: Gated) -> str:
    """A heading that says it, and for each framework a table or a reason."""
    found = clean(found)
    commits = f"{code(found.head[:SHORT])} against {code(found.base[:SHORT])}"
    lines = [f"## {plain(found.package)}: {found.outcome}", "", f"{commits}.", ""]
    for each in found.frameworks:
        lines += [*_framework(each), ""]
    return "\n".join(lines).rstrip() + "\n"


def _framework(found: GatedFramework) -> Iterator[str]:
    yield f"### {plain(found.title)}: {found.outcome}"
    yield ""
    if found.because:
        yield plain(found.because)
    if found.counted:
        yield "| workload | instructions of a request, before = 1 | margin | |"
        yield "|---|--:|--:|---|"
        yield from map(_row, found.counted)
        yield ""
        yield "Counted inside the application, twice each; without server and kernel."
    if found.timed is not None:
        yield found.timed["markdown"].rstrip()


def _row(found: CountedChange) -> str:
    said = "**too much**" if found.too_much else "within"
    if not found.exact:
        said = "two counts of one thing differ"
    return (
        f"| {plain(found.workload)} | {found.times:.4f} | {100 * found.margin:g}\u00a0% "
        f"| {said} |"
    )
