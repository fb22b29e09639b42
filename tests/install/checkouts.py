"""A checkout with a small lock, in which `make setup` really installs, without any network."""

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.install.tools import output_of


ROOT = Path(__file__).resolve().parents[2]
UV = Path(sys.prefix, "bin", "uv")
PYTHON = getattr(sys, "_base_executable", sys.executable)
PARTS = ("Makefile", ".python-version", "bench/__init__.py")


def uv_version() -> str:
    """Of the uv beside this Python."""
    return output_of([str(UV), "--version"]).split()[1]


def write_wheel(folder: Path, name: str, version: str) -> str:
    """A distribution of one empty module; its entry in a lock."""
    plain = name.replace("-", "_")
    info = f"{plain}-{version}.dist-info"
    path = folder / f"{plain}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        wheel.writestr(f"{info}/METADATA", metadata)
        tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info}/WHEEL", tags)
        wheel.writestr(f"{plain}.py", "")
        wheel.writestr(f"{info}/RECORD", "")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{name}=={version} \\\n    --hash=sha256:{digest}\n"


@dataclass(frozen=True)
class Checkout:
    """Its folder, and the only shelf that its packages come from."""

    folder: Path
    wheels: Path
    home: Path

    def environment(self, given: Mapping[str, str] | None = None) -> dict[str, str]:
        """A user's shell: the shelf is told to pip alone."""
        shell = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "UV_CACHE_DIR": str(self.home / "cache"),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            # No test asks the network for a better Python than there is.
            "UV_PYTHON_INSTALL_MIRROR": "http://127.0.0.1:9/none",
        }
        return {**shell, **(given or {})}

    def make(
        self, *words: str, given: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run make in it, with further variables in the shell."""
        return subprocess.run(
            ["make", "--no-print-directory", *words, f"PYTHON={PYTHON}"],
            cwd=self.folder,
            env=self.environment(given),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def installed(self) -> set[str]:
        """What its .venv holds: tiny-thing 1.0."""
        return installed(self.folder / ".venv")


def installed(venv: Path) -> set[str]:
    """The distributions of an environment."""
    found = venv.glob("lib/python*/site-packages/*.dist-info")
    return {path.stem.replace("-", " ").replace("_", "-") for path in found}


def new_checkout(parent: Path) -> Checkout:
    """With uv in its place already, as after an earlier setup."""
    made = Checkout(parent / "checkout", parent / "wheels", parent / "home")
    for folder in (made.folder, made.wheels, made.home):
        folder.mkdir(parents=True)
    (made.folder / "bench").mkdir()
    for part in PARTS:
        shutil.copy(ROOT / part, made.folder / part)
    shutil.copy(ROOT / "bench/child_environment.py", made.folder / "bench")
    for name in ("install", "container"):
        shutil.copytree(ROOT / "bench" / name, made.folder / "bench" / name)
    lock = write_wheel(made.wheels, "uv", uv_version())
    lock += write_wheel(made.wheels, "tiny-thing", "1.0")
    (made.folder / "requirements.lock").write_text(lock, encoding="utf-8")
    dev = write_wheel(made.wheels, "tiny-tool", "1.0")
    (made.folder / "requirements-dev.lock").write_text(dev, encoding="utf-8")
    (made.folder / "tests").mkdir()
    for name in ("package.json", "package-lock.json"):
        (made.folder / "tests" / name).write_text("{}", encoding="utf-8")
    tools = made.folder / ".cache/tools/bin"
    tools.mkdir(parents=True)
    (tools / "uv").symlink_to(UV)
    return made
