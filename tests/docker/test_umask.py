"""A checkout that nobody but its owner may read gives the same images as any other."""

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.docker.standing import ROOT, docker, needs_engine


pytestmark = [
    pytest.mark.docker,
    pytest.mark.live,
    pytest.mark.timeout(600),
    needs_engine,
]

APP = "frameworks-on-trial/floor:1-umask"
DATABASE = "frameworks-on-trial/database:umask"


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Both images, built in a copy as a clone under umask 077 would have it, in a folder with a space."""
    copy = tmp_path_factory.mktemp("private") / "a checkout"
    copy.mkdir()
    shutil.copytree(ROOT / "apps/floor", copy / "apps/floor")
    shutil.copytree(ROOT / "apps/database", copy / "apps/database")
    shutil.copytree(ROOT / "apps/docker", copy / "apps/docker")
    for name in ("apps/Dockerfile", "docker-compose.yml", ".dockerignore"):
        shutil.copy(ROOT / name, copy / name)
    for path in (copy, *copy.rglob("*")):
        # Executable for its owner, as checkouts on other file systems are.
        path.chmod(0o700)
    version = next((copy / "apps/floor/locks").iterdir()).stem
    words = ["docker", "compose", "-p", "umask", "build", "app", "database"]
    variables = {"FRAMEWORK": "floor", "VERSION": version, "APP_SUFFIX": ""}
    # Its name is of the test's own, so that no other image is replaced.
    file = copy / "docker-compose.yml"
    text = file.read_text()
    file.write_text(
        text.replace(
            "frameworks-on-trial/${FRAMEWORK:-flask}:${VERSION:-3.1}${APP_SUFFIX:-}",
            APP,
        )
    )
    variables["DATABASE_IMAGE"] = DATABASE
    done = subprocess.run(
        words,
        cwd=copy,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    yield
    docker("rmi", "--force", APP, DATABASE)


def inside(image: str, user: str, command: str) -> str:
    """What a command in a container of that image and user says."""
    words = ("run", "--rm", "--pull=never", "--network=none", "--user", user)
    return docker(*words, "--entrypoint", "sh", image, "-c", command)


def test_the_app_is_readable_by_whoever_serves(images: None) -> None:
    """Folders are 755 and files 644, the lock too; the user of the container reads them all."""
    found = inside(APP, "10001:10001", "find /app /opt/venv/lock.txt -printf '%y%m\n' | sort -u")  # fmt: skip

    assert found.split() == ["d755", "f644"]
    assert inside(APP, "10001:10001", "cat /app/*.py | wc -c") != "0"


def test_the_rows_are_readable_by_the_database(images: None) -> None:
    """Its scripts lie in the image; nothing of the checkout is mounted."""
    found = inside(DATABASE, "999:999", "cat /docker-entrypoint-initdb.d/*.sql")

    assert "CREATE TABLE world" in found and "INSERT INTO fortune" in found
    assert "volumes:" not in (ROOT / "docker-compose.yml").read_text()
