"""The section on models: in the page when it was played, with its numbers and its reasons."""

from bench.report.json_file import read_results, results_json
from tests.report.pages import page_of
from tests.report.served import served


def test_the_section_holds_both_tails_of_every_set_up() -> None:
    """Alone, beside, and how many times as long, the known mistake with its reason."""
    page = page_of("served")
    assert 'id="models"' in page and 'href="#models"' in page
    assert "Cheap requests while a model computes" in page
    assert "FastAPI, blocking in async def" in page
    assert "48 to 52 a second" in page
    assert "Numbers behind this chart" in page.split('id="models"')[1]


def test_a_run_that_did_not_play_it_has_no_section() -> None:
    """Neither a heading nor a link to nowhere; the claim's card says what to run."""
    page = page_of("normal")
    assert 'id="models"' not in page and 'href="#models"' not in page


def test_windows_that_do_not_count_leave_words_and_no_chart() -> None:
    """Never a chart of nothing."""
    page = page_of("served_void")
    section = page.split('id="models"')[1].split("</section>")[0]
    assert "no window of it counts" in section
    assert "<svg" not in section


def test_results_come_back_from_their_json() -> None:
    """What the page is made from is in results.json without loss."""
    made = served()
    assert read_results(results_json(made)).found == made.found
