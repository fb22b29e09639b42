"""`bench instructions OLD NEW --gate`: which two, and what is said of them."""

from collections.abc import Iterator, Sequence

from bench.cli.run_options import chosen_targets
from bench.errors import UsageError
from bench.judge.counted import Grown
from bench.model.framework import Target


def refuse_gate(gate: bool, names: Sequence[str]) -> None:
    """UsageError unless two targets are named, if there is to be a gate."""
    if gate and len(names) != 2:
        raise UsageError(
            f"--gate compares two targets, and {len(names)} are named",
            "the old one first: bench instructions FRAMEWORK@OLD FRAMEWORK --gate",
        )


def old_and_new(
    names: Sequence[str], wished: Sequence[tuple[str, str]]
) -> tuple[Target, Target]:
    """The two targets in the order of their names; UsageError if a name means several, or they are no two versions."""
    found = [chosen_targets([name], wished) for name in names]
    for name, those in zip(names, found, strict=True):
        if len(those) != 1:
            raise UsageError(
                f"{name!r} names {len(those)} targets, and --gate compares two",
                f"name one of: {', '.join(one.id for one in those)}",
            )
    ((old,), (new,)) = found
    unused = [
        v for v in wished if v not in {(t.framework, t.version) for t in (old, new)}
    ]
    if unused:
        raise UsageError(
            f"--with asked for {', '.join(map('@'.join, unused))}, and neither of the two is that",
            f"name it: bench instructions {old.framework}@OLD {'@'.join(unused[0])} --gate",
        )
    if old.id == new.id or old.framework != new.framework:
        raise UsageError(
            f"{old.id} and {new.id} are not two versions of one framework",
            "bench list targets names them all; any other one: --with PACKAGE==1.2.*",
        )
    return old, new


def told(judged: Sequence[Grown]) -> Iterator[str]:
    """A line for each workload."""
    for one in judged:
        verdict = "more than" if one.too_much else "within"
        if not one.exact:
            verdict = "but two counts differ, so it is not held against"
        yield (
            f"gate: {one.workload}: {one.times:.4f} times the old one's instructions, "
            f"{verdict} the margin of {100 * one.margin:g}%"
        )
