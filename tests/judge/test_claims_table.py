"""The table of claims, and how it refuses what is wrong in it."""

import re
from pathlib import Path

import pytest

from bench.analyse.metrics import COMPARED
from bench.configure.claims import load_claims
from bench.errors import UsageError
from bench.model.verdict import Quote


FRAMEWORKS = ("django", "flask", "fastapi")
GOOD = """
[[claim]]
id = "order"
quote = "leads"
where = "there"
reading = "more of it"
metric = "throughput"
subjects = ["fastapi"]
baselines = ["flask"]
workloads = ["hello"]
margin = 0.05
why = "because"
"""


def load(tmp_path: Path, text: str) -> str:
    """Load a table; what was refused and the hint, or 'fine'."""
    path = tmp_path / "claims.toml"
    path.write_text(text, encoding="utf-8")
    try:
        load_claims(path, FRAMEWORKS, ("hello", "validate"))
    except UsageError as error:
        assert "claims.toml" in error.message
        return f"{error.message} | {error.hint}"
    return "fine"


def test_the_table_of_the_project_loads() -> None:
    """Every framework and workload that it names exists."""
    claims = {claim.id: claim for claim in load_claims(frameworks=FRAMEWORKS)}
    first = claims["order-fastapi-first"]
    assert first.baselines == ("flask", "django") and first.margin == 0.05
    for name in ("order-fastapi-first", "order-flask-second", "order-django-last"):
        order = claims[name]
        assert (order.metric, order.other_metrics) == ("throughput", ("cpu",))
        assert (order.also_on, order.without_layer) == (
            ("db-write", "mix"),
            ("db-read",),
        )
        assert order.why and order.strict and order.caveats


def test_one_sentence_is_one_claim() -> None:
    """No words are quoted twice, neither by one claim nor by two."""
    quotes = [
        (words, where)
        for claim in load_claims(frameworks=FRAMEWORKS)
        for words, where in (
            (claim.quote, claim.where),
            *((each.quote, each.where) for each in claim.also),
        )
    ]
    assert len(set(quotes)) == len(quotes)


def test_words_without_a_unit_are_named_not_measurable_wherever_they_stand() -> None:
    """Ease and flexibility: only counted beside, not measurable, or left out in the scope."""
    for claim in load_claims(frameworks=FRAMEWORKS):
        words = " ".join([claim.quote, *(each.quote for each in claim.also)])
        if re.search(r"\b(eas(y|iest)|flexible|effortlessly)\b", words):
            proxy = claim.counts and not claim.subjects
            left_out = "not measurable" in claim.scope
            assert proxy or left_out or claim.not_measurable, claim.id


def test_every_claim_is_measured_or_says_why_not() -> None:
    """No claim without a metric, a probe, counts or a reason; and none with two of them."""
    claims = load_claims(frameworks=FRAMEWORKS)
    for claim in claims:
        ways = [claim.metric, claim.probe, claim.counts, claim.rule]
        reasons = [claim.not_tested, claim.not_measurable]
        assert sum(map(bool, [*ways, *reasons])) == 1, claim.id
    assert sum(claim.not_measurable is not None for claim in claims) == 10


def test_every_metric_that_a_claim_may_name_is_compared() -> None:
    """A claim on a metric without ratios could never be judged."""
    compared = {measure.metric.name for measure in COMPARED}
    assert {claim.metric for claim in load_claims(frameworks=FRAMEWORKS)} <= {
        *compared,
        "",
    }


def test_a_good_table_is_fine(tmp_path: Path) -> None:
    """The refusals below are about what they change in it."""
    assert load(tmp_path, GOOD) == "fine"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('["hello"]', '["helo"]', "claim 'order': no workload named 'helo' | did you mean 'hello'? there are: hello, validate"),
        ('["flask"]', '["flaks"]', "claim 'order': no framework named 'flaks' | did you mean 'flask'?"),
        ('["flask"]', '["fastapi"]', "claim 'order': fastapi cannot lead itself"),
        ('"throughput"', '"speed"', "claim 'order': metric: input should be 'throughput', 'cpu' or 'memory'"),
        ("margin = 0.05", "margin = 5", "claim 'order': margin: input should be less than or equal to 1"),
        ("margin = 0.05", "margins = 0.05", "claim 'order': "),
        ('why = "because"', 'why = "because"\ncaveat = "x"', "'caveat' is not a key of such a claim; its keys are id, quote, where, also, reading, why, subjects"),
        ('quote = "leads"', 'quote = ""', "claim 'order': quote: "),
        ('where = "there"', 'where = "there"\nalso = ["first"]', "claim 'order': also.0: "),
        ('where = "there"', 'where = "there"\nalso = [{ quote = "first" }]', "claim 'order': also.0.where: field required"),
        ('where = "there"', 'where = "there"\nalso = [{ quote = "", where = "there" }]', "claim 'order': also.0.quote: "),
        ('where = "there"', 'where = "there"\nalso = [{ quote = "leads", where = "there" }]', "claim 'order': it quotes 'leads' twice"),
        ('id = "order"', "", "claim number 1: id: field required"),
        ('why = "because"', 'why = "because"\nother_metrics = ["throughput"]', "other_metrics names throughput, which is its metric"),
        ('why = "because"', 'why = "because"\nalso_on = ["helo"]', "no workload named 'helo'"),
        ('why = "because"', 'why = "because"\nnot_measurable = "x"', "is not a key of such a claim; its keys are id, quote, where, also, not_measurable"),
        ("[[claim]]", "[[claims]]", "claim"),
        ('quote = "leads"', 'quote = "leads', "not a TOML file"),
    ],
)  # fmt: skip
def test_a_fault_is_refused_by_name(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    """File, claim and key, and what exists instead."""
    assert old in GOOD
    assert says in load(tmp_path, GOOD.replace(old, new))


PROBED = """
[[claim]]
id = "safe"
quote = "safe"
where = "there"
reading = "it refuses"
probe = "csrf"
subjects = ["django"]
why = "because"
"""
COUNTED = """
[[claim]]
id = "many"
quote = "many"
where = "there"
reading = "it needs more"
counts = ["packages_all"]
subjects = ["flask"]
baselines = ["django"]
why = "because"
"""


MORE = """
[[claim]]
id = "more"
quote = "more"
where = "there"
not_measurable = "nobody can"
"""
NOT_MEASURABLE = """
[[claim]]
id = "most"
quote = "most"
where = "there"
not_measurable = "nobody can"
"""


@pytest.mark.parametrize("good", [GOOD, PROBED, COUNTED, NOT_MEASURABLE])
def test_every_kind_of_claim_may_have_further_words(tmp_path: Path, good: str) -> None:
    """In their order, each with its place; without the key there are none."""
    further = """where = "there"
also = [{ quote = "first", where = "there" }, { quote = "ahead", where = "below" }]"""
    path = tmp_path / "claims.toml"
    path.write_text(good.replace('where = "there"', further) + MORE, encoding="utf-8")

    with_them, without = load_claims(path, FRAMEWORKS, ("hello", "validate"))

    assert with_them.also == (Quote("first", "there"), Quote("ahead", "below"))
    assert without.also == ()


@pytest.mark.parametrize("good", [PROBED, COUNTED])
def test_a_claim_without_trials_is_fine(tmp_path: Path, good: str) -> None:
    """What is probed or counted needs no metric, workload or margin."""
    assert load(tmp_path, good) == "fine"


@pytest.mark.parametrize(
    ("good", "old", "new", "says"),
    [
        (PROBED, '"csrf"', '"crsf"', "claim 'safe': no probe named 'crsf' | did you mean 'csrf'?"),
        (PROBED, '["django"]', '["rails"]', "claim 'safe': no framework named 'rails'"),
        (PROBED, 'why = "because"', 'margin = 0.1', "claim 'safe': "),
        (PROBED, '"csrf"', '"resource"', "fine"),
        (PROBED, 'why = "because"', 'why = "because"\nstrict_probe = "crsf"\nstrict = "to the letter"', "no probe named 'crsf'"),
        (PROBED, 'why = "because"', 'why = "because"\nstrict_probe = "csrf"', "no words for the stricter reading"),
        (PROBED, 'why = "because"', 'why = "because"\nshows = "layers"', "it shows what layers finds, and does not say of whom"),
        (COUNTED, '"packages_all"', '"pakages_all"', "no count named 'pakages_all' | did you mean 'packages_all'?"),
        (COUNTED, 'baselines = ["django"]', "", "counts compare subjects with baselines"),
        (COUNTED, '["django"]', '["flask"]', "flask cannot lead itself"),
    ],
)  # fmt: skip
def test_a_fault_in_a_claim_without_trials_is_refused(
    tmp_path: Path, good: str, old: str, new: str, says: str
) -> None:
    """The same way as in the others."""
    assert old in good
    assert says in load(tmp_path, good.replace(old, new))


def test_two_claims_of_one_name_are_refused(tmp_path: Path) -> None:
    """The name is an address on the page."""
    assert "two claims are named 'order'" in load(tmp_path, GOOD + GOOD)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(UsageError, match=r"nowhere\.toml"):
        load_claims(tmp_path / "nowhere.toml", FRAMEWORKS, ("hello",))
