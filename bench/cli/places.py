"""Where things are, seen from the repository's root."""

from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
RUNS = ROOT / "reports" / "runs"
PUBLISHED = ROOT / "reports" / "published"
CACHE = ROOT / ".cache"


def shown(path: Path) -> str:
    """A path as a person in the root folder would type it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
