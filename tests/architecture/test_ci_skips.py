"""`.ci/run` is not green where a test was skipped, whichever part of `make test` skipped it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parents[2]
LOOKED = re.search(
    r"^if grep .*?^fi$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE | re.DOTALL
)
PLUGINS = ("-p", "xdist", "-p", "pytest_timeout")
"""Those that our settings speak of; to load the others takes most of the time."""
TESTS = {
    "skipped": '@pytest.mark.skipif(True, reason="no engine answers")\ndef test(): ...',
    "skipped within": 'def test():\n    pytest.skip("no engine answers")',
    "passed": "def test(): ...",
}


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "side by side"])
@pytest.mark.parametrize("what", TESTS)
def test_a_skip_is_no_green_result(
    what: str, workers: tuple[str, ...], tmp_path: Path
) -> None:
    """By what CI itself looks for in what pytest prints with our settings; the reason is shown."""
    assert LOOKED is not None
    (tmp_path / "test_one.py").write_text(f"import pytest\n{TESTS[what]}\n")
    settings = ("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path))
    words = [sys.executable, "-m", "pytest", *settings, *PLUGINS, *workers]
    done = subprocess.run(
        [*words, str(tmp_path)],
        capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip
    log = tmp_path / "log"
    log.write_text(done.stdout)
    judged = subprocess.run(
        ["bash", "-euc", f"log={log}\n{LOOKED[0]}"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    skipped = what != "passed"
    assert judged.returncode == skipped
    assert ("no engine answers" in judged.stdout) is skipped
