"""Steps of the workflows, run in a folder with programs that only say what they were asked."""

import json
import os
import re
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path


ROOT = Path(__file__).resolve().parents[2]


def script(job: str, name: str, workflow: str = "bench") -> str:
    """The shell of a step of a workflow."""
    text = (ROOT / f".github/workflows/{workflow}.yml").read_text(encoding="utf-8")
    start = text.index(f"\n  {job}:\n")
    found = re.search(
        rf"- name: {re.escape(name)}\n(?:        (?!run:).*\n)*        run: (?:\|\n((?:          .*\n|\n)+)|(.*)\n)",
        text[start:],
    )
    assert found is not None, name
    return textwrap.dedent(found[1]) if found[1] else found[2]


@dataclass
class Stand:
    """A folder in which steps run, with programs that note how they were called."""

    folder: Path

    def program(self, path: str, does: str) -> None:
        """One that notes its words, then does that."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'#!/bin/bash\necho "{Path(path).name} $*" >> calls\n{does}\n')
        file.chmod(0o755)

    def run(self, shell: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """A step as the workflow's runner starts it."""
        for name in ("out", "summary", "calls"):
            (self.folder / name).touch()
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", shell],
            cwd=self.folder,
            env={
                "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
                "GITHUB_OUTPUT": "out",
                "GITHUB_STEP_SUMMARY": "summary",
                **variables,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def said(self, name: str) -> str:
        """What stands in a file there."""
        return (self.folder / name).read_text()

    def ours(self) -> None:
        """The scripts of the project, as a checkout has them."""
        (self.folder / ".ci").symlink_to(ROOT / ".ci")

    def measured(self, run: str) -> None:
        """The folder of a run, as the harness leaves it."""
        folder = self.folder / "reports/runs" / run
        folder.mkdir(parents=True)
        record = {"command": "python -m bench run --with 'a b'"}
        (folder / "run.json").write_text(json.dumps(record))
        (folder / "summary.md").write_text("the summary\n")
