"""The engine of containers: the services of docker-compose.yml, started one by one."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

from bench.deploy import compose_leftovers
from bench.deploy.cleanup_registry import MARK, undisturbed
from bench.deploy.compose_images import Images, Recipe
from bench.deploy.compose_refusals import LOCAL
from bench.deploy.compose_relay import Relay
from bench.deploy.compose_services import (
    INNER_DSN,
    INNER_PORT,
    SERVICE,
    Container,
    ContainerDatabase,
    ContainerServer,
)
from bench.deploy.compose_settings import BY_HAND, Settings, read_settings
from bench.deploy.compose_tool import ComposeTool, find_tool, surroundings
from bench.deploy.engine import CpuPlacement, Say
from bench.deploy.local import StartingEngine, safe_name
from bench.deploy.server import Where, fill, placeholders
from bench.deploy.server import surroundings as surroundings_of
from bench.errors import BenchError, EnvironmentFailure, TargetFailed
from bench.model.framework import Target
from bench.model.plan import Pinning
from bench.model.run import Receipt


_NEED_BYTES = 2 << 30


class ComposeEngine(StartingEngine[ContainerDatabase, ContainerServer]):
    """
    Implements the seam with containers; the same arguments as the local engine.

    The generator of such a run works inside, too: it is started by
    `generator_command` and goes to the address that `inside` gives.
    """

    name = "compose"

    def __enter__(self) -> Self:
        """
        Sweep up after dead runs, then bring database, relay and generator up.

        SIGTERM and SIGHUP end the harness through `__exit__` from here on.
        EnvironmentFailure while another run lives, or for what the engine lacks.
        """
        with ExitStack() as stack:
            tool = find_tool()
            self._begin(stack).record_containers()
            self._tool = self._named(tool)
            self._refuse_little_memory()
            self._settings = self._read_settings()
            self._sweep()
            say = self._options.say
            self._images = Images(
                self._tool, self._settings, self._root, self._cache, say
            )
            generator = self._images.generator(say)
            stack.push(self._remove_all)
            self._bring_up(generator, stack)
            self._open = stack.pop_all()
        return self

    @property
    def images_built(self) -> int:
        """How many images had to be built, so far."""
        return self._images.built

    @property
    def generator_command(self) -> tuple[str, ...]:
        """What starts a Python module in the generator's container, its pipes joined to ours."""
        return self._exec("generator")

    def inside(self, host: str, port: int) -> tuple[str, int]:
        """Where a container finds the server that the harness finds there; KeyError if it is gone."""
        for server in self._servers:
            if (server.host, server.port) == (host, port) and not server.stopped:
                return server.inner
        raise KeyError(f"{host}:{port}")

    def version(self) -> str:
        """The engine and the compose program, for the run's record."""
        return f"docker {self._tool.engine.version}, compose {self._tool.version}"

    def memory_limits(self) -> Mapping[str, int | None]:
        """The most that a container of each service may hold, bytes; None where the engine cannot limit it."""
        kept = self._tool.engine.limits_memory
        limits = self._settings.memory_bytes.items()
        return {name: most if kept else None for name, most in limits}

    def generator_ended(self) -> str | None:
        """How the generator's container, or a process in it, has ended; None while all is well."""
        return self._containers["generator"].ended()

    def prepare(
        self, targets: Sequence[Target], say: Say
    ) -> Mapping[str, Receipt | str]:
        """Each target's receipt, or the reason why there is none; built images are found again."""
        results: dict[str, Receipt | str] = {}
        for target in targets:
            try:
                recipe = self._images.app(target, say)
                package = self._packages.get(target.framework)
                results[target.id] = self._images.receipt(target, recipe, package)
            except EnvironmentFailure as error:
                results[target.id] = "; ".join(
                    filter(None, (error.message, error.hint))
                )
        return results

    def start(
        self, target: Target, placement: CpuPlacement, hash_seed: int
    ) -> ContainerServer:
        """Start the target afresh; TargetFailed, with nothing left, if it does not come up."""
        try:
            recipe = self._images.app_recipe(target)
        except EnvironmentFailure as error:
            raise TargetFailed(f"{target.id}: {error.message}", error.hint) from error
        self._started += 1
        name = f"{self._tool.project}-app-{self._started}"
        log = placement.logs / f"{safe_name(target.id)}-{self._started}.log"
        container = Container(self._tool, name, log, "APP_MEMORY")
        command, environment = command_and_environment(
            target, placement, name, hash_seed
        )
        options = [word for line in environment for word in ("-e", line)]
        cpus = {"APP_CPUS": cpu_list(placement.pinning.server)}
        try:
            self._tool.call(
                *("run", "-d", "--no-deps", "--name", name, *options, "app", *command),
                variables={**recipe.variables, **cpus},
            )
        except BaseException as error:
            tail = container.log_tail()
            container.remove(ask_first=False)
            if not isinstance(error, EnvironmentFailure):
                raise
            message = f"{target.id} did not start: {error.message}"
            raise TargetFailed(message, error.hint, tail) from error
        server = ContainerServer(
            target, container, self._relay, command, self._options.ready_s
        )
        return self._keep(server)

    def _named(self, tool: ComposeTool) -> ComposeTool:
        """The tool with this run's project, log, and the variables of docker-compose.yml."""
        token, logs = self._entered().token, self.logs
        logs.mkdir(parents=True, exist_ok=True)
        return replace(
            tool,
            file=self._root / "docker-compose.yml",
            project=f"trial-{token}",
            log=logs / "compose.log",
            variables=of_the_run(self._cache, token, self._cores),
        )

    def _refuse_little_memory(self) -> None:
        has = self._tool.engine.memory_bytes
        if has < _NEED_BYTES:
            raise EnvironmentFailure(
                f"the container engine has {has / 2**30:.1f} GiB of memory, and a run "
                f"needs {_NEED_BYTES / 2**30:.0f}",
                f"give it more, or {LOCAL}",
            )

    def _read_settings(self) -> Settings:
        """What docker-compose.yml comes to here; not logged, since it names this machine's folders."""
        quiet = replace(self._tool, log=None)
        return read_settings(quiet.call("config", "--format", "json"))

    def _sweep(self) -> None:
        """Remove what killed runs of this checkout left: we hold its lock, so they are dead."""
        mine = self._tool.variables["BENCH_HOME"]
        left = compose_leftovers.remove(self._tool.docker, "home", mine, certain=False)
        if left:
            self._options.say(f"removed what a killed run had left: {', '.join(left)}")

    def _bring_up(self, generator: Recipe, stack: ExitStack) -> None:
        image, image_id = self._images.database
        services = (SERVICE, "relay", "generator")
        self._tool.call(
            *("up", "-d", "--no-build", "--no-deps", *services),
            variables={**generator.variables, "DATABASE_IMAGE": image},
        )
        self._containers = {name: self._container(name) for name in services}
        marked = {**surroundings(), MARK: self._entered().mark("relay")}
        module = "bench.deploy.compose_relay"
        try:
            self._relay = Relay([*self._exec("relay"), module], marked)
        except EnvironmentFailure as error:
            how = self._containers["relay"].ended()
            if how is None:
                raise
            raise EnvironmentFailure(
                f"{error.message}: {how}",
                "GENERATOR_MEMORY is the limit of this container, too",
            ) from error
        stack.callback(self._relay.close)
        self._database = ContainerDatabase(
            self._containers[SERVICE],
            self._relay,
            f"{image} ({image_id.removeprefix('sha256:')[:12]})",
            self._root / "apps/database",
        )
        stack.callback(self._database.close)
        stack.callback(self._stop_servers)

    def _container(self, service: str) -> Container:
        """The one container of a service of this run, by the labels that every compose sets."""
        containers = self._tool.docker(
            *("ps", "--all", "--quiet", "--no-trunc"),
            *("--filter", f"label=com.docker.compose.project={self._tool.project}"),
            *("--filter", f"label=com.docker.compose.service={service}"),
        ).split()
        if len(containers) != 1:
            raise EnvironmentFailure(
                f"compose started {len(containers)} containers of {service} instead of one",
                "compose.log among the run's logs has what it said",
            )
        return self._service(service, containers[0])

    def _service(self, service: str, name: str) -> Container:
        own = "DATABASE_MEMORY" if service == SERVICE else "GENERATOR_MEMORY"
        return Container(self._tool, name, self.logs / f"{service}.log", own)

    def _exec(self, service: str) -> tuple[str, ...]:
        name = self._containers[service].name
        return ("docker", "exec", "-i", name, "python", "-m")

    def _remove_all(self, kind: object, error: object, trace: object) -> None:
        """Keep the logs of the services, then remove everything of the run, or let the next run do it."""
        with undisturbed():
            token = self._entered().token
            with suppress(BenchError):
                for container in self._services_left(token):
                    container.save_log()
                self._tool.call("down", "--volumes", "--timeout", "1")
            try:
                compose_leftovers.remove(self._tool.docker, "run", token)
            except EnvironmentFailure as left:
                self._entered().keep()
                if error is None:
                    raise
                self._options.say(
                    f"containers of this run may be left, the next run removes them: "
                    f"{left.message}"
                )

    def _services_left(self, token: str) -> list[Container]:
        """The containers that compose keeps up, also those that never came up."""
        named = self._tool.docker(
            *("ps", "--all"),
            *("--filter", f"label={compose_leftovers.LABEL}.run={token}"),
            *("--filter", "label=com.docker.compose.oneoff=False"),
            *("--format", '{{.ID}} {{.Label "com.docker.compose.service"}}'),
        )
        pairs = (line.split() for line in named.splitlines())
        return [self._service(service, name) for name, service in pairs]


# The image says these itself, for its own folders.
_OF_THE_IMAGE = ("PATH", "VIRTUAL_ENV", "TMPDIR")


def of_the_run(cache: Path, token: str, cores: Pinning) -> dict[str, str]:
    """The variables of docker-compose.yml that are the same for a whole run."""
    return {
        **dict.fromkeys(BY_HAND, ""),
        "BENCH_HOME": compose_leftovers.home(cache),
        "BENCH_RUN": token,
        "ISOLATED": "true",
        "HEALTH_INTERVAL": "1h",  # the harness asks by itself, from outside
        "APP_CPUS": cpu_list(cores.server),
        "LOAD_CPUS": cpu_list(cores.load),
        "DATABASE_CPUS": cpu_list(cores.database),
        "HARNESS_CPUS": cpu_list(cores.harness),
        "COMPOSE_IGNORE_ORPHANS": "1",
    }


def cpu_list(cpus: Sequence[int]) -> str:
    """Processors as the kernel and compose write them."""
    return ",".join(str(cpu) for cpu in cpus)


def command_and_environment(
    target: Target, placement: CpuPlacement, name: str, hash_seed: int
) -> tuple[list[str], list[str]]:
    """The words that a local server is started with, for a container of that name."""
    values = placeholders(target, placement, "0.0.0.0", INNER_PORT)
    temporary = Path("/tmp")
    where = Where(temporary, temporary, temporary, INNER_DSN)
    given = surroundings_of(target, where, values, hash_seed)
    given["APPLICATION_NAME"] = name
    command = [fill(word, values) for word in target.serve]
    return command, [f"{k}={v}" for k, v in given.items() if k not in _OF_THE_IMAGE]
