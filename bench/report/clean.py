"""
Text from outside, made fit to stand on a page.

Servers may answer anything. Control characters break HTML and terminals, and
direction overrides can make a page read as what it does not say; both are
shown instead of obeyed. A text without end is shortened: its beginning and its
end are shown, the run folder has all of it. Markup is the template's matter:
it escapes.
"""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace


UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\u2028\u2029\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)


MOST = 20_000
"""Characters of one text on a page; errors and the ends of logs are far shorter."""
KEPT = 8_000
"""Characters of a longer one, at its beginning and at its end."""


def clean_text(text: str) -> str:
    """The text with every unfit character written as its number, and its middle left out where it is too long."""
    if len(text) > MOST:
        left_out = f" … {len(text) - 2 * KEPT:,} characters left out … "
        text = f"{text[:KEPT]}{left_out}{text[-KEPT:]}"
    text = text.replace("\r\n", "\n")
    return UNFIT.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def one_line(text: str, most: int) -> str:
    """A name as it stands in a line: cleaned, without line ends, and cut to so many characters."""
    text = re.sub(r"[\n\t]+", " ", clean_text(text)).strip()
    return text if len(text) <= most else f"{text[: most - 1]}…"


def unmarked(text: str) -> str:
    """Somebody's text inside a sentence of ours, in which two stars mark bold words."""
    return text.replace("**", "\u2217\u2217")


def clean[T](value: T) -> T:
    """The same value with every text in it cleaned, however deep."""
    cleaned: object = value
    if isinstance(value, str) and type(value) is str:
        cleaned = clean_text(value)
    elif is_dataclass(value) and not isinstance(value, type):
        changes = {
            attribute.name: clean(getattr(value, attribute.name))
            for attribute in fields(value)
        }
        cleaned = replace(value, **changes)
    elif isinstance(value, Mapping):
        cleaned = {clean(key): clean(value[key]) for key in sorted(value)}
    elif isinstance(value, tuple):
        cleaned = tuple(clean(item) for item in value)
    return cleaned  # type: ignore[return-value]
