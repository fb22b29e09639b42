"""From numbers to verdicts on claims, by rules that were fixed before the run."""
