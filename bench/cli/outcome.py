"""What a run came to, for programs: `bench run --json`."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.analyse.missing import missing
from bench.report.json_file import read_results
from bench.store.folder import read
from bench.store.untrusted_input import read_plain


def outcome(folder: Path, page: Path, complete: bool) -> dict[str, Any]:
    """The run's places, what it lacks, its verdicts and the ratios that may decide; results.json has the rest."""
    run = read(folder)
    path = page.with_name("results.json")
    results = read_results(read_plain(path).decode("utf-8"))
    return {
        "run": run.record.id,
        "complete": complete,
        "rounds": len(run.complete_rounds),
        "windows": len(run.windows),
        "missing": [asdict(one) for one in missing(run)] if complete else [],
        "page": str(page.resolve()),
        "results": str(path.resolve()),
        "no_verdicts_because": results.no_verdicts_because,
        "verdicts": [
            {"claim": each.claim.id, "outcome": each.outcome.value}
            for each in results.verdicts
        ],
        "comparisons": [
            {
                "subject": each.subject,
                "baseline": each.baseline,
                "workload": each.workload,
                "metric": each.metric,
                "advantage": each.advantage.point,
                "low": each.advantage.low,
                "high": each.advantage.high,
                "level": each.advantage.level,
            }
            for each in results.comparisons
            if each.advantage is not None and each.void is None
        ],
    }
