"""
At which numbers of rounds one may look, and at which level.

Assumes: the looks were fixed before the first round, and every look uses the
same level (Pocock's constant with t quantiles). Then the chance that any of
the intervals misses the truth stays at 5 %, so that a run may be stopped at
any of its looks for any reason (repeated confidence intervals).

Lies when: somebody looks in between, or adds rounds after the last look. So
only the rounds up to a planned look are analysed.

Sources: S. J. Pocock, Group sequential methods, 1977; C. Jennison and
B. W. Turnbull, Repeated confidence intervals, 1984. The constants were
calibrated by simulation (40 000 runs of normal data for each schedule).
"""

from collections.abc import Sequence


OVERALL = 0.05
"""How often any of a run's intervals may miss, over all its looks."""

CALIBRATED = {
    (6, 9, 12, 16, 20): 0.0158,
    (7, 14): 0.0277,
    (10, 20): 0.0284,
    (7, 10, 14, 20, 28): 0.0151,
    (10, 14, 20): 0.0233,
}
"""Two-sided error of each look that adds up to OVERALL, by schedule."""


def level(looks: Sequence[int]) -> float:
    """
    The two-sided level of each look's interval, 0.95 if there is only one.

    A schedule that was not calibrated takes the constant of one that contains
    it (fewer looks err less), else the Bonferroni share, which is always safe.
    """
    schedule = set(looks)
    if not schedule:
        raise ValueError("a run needs at least one look")
    if len(schedule) == 1:
        return 1 - OVERALL
    shares = [
        share
        for calibrated, share in CALIBRATED.items()
        if schedule.issubset(calibrated)
    ]
    return 1 - max([*shares, OVERALL / len(schedule)])


def reached(looks: Sequence[int], rounds_done: int) -> int | None:
    """The last look that so many rounds have reached, or None."""
    return max((look for look in looks if look <= rounds_done), default=None)
