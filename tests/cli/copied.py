"""A copy of the product, in which a test may change tables and code."""

import shutil
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns("__pycache__", "wheelhouse", "asked")


def copy_of_the_product(to: Path) -> Path:
    """
    What `bench run` needs, in a new folder.

    It has a lock and a ledger of its own, so that a run may go on beside it.
    Environments are everybody's: they are named by what is in them, and where.
    """
    to.mkdir()
    for name in ("apps", "bench"):
        shutil.copytree(ROOT / name, to / name, ignore=LEFT_OUT)
    for name in ("requirements.lock", ".python-version"):
        shutil.copy(ROOT / name, to / name)
    (to / "reports").mkdir()
    (to / ".cache").mkdir()
    environments = ROOT / ".cache" / "environments"
    environments.mkdir(parents=True, exist_ok=True)
    (to / ".cache" / "environments").symlink_to(environments)
    return to


def replace_in(file: Path, before: str, after: str) -> None:
    """Change the one place in a file that says this."""
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{file.name}: {before!r}"
    file.write_text(text.replace(before, after), encoding="utf-8")
