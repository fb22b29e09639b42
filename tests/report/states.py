"""The states of a run that a page must survive, by name."""

from collections.abc import Callable
from dataclasses import replace

from bench.model.estimate import Estimate, Quantity
from bench.model.results import NoVerdicts, Results
from bench.model.trial import Failure
from bench.model.verdict import Outcome
from bench.model.warning import Reason, Scope, Warning
from tests.report.builders import (
    AGAIN,
    DJANGO,
    FASTAPI,
    FLASK,
    WSGI,
    ranked_again,
    results,
)
from tests.report.crowds import crowds, crowds_extreme, crowds_odd
from tests.report.open_loops import (
    open_all_void,
    open_extremes,
    open_loops,
    open_nanoseconds,
)
from tests.report.probed import HOSTILE, probed
from tests.report.ruled import ruled
from tests.report.served import served, served_extremes, served_void
from tests.report.stressed import stressed, stressed_badly, stressed_once


def normal() -> Results:
    """A run in which everything went well."""
    return results()


def all_inconclusive() -> Results:
    """A noise floor as high as the leads."""
    made = results(noise=0.9, rounds=6)
    return replace(
        made,
        verdicts=tuple(
            verdict
            if not verdict.parts
            else replace(verdict, outcome=Outcome.INCONCLUSIVE)
            for verdict in made.verdicts
        ),
    )


def failed_twin() -> Results:
    """A target that differs from itself."""
    made = results(forced="a target differs from itself, so nothing can be told")
    noise = replace(
        made.checks[0],
        passed=False,
        measured="a difference of 7.1 % (p = 0.002)",
        short="Flask against itself: a difference of 7.1 %",
    )
    reason = Reason(
        "twin", "A target differs from itself", Scope.RUN, "Close what else runs."
    )
    return replace(
        made,
        checks=(noise, *made.checks[1:]),
        warnings=(Warning(reason, "p = 0.002"), *made.warnings),
    )


def generator_bound() -> Results:
    """A generator at its limit: throughput comparisons are void."""
    made = results()
    why = "the generator used 97 % of its core"
    pairs = tuple(
        replace(comparison, void=why, doubts=("generator",))
        if comparison.metric == "throughput"
        else comparison
        for comparison in made.comparisons
    )
    reason = Reason(
        "generator",
        "The load generator was near its own limit",
        Scope.THROUGHPUT,
        "Give it a core of its own.",
    )
    places = (f"{FLASK.id} hello", f"{DJANGO.id} hello")
    check = replace(
        made.checks[1],
        passed=False,
        measured="at most 97 % of its core, over the limit in 2 cells",
        short="generator at most 97 % of its core",
    )
    made = replace(
        made,
        comparisons=pairs,
        checks=(made.checks[0], check, *made.checks[2:]),
        warnings=tuple(Warning(reason, "97 % of its core", place) for place in places),
        verdicts=tuple(
            replace(verdict, outcome=Outcome.INCONCLUSIVE, forced=why)
            if verdict.parts and verdict.claim.metric == "throughput"
            else verdict
            for verdict in made.verdicts
        ),
    )
    return ranked_again(made)


def one_framework() -> Results:
    """One contestant, nothing to compare with."""
    return results(targets=(FLASK, AGAIN))


def smoke() -> Results:
    """One round: no interval, no verdict."""
    made = results(rounds=1)
    reason = "a smoke run only shows that everything works"
    return replace(
        made,
        profile=replace(made.profile, name="smoke", verdicts=False),
        verdicts=(),
        no_verdicts_because=reason,
        no_verdicts=NoVerdicts.PROFILE,
    )


def two_rounds() -> Results:
    """Two rounds: intervals, but too few rounds for verdicts."""
    made = results(rounds=2)
    return replace(
        made,
        verdicts=(),
        no_verdicts_because="2 rounds, at least 6 needed",
        no_verdicts=NoVerdicts.ROUNDS,
    )


def missing_memory() -> Results:
    """A kernel that does not tell proportional memory."""

    def without(made: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
        why = "this kernel does not tell proportional memory"
        whys = {"memory": why, "idle_memory": "not measured"}
        return tuple(
            replace(
                quantity,
                estimate=None,
                rounds=(None,) * len(quantity.rounds),
                reason=whys[quantity.metric],
            )
            if quantity.metric in whys
            else quantity
            for quantity in made
        )

    return results(change=without)


def failed_target() -> Results:
    """A target that could not start."""

    def without(made: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
        return tuple(quantity for quantity in made if quantity.target != DJANGO.id)

    made = results(change=without)
    failure = Failure(
        1,
        DJANGO.id,
        None,
        "it did not answer within 20 s",
        "read its log",
        "ImproperlyConfigured: no",
    )
    return replace(made, failures=(failure,))


def long_quotes() -> Results:
    """Two hundred characters where a line was expected."""
    made = results()
    quote = "it will handle every request in turns, one after the other, " * 4
    return replace(
        made,
        verdicts=tuple(
            replace(
                verdict, claim=replace(verdict.claim, quote=quote), because=quote * 3
            )
            for verdict in made.verdicts
        ),
        targets=tuple(
            replace(target, title=f"{target.title} on a server with a very long name")
            for target in made.targets
        ),
    )


def huge() -> Results:
    """Seven digits and more, nanoseconds per request."""
    return results(scale=1e-6)


def tiny() -> Results:
    """Less than one request in an hour."""
    return results(scale=1e7)


def unbounded() -> Results:
    """Intervals without an end, and one of no width."""
    made = results()
    quantities = tuple(
        replace(
            quantity,
            estimate=Estimate(1.0, 0.0, float("inf"), 0.95, 2)
            if position % 3
            else Estimate(5.0, 5.0, 5.0, 0.9842, 6),
        )
        for position, quantity in enumerate(made.quantities)
    )
    return replace(made, quantities=quantities)


def hostile() -> Results:
    """A server whose errors are written to be executed."""
    made = results()
    failure = Failure(2, FLASK.id, "hello", HOSTILE, HOSTILE, HOSTILE * 3)
    reason = Reason("errors", HOSTILE, Scope.WINDOW, HOSTILE)
    return replace(
        made,
        failures=(failure,),
        warnings=(Warning(reason, HOSTILE, FLASK.id),),
        command=f"bench run {HOSTILE}",
        workloads=tuple(
            replace(workload, title=f"{workload.title} {HOSTILE}")
            for workload in made.workloads
        ),
        verdicts=tuple(replace(verdict, because=HOSTILE) for verdict in made.verdicts),
    )


def interrupted() -> Results:
    """Stopped by hand after seven of twenty rounds; the first look is what counts."""
    made = results(rounds=6)
    reason = Reason(
        "looks",
        "More rounds are complete than are analysed",
        Scope.NOTE,
        "Go on with the run: the next look takes them in.",
    )
    detail = "7 rounds are complete, the first 6 are analysed; looks are planned after 6, 9, 12, 16, 20"
    rounds = replace(made.checks[3], measured="6 of 20", short="6 rounds of 20 planned")
    return replace(
        made,
        rounds_planned=20,
        profile=replace(made.profile, name="standard", looks=(6, 9, 12, 16, 20)),
        checks=(*made.checks[:3], rounds, *made.checks[4:]),
        warnings=(Warning(reason, detail), *made.warnings),
    )


def two_frameworks() -> Results:
    """Two contestants; what the third would have answered was not asked."""
    return results(targets=(DJANGO, FLASK, AGAIN, WSGI))


def thirty_targets() -> Results:
    """Nine frameworks like each of the three beside it, all contestants."""
    measured_targets = (DJANGO, FLASK, FASTAPI)
    alike = tuple(
        replace(
            target,
            id=f"{target.framework}-{number}@1.0/{target.deployment}",
            framework=f"{target.framework}-{number}",
            title=f"{target.title} {number}",
        )
        for target in measured_targets
        for number in range(1, 10)
    )
    made = results(targets=(*measured_targets, *alike), rounds=6)
    looks = {framework.name: framework for framework in made.frameworks}
    more = tuple(
        replace(
            looks[target.framework.partition("-")[0]],
            name=target.framework,
            title=target.title,
        )
        for target in alike
    )
    return replace(made, frameworks=(*made.frameworks, *more))


def no_claims() -> Results:
    """Claims were never configured."""
    return replace(results(), verdicts=())


def nothing() -> Results:
    """A run that ended before its first number."""
    made = results(change=lambda _: ())
    return replace(made, checks=(), files=(), receipts={}, rounds_done=0)


STATES: dict[str, Callable[[], Results]] = {
    make.__name__: make
    for make in (
        normal,
        all_inconclusive,
        failed_twin,
        generator_bound,
        one_framework,
        smoke,
        two_rounds,
        missing_memory,
        failed_target,
        long_quotes,
        huge,
        tiny,
        unbounded,
        hostile,
        interrupted,
        two_frameworks,
        thirty_targets,
        no_claims,
        nothing,
        open_loops,
        open_extremes,
        open_nanoseconds,
        open_all_void,
        probed,
        crowds,
        crowds_odd,
        crowds_extreme,
        stressed,
        stressed_badly,
        stressed_once,
        served,
        served_extremes,
        served_void,
        ruled,
    )
}
