"""A number with its thing, or its sign."""


def plural(count: int, thing: str, several: str | None = None) -> str:
    """ "1 round", "12 rounds", "2 processes" with `several` of "processes"."""
    return f"{count:,} {thing if count == 1 else several or f'{thing}s'}"


def per_cent(share: float, digits: int = 0) -> str:
    """A share of 1 as per cent, with its space: 0.341 is "34 %"."""
    return f"{100 * share:.{digits}f} %"
