"""What a table of claims was taken from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Article:
    """Its title as printed, and where it can be read; "" where that is not known."""

    title: str
    url: str = ""
    note: str = ""  # one sentence on the text that is quoted
