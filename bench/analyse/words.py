"""How analysis writes a share."""


def per_cent(share: float, digits: int = 0) -> str:
    """A share of 1 as per cent, with its space: 0.341 is "34 %"."""
    return f"{100 * share:.{digits}f} %"
