"""Who is ahead of whom is judged once, as values, and worded without a second look."""

from dataclasses import replace

import pytest

from bench.judge.ranking import rankings
from bench.model.estimate import Comparison, Estimate
from bench.model.ranking import Ranking, RankingKind, Relation
from bench.report.rankings import ranking_sentence
from bench.report.view import View
from bench.wording.numbers import under_way
from tests.report.builders import DJANGO, FASTAPI, FLASK, results


THREE = (DJANGO.id, FASTAPI.id, FLASK.id)
type Interval = tuple[float, float]


def compared(
    intervals: dict[tuple[str, str], Interval], void: str | None = None
) -> list[Comparison]:
    """Comparisons on one workload with these intervals; the point lies in the middle."""
    return [
        Comparison(
            *names,
            "db-read",
            "throughput",
            Estimate((low * high) ** 0.5, low, high, 0.95, 7),
            (),
            None,
            None,
            void=void,
        )
        for names, (low, high) in intervals.items()
    ]


def ranking(
    django_fastapi: Interval, fastapi_flask: Interval, django_flask: Interval
) -> Ranking:
    """The ranking of the three with a margin of 5 %."""
    pairs = {
        (DJANGO.id, FASTAPI.id): django_fastapi,
        (FASTAPI.id, FLASK.id): fastapi_flask,
        (DJANGO.id, FLASK.id): django_flask,
    }
    (ranked,) = rankings(compared(pairs), THREE, 0.05)
    return ranked


@pytest.mark.parametrize(
    ("intervals", "kind"),
    [
        (((1.06, 1.2), (0.9, 1.1), (1.06, 1.3)), RankingKind.LEADER),
        (((0.97, 1.04), (1.06, 1.1), (1.06, 1.2)), RankingKind.LAST),
        (((1.02, 1.07), (1.03, 1.09), (1.08, 1.14)), RankingKind.ORDER),
        (((0.97, 1.04), (0.97, 1.04), (1.01, 1.04)), RankingKind.EQUAL),
        (((0.97, 1.08), (0.97, 1.04), (1.01, 1.09)), RankingKind.OPEN),
    ],
)
def test_pairs_add_up_to_a_kind(
    intervals: tuple[Interval, Interval, Interval], kind: RankingKind
) -> None:
    """One leads all; all lead one; every interval excludes 1; all lie within the margin; else nothing."""
    assert ranking(*intervals).kind is kind


@pytest.mark.parametrize(
    ("interval", "relation", "within"),
    [
        ((1.051, 1.2), Relation.LEADS, False),
        ((1.02, 1.07), Relation.AHEAD, False),
        ((1.01, 1.03), Relation.AHEAD, True),
        ((0.97, 1.04), Relation.EQUAL, True),
        ((0.94, 1.07), Relation.OPEN, False),
    ],
)
def test_a_relation_follows_the_interval_alone(
    interval: Interval, relation: Relation, within: bool
) -> None:
    """What excludes 1 is never "not told apart", and only what holds 1 may be equal."""
    pair = ranking(interval, (0.9, 1.1), (0.9, 1.1)).pair(DJANGO.id, FASTAPI.id)

    assert pair is not None
    assert (pair.relation, pair.within_margin) == (relation, within)


def test_a_ranking_is_the_same_whichever_way_its_pairs_were_formed() -> None:
    """Subject and baseline exchanged: the same order, the same relations."""
    forward = ranking((1.02, 1.07), (1.03, 1.09), (1.08, 1.14))
    turned = {
        (FASTAPI.id, DJANGO.id): (1 / 1.07, 1 / 1.02),
        (FLASK.id, FASTAPI.id): (1 / 1.09, 1 / 1.03),
        (FLASK.id, DJANGO.id): (1 / 1.14, 1 / 1.08),
    }
    (other,) = rankings(compared(turned), THREE, 0.05)

    assert forward.targets == other.targets == (DJANGO.id, FASTAPI.id, FLASK.id)
    assert [p.relation for p in forward.pairs] == [p.relation for p in other.pairs]


def test_what_is_void_is_not_ranked() -> None:
    """A void comparison says nothing about who is ahead."""
    pairs = {(DJANGO.id, FASTAPI.id): (1.1, 1.2)}

    assert rankings(compared(pairs, "the generator was the limit"), THREE, 0.05) == ()


def said(order_found: Ranking) -> str:
    """Its sentence on the page."""
    view = View(replace(results(), rankings=(order_found,)))
    return ranking_sentence(view, "db-read", "throughput").replace("\xa0", " ")


def test_a_small_lead_is_said_with_its_interval_and_the_margin() -> None:
    """A pair whose interval excludes 1 is not "not told apart" because it is less than counts."""
    small = said(ranking((1.01, 1.03), (0.9, 1.2), (0.9, 1.2)))
    near = said(ranking((1.02, 1.07), (0.9, 1.2), (0.9, 1.2)))

    assert (
        "Django is ahead of FastAPI by 1.0 to 3.0 %, less than the 5 %"
        in small.replace("1 to 3 %", "1.0 to 3.0 %")
    )
    assert (
        "Django is ahead of FastAPI by 2 to 7 %, not clearly more than the 5 %" in near
    )


def test_a_full_order_names_everybody_in_it() -> None:
    """Three intervals that exclude 1 are an order, not "no clear leader"."""
    order = said(ranking((1.02, 1.07), (1.03, 1.09), (1.08, 1.14)))

    assert order.startswith("Django, then FastAPI, then Flask: ")
    assert "2 to 7 %" in order and "3 to 9 %" in order


def test_practically_equal_says_how_near() -> None:
    """The largest distance that the intervals leave, rounded up."""
    assert "at most 4.1 % apart" in said(
        ranking((0.97, 1.041), (0.98, 1.02), (0.99, 1.03))
    )


def test_words_change_with_values_and_no_value_with_words() -> None:
    """Every title of the results changed: the ranking that reaches the page is the same."""
    made = results()
    renamed = replace(
        made,
        targets=tuple(
            replace(t, title=f"practically equal {t.title}") for t in made.targets
        ),
        workloads=tuple(replace(w, title=f"leads {w.title}") for w in made.workloads),
    )

    assert renamed.rankings == made.rankings
    assert View(renamed).ranking("hello", "throughput") == View(made).ranking(
        "hello", "throughput"
    )


def test_no_number_of_requests_exceeds_that_of_the_clients() -> None:
    """Throughput times the time of a lone request may; what is printed does not."""
    assert under_way(Estimate(8.19, 8.1, 8.2, 0.95, 7), 8) == "all 8"
    assert under_way(Estimate(7.9, 7.7, 8.1, 0.95, 7), 8) == "7.9 (7.7 to 8.0)"
    assert under_way(Estimate(1.02, 1.0, 1.04, 0.95, 7), 8) == "1.02 (1.00 to 1.04)"
