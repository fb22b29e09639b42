"""`.venv/bin/bench` and `python -m bench`, as `make setup` makes them."""

import os
import subprocess
import sys
from pathlib import Path

from bench.install.entry_point import write_entry_point


ROOT = Path(__file__).resolve().parents[2]


def test_the_program_runs_from_any_folder(tmp_path: Path) -> None:
    """With a space and a quotation mark in its path, through a link to it, where Python looks into no folder by itself."""
    venv = tmp_path / "it's a folder"
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").write_text((Path(sys.prefix) / "pyvenv.cfg").read_text())
    (venv / "lib").symlink_to(Path(sys.prefix) / "lib")
    (venv / "bin" / "python").symlink_to(Path(sys.prefix) / "bin" / "python")
    write_entry_point(venv, ROOT)
    link = tmp_path / "bench"
    link.symlink_to(venv / "bin" / "bench")

    module = (venv / "bin" / "python", "-m", "bench")
    for program in ((venv / "bin" / "bench",), (link,), module):
        done = subprocess.run(
            [*program, "list", "profiles"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONSAFEPATH": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("smoke ")
