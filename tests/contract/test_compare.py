"""How findings of several targets are held beside each other."""

from bench.run.contract_result import ContractResult, compare


def test_equal_facts_are_the_same() -> None:
    """What two targets both show is one right finding."""
    shown = ContractResult("GET /db/7", True, "right", "200 x")
    (equality,) = compare({"a": [shown], "b": [shown]})
    assert equality.ok is True
    assert "200 x" in equality.detail


def test_different_facts_break_equality() -> None:
    """What must be equal and is not names who shows what."""
    comparisons = list(
        compare(
            {
                "a": [ContractResult("v", True, "", "200")],
                "b": [ContractResult("v", True, "", "422")],
            }
        )
    )
    assert [f.ok for f in comparisons] == [False]
    assert "200: a" in comparisons[0].detail
    assert "422: b" in comparisons[0].detail


def test_free_facts_are_recorded() -> None:
    """What may differ is shown and breaks nothing."""
    comparisons = list(
        compare(
            {
                "a": [ContractResult("size", None, "", "28", binding=False)],
                "b": [ContractResult("size", None, "", "31", binding=False)],
            }
        )
    )
    assert [f.ok for f in comparisons] == [None]


def test_lone_facts_are_not_compared() -> None:
    """A fact that one target alone shows says nothing about equality."""
    assert not list(compare({"a": [ContractResult("v", True, "", "1")], "b": []}))
