"""
Percentile curves as HdrHistogram writes them, for whoever plots with other tools.

A file for each target, workload and open load, percentiles/<...>.hgrm: value,
percentile, count, 1/(1-percentile). Values are those of the page's curve: each
round's own percentile, then the geometric mean of the rounds; a percentile
beyond which a round has no request is left out.

Format: "HistogramLogProcessor" percentile output of HdrHistogram (hdrhistogram.org).
"""

import re
from collections.abc import Mapping

from bench.model.results import Curve, Results
from bench.report.clean import one_line


FOLDER = "percentiles"
LONGEST_NAME = 200
"""Characters; a file system takes 255 bytes."""
HEADER = "       Value     Percentile TotalCount 1/(1-Percentile)"


def percentile_files(results: Results) -> Mapping[str, str]:
    """Every curve by its path below the report's folder; empty without open loops."""
    return {
        f"{FOLDER}/{file_name(curve)}": hgrm(curve, results.run_id)
        for curve in results.curves
    }


def file_name(curve: Curve) -> str:
    """Load, workload and target, fit for every file system."""
    name = f"{curve.load}-{curve.workload}-{curve.target}".lower()
    return re.sub(r"[^a-z0-9.+-]+", "_", name)[:LONGEST_NAME] + ".hgrm"


def hgrm(curve: Curve, run_id: str) -> str:
    """One curve; comments begin with #, as plotters expect."""
    # A name may come from elsewhere; a line break in it would be a row.
    about = one_line(
        f"{curve.target}, {curve.workload}, {curve.load}, run {run_id}", 500
    )
    total = curve.points[0].beyond if curve.points else 0
    lines = [
        f"#[{about}]",
        f"#[milliseconds from the intended send; geometric mean over {curve.rounds} rounds of each round's own percentile]",
        HEADER,
        "",
    ]
    lines += [
        f"{point.middle_ms:12.6f} {point.level:.12f} {total - point.beyond:10d} {1 / (1 - point.level):14.2f}"
        for point in curve.points
    ]
    lines.append(f"#[Total count of the round with fewest = {total:12d}]")
    return "\n".join(lines) + "\n"
