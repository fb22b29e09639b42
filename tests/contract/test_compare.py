"""How findings of several targets are held beside each other."""

from bench.run.contract_result import ContractResult, compare


def test_equal_facts_are_the_same() -> None:
    """What two targets both show is one right finding."""
    one = ContractResult("GET /db/7", True, "right", "200 x")
    (found,) = compare({"a": [one], "b": [one]})
    assert found.ok is True
    assert "200 x" in found.detail


def test_different_facts_break_equality() -> None:
    """What must be equal and is not names who shows what."""
    found = list(
        compare(
            {
                "a": [ContractResult("v", True, "", "200")],
                "b": [ContractResult("v", True, "", "422")],
            }
        )
    )
    assert [f.ok for f in found] == [False]
    assert "200: a" in found[0].detail
    assert "422: b" in found[0].detail


def test_free_facts_are_recorded() -> None:
    """What may differ is shown and breaks nothing."""
    found = list(
        compare(
            {
                "a": [ContractResult("size", None, "", "28", binding=False)],
                "b": [ContractResult("size", None, "", "31", binding=False)],
            }
        )
    )
    assert [f.ok for f in found] == [None]


def test_lone_facts_are_not_compared() -> None:
    """A fact that one target alone shows says nothing about equality."""
    assert not list(compare({"a": [ContractResult("v", True, "", "1")], "b": []}))
