"""The files of a report: without loss, whole, and the same each time."""

import csv
import hashlib
import io
import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from bench.errors import UsageError
from bench.model.results import StoredFile
from bench.report.json_file import read_results, results_json
from bench.report.number_files import ROUND_COLUMNS, results_csv
from bench.report.page import report_page
from bench.report.summary import summary_md
from bench.report.write import write_report
from bench.wording.worded import worded
from tests.report.builders import DJANGO, FASTAPI, FLASK
from tests.report.pages import made, written
from tests.report.probed import HOSTILE
from tests.report.states import STATES, hostile, normal


@pytest.mark.parametrize("state", STATES)
def test_results_survive_the_round_trip(state: str) -> None:
    """What is read back equals what was written, infinite bounds included."""
    results = made(state)

    assert read_results(results_json(results)) == worded(results)


def test_a_claim_of_before_there_were_further_words_has_none() -> None:
    """Published results are read as they stand."""
    older = json.loads(results_json(made("probed")))
    assert any(verdict["claim"].pop("also") for verdict in older["verdicts"])

    read = read_results(json.dumps(older))

    assert all(verdict.claim.also == () for verdict in read.verdicts)


def test_results_of_before_there_were_groups_are_read_and_keep_their_sentences() -> (
    None
):
    """A file of an older version, stored as it was written: judged by no rule of now."""
    stored = Path(__file__).with_name("data") / "results-before-groups.json"
    text = stored.read_text("utf-8")
    by_claim = {
        verdict["claim"]["id"]: verdict for verdict in json.loads(text)["verdicts"]
    }

    read = read_results(text)

    assert len(read.verdicts) == len(by_claim) == 6
    for verdict in worded(read).verdicts:
        stored_verdict = by_claim[verdict.claim.id]
        assert (verdict.outcome.value, verdict.because) == (
            stored_verdict["outcome"],
            stored_verdict["because"],
        )
        assert verdict.groups == () and verdict.strict is None
        assert [f.value for f in verdict.findings] == [
            f["value"] for f in stored_verdict["findings"]
        ]
    assert by_claim["order-fastapi-first"]["because"].split(":")[0] in summary_md(
        read
    ).replace("\\", "")
    assert 'id="claim-order-fastapi-first"' in report_page(read).html


def test_an_unknown_schema_is_refused_by_its_number() -> None:
    """A file of another format is not guessed at."""
    text = results_json(replace(normal(), schema=99))

    with pytest.raises(UsageError, match="schema 99"):
        read_results(text)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": 1}'])
def test_a_broken_file_is_refused(text: str) -> None:
    """Half a file is not half a result."""
    with pytest.raises(UsageError, match=r"results\.json"):
        read_results(text)


def test_the_order_of_mappings_does_not_show() -> None:
    """Equal results give equal bytes, however their mappings were filled."""
    results = normal()
    turned = replace(results, harness=dict(reversed(list(results.harness.items()))))

    assert results_json(turned) == results_json(results)


def test_the_table_holds_every_quantity_and_comparison() -> None:
    """One row each, unrounded."""
    results = normal()
    rows = list(csv.DictReader(io.StringIO(results_csv(results))))
    first = results.quantities[0].estimate

    assert len(rows) == len(results.quantities) + len(results.comparisons)
    assert first is not None
    assert float(rows[0]["point_in_unit"]) == first.point


def test_a_reason_cannot_become_a_formula() -> None:
    """Spreadsheets run cells that begin with an equals sign."""
    results = normal()
    evil = replace(results.quantities[0], estimate=None, reason="=1+1")
    text = results_csv(replace(results, quantities=(evil,)))

    assert ",'=1+1," in text


@pytest.mark.parametrize("state", ["normal", "hostile", "nothing"])
def test_the_same_results_give_the_same_bytes(state: str, tmp_path: Path) -> None:
    """No clock, no random id, no order of a set gets into a file."""
    first = write_report(STATES[state](), tmp_path / "one")
    second = write_report(STATES[state](), tmp_path / "two")

    assert [path.name for path in first] == [path.name for path in second]
    for path, other in zip(first, second, strict=True):
        assert path.read_bytes() == other.read_bytes()


def test_a_report_leaves_only_its_own_files(tmp_path: Path) -> None:
    """Files are written beside and renamed; nothing stays beside."""
    write_report(hostile(), tmp_path)

    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        *("report.html", "summary.md", "results.json", "results.csv"),
        *("rounds.parquet", "SHA256SUMS", "charts", "answer.svg", "answer-dark.svg"),
    }


@pytest.mark.parametrize("state", STATES)
def test_every_chart_has_its_own_table(state: str) -> None:
    """One CSV for each figure of the page, linked beneath it, and no other."""
    html = (written(state) / "report.html").read_text(encoding="utf-8")
    files = {path.name for path in (written(state) / "charts").glob("*")}

    assert set(re.findall(r'href="charts/([^"]+)"', html)) == files
    assert len(files) == html.count("<figure>")


def test_a_charts_table_holds_what_was_drawn() -> None:
    """Unrounded, round by round, as in results.json."""
    results = made("normal")
    text = (written("normal") / "charts" / "rate-hello.csv").read_text(encoding="utf-8")
    rows = {row["subject"]: row for row in csv.DictReader(io.StringIO(text))}
    quantities = [
        quantity
        for quantity in results.quantities
        if (quantity.workload, quantity.metric) == ("hello", "throughput")
        and quantity.target in {DJANGO.id, FLASK.id, FASTAPI.id}
    ]

    assert set(rows) == {quantity.target for quantity in quantities}
    for quantity in quantities:
        assert quantity.estimate is not None
        assert float(rows[quantity.target]["low_in_unit"]) == quantity.estimate.low
        read = [
            float(number) for number in rows[quantity.target]["rounds_in_unit"].split()
        ]
        assert read == list(quantity.rounds)


def test_a_chart_that_is_gone_takes_its_table_with_it(tmp_path: Path) -> None:
    """A run judged again by other claims keeps no table of the old page."""
    write_report(normal(), tmp_path)
    write_report(replace(normal(), verdicts=()), tmp_path)

    assert not list((tmp_path / "charts").glob("forest-*"))


def test_the_answers_chart_is_a_picture_of_its_own() -> None:
    """Whole without the page: its colours written out, those of the dark in the dark."""
    light, dark = (
        (written("normal") / name).read_text(encoding="utf-8")
        for name in ("answer.svg", "answer-dark.svg")
    )

    for text, look in ((light, 0), (dark, 1)):
        root = ElementTree.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "class=" not in text and "var(" not in text
        for framework in made("normal").frameworks[:3]:
            colours = (framework.look.light, framework.look.dark)
            assert colours[look] in text and colours[1 - look] not in text
    assert not (written("nothing") / "answer.svg").exists()


@pytest.mark.parametrize("state", STATES)
def test_parquet_holds_every_round(state: str) -> None:
    """One row for each round of each number; what was not measured is missing."""
    results = made(state)
    table = pd.read_parquet(written(state) / "rounds.parquet")
    values = [value for quantity in results.quantities for value in quantity.rounds]
    values += [
        value for comparison in results.comparisons for value in comparison.rounds
    ]

    assert list(table.columns) == list(ROUND_COLUMNS)
    assert len(table) == len(values)
    for read, value in zip(table["value"].tolist(), values, strict=True):
        assert pd.isna(read) if value is None else read == value


def test_the_checksums_are_those_of_the_raw_files(tmp_path: Path) -> None:
    """What sha256sum reads; a changed file is found."""
    for name in ("run.json", "samples.npz"):
        (tmp_path / name).write_text(name)
    files = tuple(
        StoredFile(name, 1, hashlib.sha256(name.encode()).hexdigest())
        for name in ("run.json", "samples.npz")
    )
    write_report(replace(normal(), files=files), tmp_path)
    asked = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]

    assert subprocess.run(asked, cwd=tmp_path, check=False).returncode == 0
    (tmp_path / "samples.npz").write_text("changed")
    again = subprocess.run(asked, cwd=tmp_path, check=False, capture_output=True)
    assert again.returncode == 1


def test_a_stored_run_renders_again_to_the_same_page(tmp_path: Path) -> None:
    """The page is a function of results.json alone."""
    stored = (written("normal") / "results.json").read_text(encoding="utf-8")
    write_report(read_results(stored), tmp_path)

    page, two = (folder / "report.html" for folder in (written("normal"), tmp_path))
    assert page.read_bytes() == two.read_bytes()


def test_hostile_text_is_kept_as_it_was_in_json() -> None:
    """The data file is evidence: nothing is cleaned in it."""
    failures = json.loads(results_json(hostile()))["failures"]

    assert failures[0]["message"] == HOSTILE
