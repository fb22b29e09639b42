"""
The generator process as it is reached through `docker exec`: lines in, lines out.

Sits between the pipes of its container and the channel of the generator
process, idle while a visit goes on. Samples cannot be left in a file of the
harness's, so they travel in the answer, with their checksum.
"""

import base64
import contextlib
import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import IO, NoReturn


FOLDER = Path("/samples")
"""Memory of the container; a file lives there until its answer is under way."""


def main(arguments: list[str]) -> NoReturn:
    """
    Start the generator process, and speak for it until either side ends.

    The first arguments may be NAME=value for its environment; the others are its own.
    """
    given = [word for word in arguments if "=" in word]
    arguments = [word for word in arguments if "=" not in word]
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "bench.load.locust_process"]
    command += ["--channel", str(theirs.fileno()), *arguments]
    with theirs:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            pass_fds=[theirs.fileno()],
            env=os.environ | dict(word.split("=", 1) for word in given),
        )
    orders = SimpleQueue[bytes]()
    threading.Thread(target=_read, args=(orders,), daemon=True).start()
    with ours, ours.makefile("rb") as answers:
        _answer(answers.readline(), None)
        while True:
            order, samples = redirected(orders.get())
            answer = b""
            with contextlib.suppress(OSError):
                ours.sendall(order)
                answer = answers.readline()
            if not answer:
                _end(child.wait())
            _answer(answer, samples)


def _end(status: int) -> NoReturn:
    """End as the generator process did; the thread that waits for orders must not be waited for."""
    if status < 0:
        sys.stderr.write(f"the generator process was ended by signal {-status}\n")
        sys.stderr.flush()
    os._exit(status if status >= 0 else 128 - status)


def _read(orders: SimpleQueue[bytes]) -> None:
    """Queue what comes in; its end is the end of everything, even in a visit."""
    source: IO[bytes] = sys.stdin.buffer
    for line in source:
        orders.put(line)
    # The channel closes with us, and the generator process ends with it.
    os._exit(0)


def redirected(line: bytes) -> tuple[bytes, Path | None]:
    """The order with a file of ours for its samples, and that file."""
    message = json.loads(line)
    visit = message.get("visit")
    if not visit or visit["samples"] is None:
        return line, None
    path = FOLDER / "visit.npz"
    visit["samples"] = str(path)
    return json.dumps(message).encode() + b"\n", path


def _answer(line: bytes, samples: Path | None) -> None:
    message = json.loads(line) if line else {}
    if samples is not None and samples.exists():
        content = samples.read_bytes()
        samples.unlink()
        message["samples"] = base64.b64encode(content).decode()
        message["sha256"] = hashlib.sha256(content).hexdigest()
    sys.stdout.buffer.write(json.dumps(message).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
