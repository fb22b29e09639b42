"""The checks take right answers and refuse planted wrong ones."""

import html
import json
import math
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bench.errors import UsageError
from bench.model.exchange import Reply, Request
from bench.workloads import WORKLOADS, workload
from bench.workloads.database import ROWS, SUM, chosen_ids, number
from bench.workloads.html_page import FORTUNES
from bench.workloads.mix import rows_of
from bench.workloads.predict import FEATURES, ITEMS, best, score, weights
from bench.workloads.vectors import VECTORS, Vector
from tests.workloads.right_answers import HTML, JSON, RIGHT, SINGLE, page


ROOT = Path(__file__).resolve().parents[2]
TOLD = [name for name in WORKLOADS if name in RIGHT]
"""Workloads whose right answer is known; a new one is asked for by one test alone."""


def answer(name: str, request: Request) -> Reply:
    """The right answer to a request of that workload."""
    return RIGHT[name](request)


@cache
def some_requests(name: str) -> Sequence[Request]:
    """The requests of a workload from one seed, made once."""
    return workload(name).requests(3)


def test_the_right_answer_of_every_workload_is_known() -> None:
    """Without it nobody knows whether its check takes it."""
    missing = [name for name in WORKLOADS if name not in RIGHT]
    assert not missing, f"write into tests/workloads/right_answers.py: {missing}"


@pytest.mark.parametrize("name", TOLD)
def test_right_answers_pass(name: str) -> None:
    """Every variant has an answer that its check takes."""
    work = workload(name)
    for request in some_requests(name):
        assert work.check(request, answer(name, request)) is None


@pytest.mark.parametrize("name", WORKLOADS)
def test_variants_are_seeded_and_distinct(name: str) -> None:
    """The same seed gives the same requests, another seed others, none twice."""
    work = workload(name)
    first = work.requests(3)
    assert first == work.requests(3)
    once = [r for r in first if work.kind is None or work.kind(r) not in SINGLE]
    assert len(set(once)) == len(once)
    assert (len(first) == 1) == (name in SINGLE)
    if name not in SINGLE:
        assert (32 if name in {"large", "predict-heavy"} else 256) <= len(first) <= 2048
        assert first != work.requests(4)


@pytest.mark.parametrize("name", [n for n in TOLD if n not in SINGLE])
def test_answer_of_another_variant_is_refused(name: str) -> None:
    """A cached answer is a wrong one."""
    work = workload(name)
    one, other, *_ = some_requests(name)
    assert work.check(one, answer(name, other)) is not None


DAMAGES: dict[str, Callable[[Reply], Reply]] = {
    "status 500": lambda reply: replace(reply, status=500),
    "status 204": lambda reply: replace(reply, status=204),
    "no body": lambda reply: replace(reply, body=b""),
    "cut short": lambda reply: replace(reply, body=reply.body[:-1]),
    "nested without end": lambda reply: replace(reply, body=b"[" * 100_000),
    "one letter more": lambda reply: replace(reply, body=reply.body + b"x"),
    "as another type": lambda reply: replace(
        reply, headers={"content-type": "text/xml"}
    ),
    "no content type": lambda reply: replace(reply, headers={}),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", TOLD)
def test_damaged_answers_are_refused(name: str, damage: str) -> None:
    """What a broken server would send is refused in one line of words."""
    work = workload(name)
    request = some_requests(name)[0]
    wrong = work.check(request, DAMAGES[damage](answer(name, request)))
    assert wrong is not None
    assert "\n" not in wrong


WRONG_VALUES: list[tuple[str, Callable[[Any], Any]]] = [
    ("json", lambda v: {**v, "extra": 1}),
    ("validate", lambda v: {**v, "total_cents": float(v["total_cents"])}),
    ("validate", lambda v: {**v, "total_cents": v["total_cents"] + 1}),
    ("validate", lambda v: {**v, "city": "Paris"}),
    ("db-read", lambda v: {**v, "randomNumber": v["randomNumber"] % 10000 + 1}),
    ("db-read", lambda v: {**v, "id": str(v["id"])}),
    ("db-read", lambda v: {"id": v["id"], "randomnumber": v["randomNumber"]}),
    ("db-many", lambda v: sorted(v, key=lambda one: int(one["id"]))),
    ("db-many", lambda v: v[:-1]),
    ("db-many", lambda v: [v[0]] * 20),
    ("db-list", lambda v: v[::-1]),
    ("db-list", lambda v: v[:49]),
    ("db-list", lambda v: {"worlds": v}),
    ("db-write", lambda v: v[::-1]),
    ("db-write", lambda v: v[:4]),
    ("db-write", lambda v: [{**one, "randomNumber": 0} for one in v]),
    ("db-write", lambda v: [{**one, "randomNumber": 10001} for one in v]),
    ("db-write", lambda v: [{**one, "randomNumber": True} for one in v]),
    ("db-write", lambda v: [{**one, "note": ""} for one in v]),
    ("db-write", lambda v: {"rows": v}),
    ("wait", lambda v: {"ok": 1}),
    ("predict", lambda v: {"score": v["score"] + 2e-6}),
    ("predict", lambda v: {"score": str(v["score"])}),
    ("predict", lambda v: {"score": None}),
    ("predict", lambda v: {"score": float("nan")}),
    ("predict", lambda v: {**v, "model": "small"}),
    ("predict", lambda v: [v["score"]]),
    ("predict-heavy", lambda v: {**v, "score": v["score"] + 2e-6}),
    ("predict-heavy", lambda v: {**v, "item": (v["item"] + 1) % 16384}),
    ("predict-heavy", lambda v: {**v, "item": float(v["item"])}),
    ("predict-heavy", lambda v: {**v, "score": None}),
    ("predict-heavy", lambda v: {"score": v["score"]}),
    ("predict-heavy", lambda v: [v["item"], v["score"]]),
    ("nested", lambda v: {**v, "depth": 7}),
    ("nested", lambda v: {**v, "names": v["names"][::-1]}),
    ("nested", lambda v: {**v, "total": v["total"] + 1}),
    ("large", lambda v: {**v, "lines": v["lines"][:-1]}),
    ("large", lambda v: {**v, "lines": v["lines"][::-1]}),
    ("large", lambda v: {**v, "n_items": 499}),
    ("large", lambda v: {k: v[k] for k in v if k != "lines"}),
]


@pytest.mark.parametrize(("name", "change"), WRONG_VALUES)
def test_wrong_values_are_refused(name: str, change: Callable[[Any], Any]) -> None:
    """An answer of the right form with another value is refused."""
    work = workload(name)
    request = some_requests(name)[0]
    right = answer(name, request)
    wrong = replace(right, body=json.dumps(change(json.loads(right.body))).encode())
    assert work.check(request, wrong) is not None


WRONG_PAGES: dict[str, Callable[[bytes], bytes]] = {
    "a row less": lambda body: page(FORTUNES[:-1]),
    "a row more": lambda body: page([*FORTUNES, (13, "one more")]),
    "not sorted": lambda body: page(sorted(FORTUNES)),
    "the added row missing": lambda body: page([f for f in FORTUNES if f[0]]),
    "not escaped": lambda body: html.unescape(body.decode()).encode(),
    "escaped twice": lambda body: page(
        [(number, html.escape(message)) for number, message in FORTUNES]
    ),
    "another encoding": lambda body: body.decode().encode("utf-16"),
    "cut in the middle": lambda body: body[: len(body) // 2],
    "no end": lambda body: body.removesuffix(b"</html>"),
    "no doctype": lambda body: body.removeprefix(b"<!DOCTYPE html>"),
    "a script beside the table": lambda body: body.replace(
        b"</table>", b"</table><script></script>"
    ),
    "no table": lambda body: b"<!doctype html><html></html>",
}


@pytest.mark.parametrize("change", WRONG_PAGES)
def test_wrong_pages_are_refused(change: str) -> None:
    """A page that differs in its rows, their order or their escaping is refused."""
    work = workload("html")
    request = work.requests(1)[0]
    wrong = Reply(200, WRONG_PAGES[change](page(FORTUNES)), HTML)
    assert work.check(request, wrong) is not None


@pytest.mark.parametrize(
    "vector", [v for v in VECTORS if v.answer is not None], ids=lambda v: v.name
)
def test_checks_agree_with_answers_written_by_hand(vector: Vector) -> None:
    """What a check reckons is what the contract says in figures."""
    request = Request("POST", vector.route, vector.body, vector.content_type)
    written = Reply(200, json.dumps(vector.answer).encode(), JSON)
    assert workload(vector.workload).check(request, written) is None


def test_the_way_of_escaping_is_free() -> None:
    """Template engines write a quotation mark in several ways, and space as they like."""
    work = workload("html")
    written = page(FORTUNES).replace(b"&#x27;", b"&#39;").replace(b"</tr>", b"</tr>\n ")
    assert b"&#39;" in written
    assert work.check(work.requests(1)[0], Reply(200, written, HTML)) is None


def test_rows_of_the_page_are_sorted_by_code_point() -> None:
    """The rows that were written down are in the order that the contract states."""
    messages = [message for _, message in FORTUNES]
    assert messages == sorted(messages)
    assert sorted(number for number, _ in FORTUNES) == list(range(13))


def test_scores_are_those_of_the_contract() -> None:
    """The formulas give the scores that were written down with them."""
    assert round(score([0.0] * 64), 6) == 0.515208
    assert round(score([1.0] * 64), 6) == 0.489993


def test_spacing_and_order_of_keys_are_free() -> None:
    """Frameworks may write the same value down in their own way."""
    work = workload("db-read")
    reply = Reply(200, b'{ "randomNumber": 1144,\n "id": 7}\n', JSON)
    assert work.check(Request("GET", "/db/7"), reply) is None


def test_formula_makes_the_agreed_rows() -> None:
    """The formula gives the count, the sum and the rows that the contract states."""
    numbers = [number(one) for one in range(1, ROWS + 1)]
    assert sum(numbers) == SUM
    assert (numbers[0], numbers[6], numbers[-1]) == (5762, 1144, 721)
    assert set(numbers) <= set(range(1, 10_001))


def test_chosen_ids_are_those_of_the_contract() -> None:
    """The seed names the agreed ids, all of them distinct."""
    assert chosen_ids(3, 2) == [5839, 568, 5297]
    assert len(set(chosen_ids(500, 12345))) == 500


def test_unknown_workload_names_the_nearest() -> None:
    """A name that does not exist is refused with a guess."""
    with pytest.raises(UsageError) as refused:
        workload("db-reed")
    assert "db-reed" in refused.value.message
    assert "db-read" in (refused.value.hint or "")


def test_workloads_are_light_to_load() -> None:
    """The generator's process loads them without any package from outside."""
    probe = (
        "import sys; before = set(sys.modules); import bench.workloads; "
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(new - sys.stdlib_module_names - {'bench'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "[]"


def test_heavy_prediction_is_the_small_network_item_by_item() -> None:
    """Plain Python, one item after another, finds no item above the one that NumPy found."""
    hidden, biases, last = weights()
    features = tuple((-1) ** k * k / 32 for k in range(FEATURES))

    def of_item(item: int) -> float:
        seen = [math.cos(item * math.sqrt(k + 2)) * x for k, x in enumerate(features)]
        units = [
            math.tanh(sum(w * x for w, x in zip(row, seen, strict=True)) + bias)
            for row, bias in zip(hidden, biases, strict=True)
        ]
        total = sum(w * unit for w, unit in zip(last, units, strict=True))
        return 1 / (1 + math.exp(-total))

    found = best(features)
    for item in found.items:
        assert of_item(item) == pytest.approx(found.score, abs=1e-9)
    assert all(of_item(item) < found.score for item in range(0, ITEMS, 97))


def test_what_one_seed_of_the_mix_writes_no_seed_reads() -> None:
    """Whoever asks before the load writes rows, too; every row that is read keeps its one right value."""
    written, read = set[int](), set[int]()
    for seed in (1, 7, 2026):
        for request in workload("mix").requests(seed):
            (written if request.path.startswith("/updates") else read).update(
                rows_of(request)
            )
    assert len(written) == 5 * 128
    assert len(read) > 1000
    assert not written & read
