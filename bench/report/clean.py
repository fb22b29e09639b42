"""
Text from outside, made fit to stand on a page.

Servers may answer anything. Control characters break HTML and terminals, and
direction overrides can make a page read as what it does not say; both are
shown instead of obeyed. Markup is the template's matter: it escapes.
"""

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace


UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)


def clean_text(text: str) -> str:
    """The text with every unfit character written as its number."""
    text = text.replace("\r\n", "\n")
    return UNFIT.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def clean[T](value: T) -> T:
    """The same value with every text in it cleaned, however deep."""
    cleaned: object = value
    if isinstance(value, str) and type(value) is str:
        cleaned = clean_text(value)
    elif is_dataclass(value) and not isinstance(value, type):
        changes = {
            each.name: clean(getattr(value, each.name)) for each in fields(value)
        }
        cleaned = replace(value, **changes)
    elif isinstance(value, Mapping):
        cleaned = {clean(key): clean(value[key]) for key in sorted(value)}
    elif isinstance(value, tuple):
        cleaned = tuple(clean(each) for each in value)
    return cleaned  # type: ignore[return-value]
