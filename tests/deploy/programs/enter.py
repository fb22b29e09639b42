"""Enters the engine, starts a server with a stray, tells what there is, and waits."""

import json
import sys
import time
import urllib.request
from pathlib import Path

from bench.deploy.postgres import OwnDatabase
from tests.deploy.places import PINNING, placement, tiny, tiny_engine


root = Path(sys.argv[1])
with tiny_engine(root) as engine:
    database = engine.database
    assert isinstance(database, OwnDatabase)
    engine.prepare([tiny()], lambda line: None)
    server = engine.start(tiny(), placement(root), 1)
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/stray") as reply:
        stray = int(reply.read())
    told = {
        "server": server.process_ids(),
        "stray": stray,
        "database": database.process_ids(),
        "folder": str(database.folder),
        "pinning": PINNING.server,
    }
    sys.stdout.write("ready " + json.dumps(told) + "\n")
    sys.stdout.flush()
    time.sleep(120)
