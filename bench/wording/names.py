"""The names that readers know things by."""

from bench.experiments import parts
from bench.model.framework import Target, contestants
from bench.model.results import Results
from bench.model.verdict import GroupKind, GroupResult


class Names:
    """Titles of a run's targets, frameworks and workloads."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self._targets = {target.id: target for target in results.targets}
        self._frameworks = {
            framework.name: framework.title for framework in results.frameworks
        }
        self._workloads = {note.name: note.title for note in results.workloads}
        self._usual = contestants(results.targets, results.frameworks)

    def target(self, name: str) -> Target | None:
        """The target of that id."""
        return self._targets.get(name)

    def framework(self, name: str) -> str:
        """The title of a framework, by its name or by the id of a target of it."""
        target = self._targets.get(name)
        own = target.framework if target else name.partition("@")[0]
        return self._frameworks.get(own, own)

    def usual(self, framework: str) -> str:
        """The id of the target that stands for a framework; its name where the run holds none."""
        target = self._usual.get(framework)
        return target.id if target else framework

    def setup(self, name: str) -> str:
        """The title of a target."""
        target = self._targets.get(name)
        return target.title if target else self.framework(name)

    def workload(self, name: str | None) -> str:
        """In quotation marks, or its own name where the run has no title for it."""
        if name is None:
            return "every workload"
        title = self._workloads.get(name)
        return f"“{title}”" if title else name

    def group(self, group: GroupResult) -> str:
        """Where a claim holds or fails: "on “Hello, World!”", "in memory"."""
        if group.kind is GroupKind.WORKLOAD:
            return f"on {self.workload(group.workload)}"
        if group.kind is GroupKind.LAYER:
            return (
                f"on {self.workload(group.workload)} with SQL by hand on usual drivers"
            )
        if group.kind is GroupKind.SERVER:
            return f"on {group.key}"
        if group.kind is GroupKind.BASELINE:
            return f"against {self.framework(group.key)}"
        return self._of_experiment(group)[1]

    def title(self, group: GroupResult) -> str:
        """The group by itself, for a mark of its own."""
        workload = self._workloads.get(group.workload or "", group.workload or "")
        if group.kind is GroupKind.WORKLOAD:
            return workload
        if group.kind is GroupKind.LAYER:
            return f"{workload}, SQL by hand"
        if group.kind is GroupKind.BASELINE:
            return self.group(group)
        return self._of_experiment(group)[0]

    def _of_experiment(self, group: GroupResult) -> tuple[str, str]:
        """By itself, and where a claim holds or fails; its key where nobody has words for it."""
        words_by_key = {
            key: both
            for experiment in parts("words")
            for key, both in experiment.groups.items()
        }
        words = words_by_key.get(group.key) or words_by_key.get(
            group.key.partition(" ")[0]
        )
        title, where = words or (group.key, group.key)
        name = group.workload or ""
        filled = {
            "title": self._workloads.get(name, name),
            "workload": self.workload(group.workload),
        }
        return title.format(**filled), where.format(**filled)
