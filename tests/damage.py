"""Valid values with something wrong in them, for readers that must refuse it in a sentence."""

from copy import deepcopy
from datetime import UTC, date, datetime, time
from math import inf, isfinite, nan
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st


def few(examples: int) -> settings:
    """The same examples each time, everywhere; none is kept on disk."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )


TEXTS = (
    *("", " ", "nan", "../../x", "/etc/passwd", "a" * 3000, "[[", "a{99999999999}"),
    *("\x1b[31mred", "\u202eleft", "\u00e4\U0001f600", "<script>", "\x00", "\n\n"),
)
NUMBERS = (
    *(0, -1, 1, 7, 2**31, 2**63, -(10**30), 10**4000),
    *(0.5, 1e308, -1e308, 5e-324, nan, inf, -inf),
)
NESTS: tuple[Any, ...] = ([], {}, [[]], [{}], {"a": {"a": []}}, [1, "a"])
ODD: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([*TEXTS, *NUMBERS, True, False]),
    st.sampled_from(NESTS).map(deepcopy),
    st.text(max_size=4),
    st.integers(),
    st.floats(),
)
TIMES = (date(1, 1, 1), datetime(9999, 12, 31, tzinfo=UTC), time(23, 59, 59, 999999))
ODD_IN_TOML: st.SearchStrategy[Any] = st.one_of(ODD, st.sampled_from(TIMES))
"""What a TOML file may hold and a JSON file may not, too."""
HOWS = ("change", "change", "drop", "rename", "repeat", "wrap", "deepen", "copy")


def places(whole: Any) -> list[tuple[Any, Any]]:
    """Every key and index, however deep, each with what holds it."""
    held: list[tuple[Any, Any]] = []
    waiting = [whole]
    while waiting:
        holder = waiting.pop()
        for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
            held.append((holder, key))
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])
    return held


@st.composite
def damaged(draw: st.DrawFn, whole: Any, odd: st.SearchStrategy[Any] = ODD) -> Any:
    """The same value with one to three things wrong in it."""
    value = deepcopy(whole)
    for _ in range(draw(st.integers(1, 3))):
        spots = places(value)
        if not spots:
            break
        holder, key = draw(st.sampled_from(spots))
        other = draw(st.sampled_from(spots))
        _damage(draw, holder, key, deepcopy(other[0][other[1]]), odd)
    return value


def _damage(
    draw: st.DrawFn, holder: Any, key: Any, other: Any, odd: st.SearchStrategy[Any]
) -> None:
    match draw(st.sampled_from(HOWS)):
        case "drop":
            del holder[key]
        case "rename" if isinstance(holder, dict):
            holder[draw(st.sampled_from(TEXTS))] = holder.pop(key)
        case "repeat" if isinstance(holder, list):
            holder.insert(key, deepcopy(holder[key]))
        case "wrap":
            holder[key] = [holder[key]]
        case "deepen":
            for _ in range(80):
                holder[key] = [holder[key]]
        case "copy":
            holder[key] = other
        case _:
            holder[key] = draw(odd)


@st.composite
def bent(draw: st.DrawFn, whole: Any) -> Any:
    """The same value with one to three of its texts and numbers exchanged for others of their type."""
    value = deepcopy(whole)
    texts = [h[k] for h, k in places(value) if isinstance(h[k], str)]
    for _ in range(draw(st.integers(1, 3))):
        spots = [(h, k) for h, k in places(value) if not isinstance(h[k], dict | list)]
        holder, key = draw(st.sampled_from(spots))
        match holder[key]:
            case bool():
                holder[key] = not holder[key]
            case int():
                holder[key] = draw(st.integers(1, 64))
            case float():
                holder[key] = draw(st.floats(0.01, 1))
            case _:
                holder[key] = draw(st.sampled_from([*texts, *TEXTS]))
    return value


@st.composite
def torn(draw: st.DrawFn, text: str) -> str:
    """The same text with one to three lines lost, there twice, moved, cut in two or joined."""
    lines = text.splitlines(True)
    for _ in range(draw(st.integers(1, 3))):
        here = draw(st.integers(0, len(lines) - 1))
        there = draw(st.integers(0, len(lines) - 1))
        line = lines[here]
        match draw(st.sampled_from(("lose", "twice", "move", "cut", "join"))):
            case "lose":
                lines[here] = ""
            case "twice":
                lines.insert(there, line)
            case "move":
                lines.insert(there, lines.pop(here))
            case "cut":
                lines[here] = f"{line[: len(line) // 2]}\n{line[len(line) // 2 :]}"
            case _:
                lines[here] = line.rstrip("\n")
    return "".join(lines)


def finite(whole: Any) -> bool:
    """Whether every number in plain values is one that can be counted with."""
    return all(
        isfinite(holder[key])
        for holder, key in places(whole)
        if isinstance(holder[key], float)
    )


def toml(table: dict[str, Any]) -> str:
    """Plain values as a TOML file: the highest keys on lines of their own, all else inline."""
    return "".join(f"{_text(key)} = {_toml(value)}\n" for key, value in table.items())


def _toml(value: Any) -> str:
    match value:
        case dict():
            pairs = (f"{_text(key)} = {_toml(item)}" for key, item in value.items())
            return "{" + ", ".join(pairs) + "}"
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case date() | datetime() | time():
            return value.isoformat()
        case _:
            return repr(value)


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(map(_character, escaped)) + '"'


def _character(character: str) -> str:
    return (
        f"\\u{ord(character):04x}"
        if ord(character) < 0x20 or ord(character) == 0x7F
        else character
    )
