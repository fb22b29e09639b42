"""Text and tables in Markdown, whoever gave the text."""

import re
from collections.abc import Iterable, Sequence

from bench.report.clean import clean_text


def plain(text: str) -> str:
    """Text that Markdown, HTML and a terminal leave as it is, on one line."""
    text = " ".join(clean_text(text).split())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"([\\`*_\[\]|~#$])", r"\\\1", text)
    # GitHub makes links of these two without being asked.
    text = re.sub(r"(?i)\b(www)\.", r"\1&#46;", text)
    return text.replace("@", "&#64;").replace("://", ":&#47;/")


def code(text: str) -> str:
    """Text as code inside a line of Markdown, outside of a table."""
    text = re.sub(r"[\n\t]", " ", clean_text(text)).replace("`", "'")
    return f"`{text}`"


def table(
    head: Sequence[str], rows: Iterable[Iterable[str]], align: str = ""
) -> list[str]:
    """A table line by line, its cells Markdown already; `align`: a letter for each column, l, c, r or - (any)."""
    rules = {"l": ":--", "c": ":-:", "r": "--:", "-": "---"}
    under = [rules[letter] for letter in align or "-" * len(head)]
    names = "".join(f" {name} |" if name else " |" for name in head)
    return [
        f"|{names}",
        f"|{'|'.join(under)}|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
