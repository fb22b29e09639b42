"""The files that people read and edit: compose file, environment files, locks, context."""

import re
import shlex
import tomllib

import pytest

from bench.deploy.compose_settings import BY_HAND, SETTINGS
from bench.deploy.server import fill
from bench.model.framework import Role
from tests.docker.standing import ROOT, targets


RECIPES = ("apps/Dockerfile", "apps/database/Dockerfile", "docker-compose.yml")
FILES = sorted((ROOT / "apps/docker").glob("*.env"))


def read_env(name: str) -> dict[str, str]:
    """The variables of one of the files."""
    lines = (ROOT / f"apps/docker/{name}.env").read_text().splitlines()
    pairs = (line.split("=", 1) for line in lines if not line.startswith("#"))
    return {pair[0]: pair[1] for pair in pairs}


def contestants() -> dict[str, tuple[str, list[str]]]:
    """Version and command of every contestant of the table, as a container runs it."""
    values = {"host": "0.0.0.0", "port": "8000", "workers": "1", "threads": "8"}
    return {
        target.framework: (
            target.version,
            [fill(word, values) for word in target.serve],
        )
        for target in targets().values()
        if target.role is Role.CONTESTANT
    }


def test_every_contestant_has_an_environment_file() -> None:
    """Nobody has to look up a server command to start an app by hand."""
    assert {file.stem for file in FILES} == set(contestants())


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_by_hand_is_what_is_measured(name: str) -> None:
    """The environment files say the words of the table, at its newest version."""
    version, command = contestants()[name]
    found = read_env(name)

    assert found["FRAMEWORK"] == name
    assert found["VERSION"] == version
    assert shlex.split(found["SERVE"]) == command


def test_the_default_is_one_of_them() -> None:
    """Without an environment file docker-compose.yml starts the same as with flask.env."""
    text = (ROOT / "docker-compose.yml").read_text()

    for name, value in read_env("flask").items():
        assert f"${{{name}:-{value}}}" in text


def test_the_generator_is_the_harness_own() -> None:
    """Every pin of the generator's lock is the pin of the harness's lock."""
    pattern = re.compile(r"^([\w.-]+==[^\s;\\]+)", re.MULTILINE)
    whole = set(pattern.findall((ROOT / "requirements.lock").read_text()))
    part = set(pattern.findall((ROOT / "apps/docker/generator.txt").read_text()))

    assert part and part <= whole


@pytest.mark.parametrize("name", [each for each in SETTINGS if each.startswith("PIP_")])
def test_an_index_reaches_the_builder(name: str) -> None:
    """Handed on by compose, and declared before anything is installed."""
    before, _, _ = (
        (ROOT / "apps/Dockerfile").read_text().partition("RUN python -m venv")
    )
    assert f"\nARG {name}=\n" in before
    assert f"  {name}: ${{{name}:-}}\n" in (ROOT / "docker-compose.yml").read_text()


def test_the_lock_of_an_ablation_reaches_the_image() -> None:
    """The build argument that names it is handed on, and both stages use it."""
    compose = (ROOT / "docker-compose.yml").read_text()
    recipe = (ROOT / "apps/Dockerfile").read_text()

    assert "EXTRA: ${EXTRA:-}" in compose
    assert "LOCKS: ${LOCKS:-}" in compose
    lock = "ARG LOCK=${LOCKS:-apps/${FRAMEWORK}/locks}/${VERSION}${EXTRA}.txt\n"
    assert recipe.count(lock) == 2


def test_pins_have_hashes() -> None:
    """Nothing gets into an image without its hash."""
    for lock in [*ROOT.glob("apps/*/locks/*.txt"), ROOT / "apps/docker/generator.txt"]:
        blocks = re.split(r"\n(?=[\w.-]+==)", lock.read_text())
        for block in blocks:
            if re.match(r"[\w.-]+==", block):
                assert "--hash=sha256:" in block, f"{lock}: {block.splitlines()[0]}"


def test_only_what_is_named_reaches_the_builder() -> None:
    """The build context starts from nothing."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]

    assert rules[0] == "*"
    assert {rule for rule in rules if rule.startswith("!")} == {"!apps", "!bench"}


def test_no_registry_is_named() -> None:
    """Plain image names only: where they come from is the engine's business."""
    for name in RECIPES:
        text = (ROOT / name).read_text()
        images = re.findall(r"(?:FROM|image:|BASE_IMAGE[=:]|_IMAGE:-)\s*(\S+)", text)
        assert images
        for image in images:
            assert "." not in image.split("/")[0].split(":")[0] or "$" in image


def defaults() -> dict[str, dict[str, list[str]]]:
    """The base images, by what they are for and by the file that names them."""
    python = {
        "apps/Dockerfile": r"^ARG BASE_IMAGE=(\S+)",
        "docker-compose.yml": r"\$\{PYTHON_IMAGE:-([^}]+)\}",
        "apps/docker/README.md": r"^\| `PYTHON_IMAGE`, .*? \| `(.+?)`",
    }
    postgres = {
        "docker-compose.yml": r"\$\{POSTGRES_IMAGE:-([^}]+)\}",
        "apps/database/Dockerfile": r"^ARG BASE_IMAGE=(\S+)",
        "apps/docker/README.md": r"^\| .*?`POSTGRES_IMAGE` \| .*?, `(.+?)`",
    }
    return {
        what: {
            name: re.findall(pattern, (ROOT / name).read_text(), re.MULTILINE)
            for name, pattern in places.items()
        }
        for what, places in (("python", python), ("postgres", postgres))
    }


def test_base_images_are_of_one_release() -> None:
    """A tag of one minor release of Python, the harness's own, and of one release of PostgreSQL; everywhere the same."""
    release = (ROOT / ".python-version").read_text().strip()
    assert re.fullmatch(r"3\.\d+", release)

    for what, wanted in (
        ("python", f"{re.escape(release)}-slim"),
        ("postgres", r"\d+"),
    ):
        for name, images in defaults()[what].items():
            (image,) = images
            assert re.fullmatch(f"{what}:{wanted}", image), name
        assert len({*map(tuple, defaults()[what].values())}) == 1


def test_no_image_is_whatever_is_newest() -> None:
    """Every image has a tag or is named by a variable, and the tag is never `latest`."""
    for name in RECIPES:
        text = (ROOT / name).read_text()
        for image in re.findall(r"^(?:FROM|\s+image:)\s+(\S+)", text, re.MULTILINE):
            plain = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", image)
            assert plain == "${BASE_IMAGE}" or re.search(r":[\w.-]+$", plain), image
        assert "latest" not in text


def test_the_recipes_need_no_buildkit() -> None:
    """Old builders understand them too: no syntax line, no mounts, no here-documents."""
    for name in ("apps/Dockerfile", "apps/database/Dockerfile"):
        text = (ROOT / name).read_text()
        assert "# syntax" not in text
        assert "--mount" not in text and "<<" not in text and "--chmod" not in text


def test_no_recipe_names_processors() -> None:
    """Whatever the engine's processors are, images are built and pulled for them."""
    for name in (*RECIPES, ".ci/engine"):
        text = (ROOT / name).read_text()
        text = text.replace("--platform any", "").replace('--platform "man', "")
        assert not re.search(r"amd64|x86|arm64|aarch64|platform[:=]", text), name


def test_the_file_says_what_the_harness_decides_and_what_a_user_may() -> None:
    """Each variable of docker-compose.yml is a setting of a run or decided by the harness: none comes from a shell by accident."""
    text = (ROOT / "docker-compose.yml").read_text()

    assert not {*SETTINGS} & {*BY_HAND}
    assert {*re.findall(r"\$\{(\w+)", text)} == {*SETTINGS, *BY_HAND}


def test_settings_stand_in_the_documents() -> None:
    """What a user may set is named where people look for it."""
    text = (ROOT / "apps/docker/README.md").read_text()

    assert [name for name in SETTINGS if f"`{name}" not in text] == []


def test_frameworks_table_is_readable() -> None:
    """The table these tests compare with is the real one."""
    path = ROOT / "bench/definitions/frameworks.toml"
    assert len(tomllib.loads(path.read_text())["framework"]) >= 3
