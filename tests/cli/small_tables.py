"""A copy of the product whose tables hold the least that has probes and experiments."""

from pathlib import Path

from tests.cli.copied import copy_of_the_product


PROFILES = """
[parity]
threads = 8
connections = 8

[[experiment]]
name = "turns"
why = "Closed windows, a meeting and a volley."
targets = ["fastapi"]
workloads = ["wait"]
clients = [1, 4]
cycles = 2
rounds = 1
warm_s = 0.1
measure_s = 0.4
warmup_requests = 8
at_once = 4

[[experiment]]
name = "stress"
why = "Open windows at shares of a capacity, and a surge."
targets = ["fastapi"]
workloads = ["hello"]
clients = [4]
own = [0.2, 0.4]
surge = { own = 0.2, peak = 1.2, calm_s = 0.5, lasts_s = 0.5, after_s = 0.5 }
connections = 16
cycles = 2
rounds = 1
warm_s = 0.1
measure_s = 0.4

[[profile]]
name = "within"
why = "The least that has probes and experiments."
targets = ["fastapi"]
twin = "fastapi"
workloads = ["hello"]
looks = [1]
cycles = 1
clients = 4
warm_s = 0.1
measure_s = 0.4
warmup_requests = 8
verdicts = false
probes = "play"
experiments = ["turns", "stress"]
"""
PROBES = """
[[probe]]
id = "held"
title = "A server, a folder, and a script that goes on where a file is there."

  [[probe.case]]
  framework = "fastapi"
  play = "script"
  serve = ["uvicorn", "nested:app", "--host={host}", "--port={port}", "--no-access-log"]
  script = ["python", "held.py", "GO"]
"""
CLAIMS = """
[[claim]]
id = "held"
quote = "It can be held"
where = "a test"
reading = "The script goes on."
probe = "held"
subjects = ["fastapi"]
why = "It is what a probe may do."
"""
HELD = """
import json, pathlib, sys, time

if not pathlib.Path(sys.argv[1]).exists():
    time.sleep(600)
print(json.dumps({"passed": True, "sent": "nothing", "came_back": "it was there"}))
"""


def with_small_tables(root: Path, go: Path) -> Path:
    """The copy whose probe needs that file."""
    definitions = copy_of_the_product(root) / "bench" / "definitions"
    (definitions / "profiles.toml").write_text(PROFILES)
    (definitions / "probes.toml").write_text(PROBES.replace("GO", str(go)))
    (definitions / "claims.toml").write_text(CLAIMS)
    (root / "apps" / "probes" / "fastapi" / "held.py").write_text(HELD)
    return root
