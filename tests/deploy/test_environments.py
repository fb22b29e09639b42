"""Environments of the frameworks: made once, checked by hash, read for the receipt."""

import hashlib
import platform
import zipfile
from pathlib import Path

import pytest

from bench.deploy.environments import (
    Environments,
    folder_sha256,
    prepare,
    server_package,
)
from bench.model.framework import Target
from bench.model.run import Receipt
from tests.deploy.places import tiny


def write_wheel(
    folder: Path, version: str, name: str = "Tiny.Thing", needs: str | None = None
) -> Path:
    """A distribution without any code, which may need another one."""
    plain = name.lower().replace(".", "_")
    info = f"{plain}-{version}.dist-info"
    path = folder / f"{plain}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        metadata += f"Requires-Dist: {needs}\n" if needs else ""
        wheel.writestr(f"{info}/METADATA", metadata)
        tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info}/WHEEL", tags)
        wheel.writestr(f"{plain}.py", "ANSWER = 42\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


def lock(wheel: Path, digest: str | None = None) -> str:
    checksum = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"tiny-thing @ {wheel.as_uri()} --hash=sha256:{checksum}\n"


@pytest.fixture
def apps(tmp_path: Path) -> Path:
    """Two apps: one with a good lock, one whose lock names another hash."""
    wheel = write_wheel(tmp_path, "1.2.3")
    for name, digest in (("good", None), ("bad", "0" * 64)):
        folder = tmp_path / "apps" / name
        (folder / "locks").mkdir(parents=True)
        (folder / "app.py").write_text("answer = 42\n")
        (folder / "locks" / "1.0.txt").write_text(lock(wheel, digest))
    return tmp_path / "apps"


def entered(framework: str, deployment: str = "server") -> Target:
    name = f"{framework}@1.0/{deployment}"
    return tiny(id=name, framework=framework, deployment=deployment)


PACKAGES = {"good": "tiny_thing", "bad": "tiny_thing"}


@pytest.mark.live
def test_an_environment_is_made_once_and_then_found(apps: Path, tmp_path: Path) -> None:
    """The second time no uv runs, whoever asks; the receipt is the same."""
    targets = [entered("good"), entered("good", "other")]
    lines: list[str] = []
    first = Environments(apps, tmp_path / "made")
    receipts = prepare(first, targets, PACKAGES, lines.append)
    assert first.built == 1
    assert lines == ["making the environment of good 1.0"]
    second = Environments(apps, tmp_path / "made")
    assert prepare(second, targets, PACKAGES, lines.append) == receipts
    assert second.built == 0
    receipt = receipts["good@1.0/server"]
    assert isinstance(receipt, Receipt)
    assert receipt.version == "1.2.3"
    assert receipt.packages == {"Tiny.Thing": "1.2.3"}
    assert receipt.python.startswith(f"{platform.python_version()} (")
    lock_file = apps / "good" / "locks" / "1.0.txt"
    assert receipt.lock_sha256 == hashlib.sha256(lock_file.read_bytes()).hexdigest()


@pytest.mark.live
def test_packages_and_app_are_compiled_before_any_start(
    apps: Path, tmp_path: Path
) -> None:
    """No first start pays for compiling what later ones find compiled."""
    made = Environments(apps, tmp_path / "made")
    prepare(made, [entered("good")], PACKAGES, lambda line: None)
    path = made.path("good", "1.0")
    assert list(path.glob("lib/python*/site-packages/__pycache__/tiny_thing.*.pyc"))
    assert list((apps / "good" / "__pycache__").glob("app.*.pyc"))


@pytest.mark.live
def test_what_was_not_compiled_is_before_a_run_that_times_starts(
    apps: Path, tmp_path: Path
) -> None:
    """Whoever times nothing is spared it, and leaves an environment that others can use."""

    def compiled() -> bool:
        path = Environments(apps, tmp_path / "made").path("good", "1.0")
        packages = path.glob("lib/python*/site-packages/__pycache__/tiny_thing.*.pyc")
        app = (apps / "good").glob("__pycache__/app.*.pyc")
        answers = {bool([*packages]), bool([*app])}
        assert len(answers) == 1
        return answers.pop()

    untimed = Environments(apps, tmp_path / "made", compiled=False)
    prepare(untimed, [entered("good")], PACKAGES, lambda line: None)
    assert untimed.built == 1
    assert not compiled()

    timed = Environments(apps, tmp_path / "made")
    prepare(timed, [entered("good")], PACKAGES, lambda line: None)
    assert timed.built == 0
    assert compiled()


@pytest.mark.live
def test_a_lock_that_does_not_match_is_a_reason_and_stops_nobody_else(
    apps: Path, tmp_path: Path
) -> None:
    """The reason holds uv's words; the other target gets its receipt; nothing half made is left."""
    made = Environments(apps, tmp_path / "made")
    targets = [entered("bad"), entered("bad", "other"), entered("good")]
    receipts = prepare(made, targets, PACKAGES, lambda line: None)
    reason = receipts["bad@1.0/server"]
    assert isinstance(reason, str)
    assert "ash mismatch" in reason
    assert "\n" not in reason
    assert receipts["bad@1.0/other"] == reason
    assert isinstance(receipts["good@1.0/server"], Receipt)
    assert made.built == 2
    assert not made.path("bad", "1.0").exists()


@pytest.mark.live
def test_a_killed_build_is_made_anew(apps: Path, tmp_path: Path) -> None:
    """A folder without its last file is thrown away, with what lies in it."""
    made = Environments(apps, tmp_path / "made")
    path = made.path("good", "1.0")
    (path / "bin").mkdir(parents=True)
    (path / "bin" / "leftover").touch()
    prepare(made, [entered("good")], PACKAGES, lambda line: None)
    assert made.built == 1
    assert not (path / "bin" / "leftover").exists()
    assert (path / "bin" / "python").exists()


@pytest.mark.live
def test_without_the_counted_package_there_is_no_receipt(
    apps: Path, tmp_path: Path
) -> None:
    """A target whose version cannot be read is not measured, and the lock is named."""
    made = Environments(apps, tmp_path / "made")
    target = entered("good")
    receipts = prepare(made, [target], {"good": "absent"}, lambda line: None)
    assert "absent is not installed" in str(receipts[target.id])
    assert "apps/good/locks/1.0.txt" in str(receipts[target.id])


def test_a_missing_lock_is_a_reason(apps: Path, tmp_path: Path) -> None:
    """A version without a lock names the file that is missing."""
    made = Environments(apps, tmp_path / "made")
    target = tiny(id="x", framework="good", version="9")
    receipts = prepare(made, [target], PACKAGES, lambda line: None)
    assert "apps/good/locks/9.txt is missing" in str(receipts["x"])


@pytest.mark.live
def test_a_lock_with_something_added_is_an_environment_of_its_own(
    apps: Path, tmp_path: Path
) -> None:
    """An ablation gets what its lock adds; the target beside it does not carry it."""
    newer = write_wheel(tmp_path, "2.0.0")
    (apps / "good" / "locks" / "1.0+more.txt").write_text(lock(newer))
    made = Environments(apps, tmp_path / "made")
    plain = entered("good")
    more = tiny(id="more", framework="good", lock="more")
    receipts = prepare(made, [plain, more], PACKAGES, lambda line: None)
    versions = {
        name: receipt.version
        for name, receipt in receipts.items()
        if isinstance(receipt, Receipt)
    }
    assert versions == {plain.id: "1.2.3", "more": "2.0.0"}
    assert made.path("good", "1.0") != made.path("good", "1.0+more")


def test_a_missing_lock_of_an_ablation_is_named(apps: Path, tmp_path: Path) -> None:
    """The reason says which file is missing, with what it adds."""
    made = Environments(apps, tmp_path / "made")
    target = tiny(id="x", framework="good", lock="absent")
    receipts = prepare(made, [target], PACKAGES, lambda line: None)
    assert "apps/good/locks/1.0+absent.txt is missing" in str(receipts["x"])


def test_another_lock_is_another_environment(apps: Path, tmp_path: Path) -> None:
    """The folder's name follows the content of the lock."""
    made = Environments(apps, tmp_path / "made")
    before = made.path("good", "1.0")
    (apps / "good" / "locks" / "1.0.txt").write_text("# other\n")
    assert made.path("good", "1.0") != before


def test_the_hash_of_an_app_follows_its_files_alone(apps: Path) -> None:
    """Content and names count; compiled files do not."""
    folder = apps / "good"
    before = folder_sha256(folder)
    (folder / "__pycache__").mkdir(exist_ok=True)
    (folder / "__pycache__" / "app.pyc").write_bytes(b"compiled")
    assert folder_sha256(folder) == before
    (folder / "app.py").rename(folder / "main.py")
    renamed = folder_sha256(folder)
    assert renamed != before
    (folder / "main.py").write_text("answer = 43\n")
    assert folder_sha256(folder) not in {before, renamed}


@pytest.mark.parametrize(
    ("serve", "package"),
    [
        (("gunicorn", "wsgi:app"), "gunicorn"),
        (("python", "-m", "uvicorn", "asgi:app"), "uvicorn"),
    ],
)
def test_the_floor_is_counted_by_its_server(
    serve: tuple[str, ...], package: str
) -> None:
    """Without a framework the version is that of the program which serves."""
    assert server_package(serve) == package


@pytest.mark.live
def test_scripts_find_their_interpreter_wherever_a_link_was_and_in_a_moved_folder(
    apps: Path, tmp_path: Path
) -> None:
    """Made through a link, it does not name that; moved, it is made anew."""
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    made = Environments(apps, link / "made").make("good", "1.0", lambda line: None)
    link.unlink()
    written = (made / "bin" / "activate").read_text()

    assert made.is_relative_to(real)
    assert str(link) not in written and str(made) in written
    real.rename(tmp_path / "moved")
    again = Environments(apps, tmp_path / "moved" / "made")
    assert not again.path("good", "1.0").exists()
