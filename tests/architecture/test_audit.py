"""`make audit`: known vulnerabilities of what we ship, told by a database of them that the tests play."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench.configure.tables import load_frameworks


ROOT = Path(__file__).resolve().parents[2]
AUDIT = ROOT / ".ci" / "audit"
LOCK = "apps/probes/django/locks/6.1.txt"
KNOWN = {
    "id": "TEST-2026-1",
    "summary": "a fault made up by a test",
    "affected": [],
    "modified": "2026-01-01T00:00:00Z",
}


@contextmanager
def knowing(package: str) -> Iterator[str]:
    """The address of a database of vulnerabilities that knows one, of this package."""

    class Answer(BaseHTTPRequestHandler):
        """In the words of osv.dev."""

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            hit = asked["package"]["name"] == package
            body = json.dumps({"vulns": [KNOWN]} if hit else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


def audited(package: str) -> subprocess.CompletedProcess[str]:
    """One lock, before a database that knows of a fault in this package."""
    with knowing(package) as url:
        return subprocess.run(
            [str(AUDIT), LOCK],
            env={
                **os.environ,
                "AUDIT_OPTIONS": f"--osv-url {url}",
                "NO_PROXY": "127.0.0.1",
                "no_proxy": "127.0.0.1",
            },
            capture_output=True,
            text=True,
            check=False,
        )


def test_a_known_fault_of_a_locked_package_is_told() -> None:
    """By the package, its version and the fault's own name; status 1."""
    done = audited("six")
    assert done.returncode == 1, done.stderr
    assert "six" in done.stdout and "TEST-2026-1" in done.stdout


def test_faults_of_what_is_not_locked_are_nobodys() -> None:
    """The same database and another package: status 0."""
    done = audited("no-such-package")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_lock_of_a_newest_version_is_audited() -> None:
    """The harness', the generator's, and each framework's newest with all that it needs besides."""
    told = subprocess.run(
        [str(AUDIT), "--list"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    expected = {
        "requirements.lock",
        "requirements-dev.lock",
        "apps/docker/generator.txt",
    }
    for framework, _ in load_frameworks().values():
        newest = framework.versions[-1]
        for folder in (f"apps/{framework.name}", f"apps/probes/{framework.name}"):
            locks = (ROOT / folder / "locks").glob("*.txt")
            expected |= {
                str(path.relative_to(ROOT))
                for path in locks
                if path.stem.split("+")[0] == newest
            }
    assert set(told) == expected
    assert len(told) == len(expected) > 20
