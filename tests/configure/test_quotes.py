"""What the claims quote is what the article says."""

import tomllib

from bench.configure.claims import load_claims
from bench.configure.tables import DEFINITIONS
from bench.model.verdict import Claim


def passages() -> dict[str, list[str]]:
    """The kept passages by the place where they stand."""
    text = (DEFINITIONS / "quotes.toml").read_text(encoding="utf-8")
    return {
        passage["where"]: passage["words"] for passage in tomllib.loads(text)["passage"]
    }


def quoted(claim: Claim) -> list[tuple[str, str]]:
    """All that a claim quotes, each with the place where it stands."""
    further = [
        (further_quote.quote, further_quote.where) for further_quote in claim.also
    ]
    return [(claim.quote, claim.where), *further]


def test_every_quote_stands_where_its_claim_says() -> None:
    """A claim on words that nobody wrote would be a straw man."""
    kept = passages()
    for claim in load_claims():
        for quote, where in quoted(claim):
            words = kept.get(where, [])
            assert any(quote in passage for passage in words), (
                f"{claim.id}: {quote!r} is not among the passages of {where!r}; "
                "look it up in the article and add it to definitions/quotes.toml"
            )


def test_only_short_passages_are_kept() -> None:
    """The article's licence is unknown: quotes, not the text, and with their source."""
    text = (DEFINITIONS / "quotes.toml").read_text(encoding="utf-8")
    assert "Choosing between Django, Flask, and FastAPI" in text
    assert "licence is not known" in text
    for words in passages().values():
        assert all(len(passage) <= 200 for passage in words)


def test_no_passage_is_kept_for_nothing() -> None:
    """What no claim quotes any more is not ours to keep."""
    quotes = [quote_at for claim in load_claims() for quote_at in quoted(claim)]
    for where, words in passages().items():
        own = [quote for quote, place in quotes if place == where]
        assert all(any(quote in passage for quote in own) for passage in words), where
