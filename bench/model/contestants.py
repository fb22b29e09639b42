"""Which target stands for each framework in a run."""

from collections.abc import Sequence

from bench.model.framework import Framework, Role, Target


def contestants(
    targets: Sequence[Target], frameworks: Sequence[Framework]
) -> dict[str, Target]:
    """
    By framework: of several versions the newest by the framework's own table.

    A version outside the table was asked for by hand, to be compared with the
    standing one; it speaks for its framework only if nobody else is there, and
    of several the last one.
    """
    age_of = {
        (framework.name, version): age
        for framework in frameworks
        for age, version in enumerate(framework.versions)
    }
    chosen: dict[str, Target] = {}
    for target in targets:
        if target.role is not Role.CONTESTANT:
            continue
        known = chosen.get(target.framework)
        age = age_of.get((target.framework, target.version), -1)
        if known is None or (
            target.version != known.version
            and age >= age_of.get((known.framework, known.version), -1)
        ):
            chosen[target.framework] = target
    return chosen
