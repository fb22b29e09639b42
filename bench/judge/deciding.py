"""Which comparison a verdict hangs on."""

from math import inf

from bench.model.verdict import Label, Outcome, Part


_WORST_FIRST = (Label.REVERSED, Label.TIE, Label.NOT_MATERIAL)


def order(part: Part, outcome: Outcome) -> tuple[int, float]:
    """
    A key that sorts what a verdict of that outcome hangs on to the front.

    Where it is refuted, what refutes hardest: by its label, then by the better
    end of its interval. Else the part whose worse end is nearest to the line.
    """
    estimate = part.comparison.advantage
    if outcome is Outcome.REFUTED:
        label = _WORST_FIRST.index(part.label or Label.TIE)
        return label, estimate.high if estimate else inf
    return 0, estimate.low if estimate else 0.0
