"""Does the installed release of a package declare that it runs on this Python?"""

import json
import sys
from importlib.metadata import metadata, version


package, wanted = sys.argv[1:]
declared = metadata(package)["Requires-Python"] or ""
least = min(
    (part.strip()[2:] for part in declared.split(",") if part.strip()[:2] == ">="),
    default="0",
)


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


json.dump(
    {
        "passed": numbers(least) <= numbers(wanted),
        "sent": f"read the metadata of {package} {version(package)}",
        "came_back": f"Requires-Python {declared or 'not stated'}",
        "evidence": [],
    },
    sys.stdout,
)
