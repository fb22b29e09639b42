"""A number with its thing."""


def plural(count: int, thing: str, several: str | None = None) -> str:
    """ "1 round", "12 rounds", "2 processes" with `several` of "processes"."""
    return f"{count:,} {thing if count == 1 else several or f'{thing}s'}"
