"""What a self-test found, and whether that is within its own limits."""

from dataclasses import dataclass


SURE = 0.995
"""The share of sound harnesses that stays within a simulated limit."""
SIMULATIONS = 2000
FOUND_AT_LEAST = 0.8
"""How often an injected slowdown must be found by CPU time, where the machine scatters so little that the rounds can."""
TELLS_AT_LEAST = 0.5
"""How often sound harnesses must find the largest slowdown at the scatter of a run, or the run tests nothing."""
SHOWS = 0.8
"""The share of an application's slowdown by which its server as a whole is slower, at least.

The rest is the server's own work. 0.85 was seen for ten per cent on a quiet machine."""


@dataclass(frozen=True, slots=True)
class SelfTestRow:
    """One line of a self-test's table."""

    what: str
    cases: int  # comparisons or simulated runs
    share: float  # of the cases that were called different, or that hold the truth
    low: float  # what is allowed
    high: float
    expected: str  # in words, with its source
    effect: str = ""  # how large the difference was seen to be
    judged: bool = True  # False: shown, without a limit

    @property
    def passed(self) -> bool:
        """Whether the share lies where it must."""
        return not self.judged or self.low <= self.share <= self.high


@dataclass(frozen=True, slots=True)
class SelfTestResult:
    """One self-test."""

    name: str
    question: str
    rows: tuple[SelfTestRow, ...]
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every row is within its limits."""
        return all(row.passed for row in self.rows)


def table(finding: SelfTestResult) -> list[str]:
    """The finding for a person."""
    lines = [finding.question]
    lines.append(f"{'':42} {'cases':>6} {'share':>7} {'allowed':>15}  ")
    for row in finding.rows:
        allowed = f"{row.low:.1%} to {row.high:.1%}" if row.judged else "-"
        verdict = "" if row.passed else "  FAILED"
        lines.append(
            f"{row.what:42} {row.cases:>6} {row.share:>7.1%} {allowed:>15}{verdict}  "
            + "; ".join(part for part in (row.effect, row.expected) if part)
        )
    return [*(line.rstrip() for line in lines), *finding.notes]
