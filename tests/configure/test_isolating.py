"""What tells the parts of a cost apart is written in the tables, and holds together."""

from collections import Counter

from bench.cli.run_options import chosen_targets
from bench.configure.tables import load_frameworks, load_profiles
from bench.configure.targets import all_targets
from bench.experiments.costs.analyse import EXPERIMENTS, varies
from bench.model.framework import CostPart, Role


PROFILES, PARITY = load_profiles()
TARGETS = all_targets(load_frameworks(), PARITY)


def test_each_part_is_isolated_once_at_most_in_a_framework() -> None:
    """Two would let the outcome choose."""
    isolations = Counter(
        (t.framework, t.version, t.isolates) for t in TARGETS if t.isolates
    )
    assert isolations and max(isolations.values()) == 1


def test_what_isolates_a_part_changes_it_and_is_an_ablation() -> None:
    """A contestant has nothing to be less than; another part would be named wrongly."""
    for target in TARGETS:
        if target.isolates:
            assert target.role is Role.ABLATION
            assert varies(target, CostPart(target.isolates)), target.id
        if target.role is Role.ABLATION:
            assert not (target.validator and target.layer), target.id


def test_the_experiments_hold_what_isolates_their_part() -> None:
    """Each with its contestant, on the experiment's workloads."""
    for part, name in EXPERIMENTS.items():
        experiment = PROFILES["cost"].experiment(name)
        assert experiment is not None
        chosen = chosen_targets(list(experiment.targets))
        isolating = [t for t in chosen if t.isolates == part]
        contestants = {t.framework for t in chosen if t.role is Role.CONTESTANT}
        assert isolating and {t.framework for t in isolating} <= contestants
        for target in chosen:
            served = target.workloads is None or set(experiment.workloads) <= set(
                target.workloads
            )
            assert served, target.id


def test_the_runs_to_quote_play_both() -> None:
    """So that a standard run holds the evidence, and six rounds of it."""
    for profile in ("standard", "full", "cost"):
        for name in EXPERIMENTS.values():
            experiment = PROFILES[profile].experiment(name)
            assert experiment is not None and experiment.rounds >= 6
