"""From a run to numbers with their doubts; a pure function of what was stored."""
