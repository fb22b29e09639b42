"""Images: built by the one recipe, found again by their content, asked what is in them."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench.deploy.compose_leftovers import LABEL
from bench.deploy.compose_refusals import LOCAL, explain_pull
from bench.deploy.compose_settings import Settings, index_of_builds
from bench.deploy.compose_tool import BUILD_LIMIT_S, ComposeTool
from bench.deploy.engine import Say
from bench.deploy.environments import (
    FROM_COMMIT,
    LOOK,
    folder_sha256,
    lock_of,
    receipt_of,
)
from bench.deploy.uv_tool import Refused
from bench.errors import EnvironmentFailure
from bench.model.framework import Target
from bench.model.run import Receipt


_REPOSITORY = "frameworks-on-trial"
ASKED = "apps/docker/asked"
"""Where a lock of --with lies while its image is built: the builder sees apps/ and bench/ alone."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an image is made of; the variables of docker-compose.yml that say so."""

    service: str
    image: str
    variables: Mapping[str, str]


class Images:
    """Images of one checkout, on one engine."""

    def __init__(
        self, tool: ComposeTool, settings: Settings, root: Path, cache: Path, say: Say
    ) -> None:
        """Have both base images here, pulled if they are not; EnvironmentFailure if they cannot be."""
        self._tool = tool
        self._root = root
        self._cache = cache
        self._settings = settings
        self.built = 0
        self._base_id = self._pulled(settings.python_image, "PYTHON_IMAGE", say)
        self._database_id = self._pulled(settings.postgres_image, "POSTGRES_IMAGE", say)

    @property
    def database(self) -> tuple[str, str]:
        """Name and id of the database's image."""
        return self._settings.postgres_image, self._database_id

    def generator(self, say: Say) -> Recipe:
        """The image of the load generator, which is this harness; built if it is not here."""
        lock = self._root / "apps/docker/generator.txt"
        suffix = self._suffix(lock, self._root / "bench")
        variables = {
            "GENERATOR_SUFFIX": suffix,
            "GENERATOR_PACKAGES": pinned(lock.read_text(encoding="utf-8")),
        }
        recipe = Recipe("generator", f"{_REPOSITORY}/generator:1{suffix}", variables)
        self._make(recipe, "the load generator", say)
        return recipe

    def app(self, target: Target, say: Say) -> Recipe:
        """The image of a target's app at its version; EnvironmentFailure if it cannot be built."""
        recipe = self.app_recipe(target)
        lock = self._lock(target)
        with within_reach(lock, self._root / recipe.variables["LOCKS"]):
            self._make(recipe, f"{target.framework} {target.lock_name}", say)
        return recipe

    def app_recipe(self, target: Target) -> Recipe:
        """Which image a target runs from, whether it is there or not."""
        folder = self._root / "apps" / target.framework
        lock = self._lock(target)
        stands = lock.is_relative_to(folder)
        suffix = self._suffix(lock, folder)
        variables = {
            "FRAMEWORK": target.framework,
            "VERSION": target.version,
            "EXTRA": f"+{target.lock}" if target.lock else "",
            "LOCKS": (folder / "locks" if stands else self._root / ASKED)
            .relative_to(self._root)
            .as_posix(),
            "APP_SUFFIX": suffix,
            "APP_PACKAGES": pinned(lock.read_text(encoding="utf-8")),
        }
        name = f"{_REPOSITORY}/{target.framework}:{target.version}{suffix}"
        return Recipe("app", name, variables)

    def receipt(self, target: Target, recipe: Recipe, package: str | None) -> Receipt:
        """What a target runs on, told by the image's own interpreter; EnvironmentFailure if it does not tell."""
        said = self._tool.docker(
            *("run", "--rm", "--pull=never", "--network=none", "--cap-drop=ALL"),
            *(word for label in self._labels() for word in ("--label", label)),
            *(recipe.image, "python", "-I", "-c", LOOK),
        )
        apps, lock = self._root / "apps", self._lock(target)
        try:
            receipt = receipt_of(target, package, json.loads(said), apps, lock)
        except Refused as error:
            raise EnvironmentFailure(error.reason) from error
        return replace(receipt, image=self._id(recipe.image))

    def _lock(self, target: Target) -> Path:
        """The lock of a target; EnvironmentFailure if there is none that an image can be made of."""
        try:
            lock = lock_of(
                self._root / "apps", self._cache, target.framework, target.lock_name
            )
        except Refused as error:
            raise EnvironmentFailure(
                error.reason, "a version that has a lock: `bench list`, or --with"
            ) from error
        if FROM_COMMIT.search(lock.read_text(encoding="utf-8")):
            raise EnvironmentFailure(
                f"{target.framework} {target.lock_name} comes from a commit, and "
                "images are made of wheels; --engine local runs it as a process",
                "name a release instead, or use --engine local",
            )
        return lock

    def _make(self, recipe: Recipe, what: str, say: Say) -> None:
        if self._id(recipe.image) is None:
            say(f"building the image of {what}")
            self.built += 1
            index = index_of_builds(self._settings.index, os.environ, self._root)
            variables = {**recipe.variables, **index}
            self._tool.call(
                "build", recipe.service, variables=variables, limit_s=BUILD_LIMIT_S
            )

    def _suffix(self, lock: Path, folder: Path) -> str:
        """Changes whenever something that goes into the image does."""
        digest = hashlib.sha256(self._base_id.encode())
        for path in (lock, self._root / "apps/Dockerfile"):
            digest.update(path.read_bytes())
        digest.update(folder_sha256(folder).encode())
        return f"-{digest.hexdigest()[:12]}"

    def _pulled(self, name: str, variable: str, say: Say) -> str:
        image_id = self._id(name)
        if image_id is None:
            say(f"pulling the base image {name}")
            command = ["docker", "pull", "--quiet", name]
            status, out, err = self._tool.attempt(command, {}, BUILD_LIMIT_S)
            image_id = None if status else self._id(name)
            if image_id is None:
                raise explain_pull(name, variable, f"{out}\n{err}")
        template = "{{.Os}}/{{.Architecture}}"
        made_for = self._tool.docker("image", "inspect", "--format", template, name)
        if made_for.strip() != self._tool.engine.platform:
            raise EnvironmentFailure(
                f"the base image {name} is made for {made_for.strip()}, and the container "
                f"engine's processors are {self._tool.engine.platform}",
                f"docker rmi {name}, so that the right one is pulled, or name another "
                f"in {variable}; or {LOCAL}",
            )
        return image_id

    def _id(self, image: str) -> str | None:
        listed = self._tool.docker("images", "--quiet", "--no-trunc", image).split()
        return listed[0] if listed else None

    def _labels(self) -> Sequence[str]:
        names = {"BENCH_HOME": "home", "BENCH_RUN": "run"}
        return [f"{LABEL}.{names[n]}={self._tool.variables[n]}" for n in names]


@contextmanager
def within_reach(lock: Path, folder: Path) -> Iterator[None]:
    """Put a lock where the builder finds it, for as long as it builds; one that is there already stays."""
    there = folder / lock.name
    if there == lock:
        yield
        return
    try:
        shutil.copyfile(lock, there)
    except OSError as error:
        raise EnvironmentFailure(
            f"{ASKED}/{lock.name} cannot be written: {error.strerror}",
            f"images are built of what lies in the checkout: make it writable, or {LOCAL}",
        ) from error
    try:
        yield
    finally:
        there.unlink(missing_ok=True)


def pinned(lock: str) -> str:
    """Every name==version of a lock, in one line."""
    return " ".join(re.findall(r"^([\w.-]+==[^\s;\\]+)", lock, re.MULTILINE))
