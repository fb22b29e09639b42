"""`--margin cpu=2%`: how much slower a newer version may be."""

import re
from collections.abc import Mapping, Sequence

from bench.errors import UsageError, told, unknown


_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*%")


def margins(
    typed: Sequence[str] | None, usual: Mapping[str, float]
) -> dict[str, float]:
    """
    The usual margins with those that were typed: "cpu=2%", or "2%" for all of them.

    Shares, so 0.02 for 2 %. UsageError for a metric that has none, and for
    anything but a percentage from 0 to 100.
    """
    found = dict(usual)
    for each in (part.strip() for text in typed or () for part in text.split(",")):
        metric, equals, share = each.rpartition("=")
        if equals and metric.strip() not in usual:
            raise unknown("margin", metric.strip(), list(usual))
        read = _SHARE.fullmatch(share.strip())
        if read is None or float(read[1]) > 100:
            raise UsageError(
                f"--margin {told(each)}: not a percentage",
                f"write it as in --margin {next(iter(usual))}=2%",
            )
        names = [metric.strip()] if equals else list(usual)
        found |= dict.fromkeys(names, float(read[1]) / 100)
    return found
