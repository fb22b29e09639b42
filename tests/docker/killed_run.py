"""A harness of a test's own: brings an engine, a server and the generator up, says so, and waits to be ended."""

import sys
import time
from pathlib import Path

from bench.load.container_generator import ContainerGenerator
from tests.docker.standing import new_engine, placement, targets


def main() -> None:
    """Arguments: the cache's folder and the logs' folder."""
    cache, logs = Path(sys.argv[1]), Path(sys.argv[2])
    target = targets()["floor/uvicorn"]
    with new_engine(cache, logs, wait_s=20.0) as engine:
        engine.prepare([target], lambda line: None)
        engine.start(target, placement(logs), 0)
        with ContainerGenerator(engine.generator_command, engine.inside):
            sys.stdout.write("up\n")
            sys.stdout.flush()
            time.sleep(120)


if __name__ == "__main__":
    main()
