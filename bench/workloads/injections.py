"""
Strings that change what a query means where it is glued together from text.

Whether they bite at all is tried first, on a query that is glued together on
purpose: a corpus without teeth would let everybody pass.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from bench.model.exchange import Request


STRINGS: Sequence[str] = (
    "' OR '1'='1",
    "' OR 1=1 --",
    "x' OR 'a' LIKE '%",
    "' UNION SELECT id, randomnumber::text FROM world --",
    "' UNION SELECT usesysid::int, usename::text FROM pg_user --",
    "' UNION SELECT 1, version() --",
    "'; DELETE FROM fortune; --",
    "'; DROP TABLE fortune; --",
    "'; UPDATE world SET randomnumber = 0; --",
    "'; INSERT INTO fortune VALUES (99, 'planted'); --",
    "'; TRUNCATE world; --",
    "'; CREATE TABLE planted (id integer); --",
    "' || (SELECT message FROM fortune WHERE id = 7) || '",
    "' OR id IN (SELECT id FROM fortune) --",
    "' OR message > '",
    "' OR EXISTS (SELECT 1 FROM world) /*",
    "' /**/OR/**/ 2>1 --",
    "\\' OR 1=1 --",
    "1 OR 1=1",
    "1; DELETE FROM world",
    "1) OR (1=1",
    "1 UNION SELECT id, randomnumber FROM world",
    "0 OR id BETWEEN 1 AND 50",
    "(SELECT 7)",
    "7::text",
    "$$ OR 1=1 $$",
    "%' OR '%'='",
    "%27 OR 1=1 --",
    "\u02bc OR 1=1 --",
    '" OR ""="',
)

GLUED: Sequence[str] = (
    "SELECT id, message FROM fortune WHERE message = '{}'",
    "SELECT id, randomnumber FROM world WHERE id = {}",
)
"""What a careless program would send; only ever sent by the harness itself."""


def into_numbers(text: str) -> Iterator[Request]:
    """The string wherever the contract's database routes take a number."""
    raw = quote(text, safe="")
    yield Request("GET", f"/db/{raw}")
    yield Request("GET", f"/db/7{raw}")
    yield Request("GET", f"/queries?n={raw}&seed=1")
    yield Request("GET", f"/queries?n=1&seed={raw}")
    yield Request("GET", f"/worlds?start={raw}&limit=5")
    yield Request("GET", f"/worlds?start=1&limit={raw}")
    yield Request("POST", f"/updates?n={raw}&seed=1")
    yield Request("POST", f"/updates?n=1&seed={raw}")


def into_text(text: str) -> Request:
    """The string as a value that a query compares rows with."""
    return Request("GET", f"/fortunes?message={quote(text, safe='')}")
