"""
The nouns. Frozen dataclasses, no input or output, no clock.

Framework   what is on trial, or the bare floor: a folder in apps/ and a table
Target      framework @ version / deployment: one server command, one concurrency model
Workload    work that all targets must do alike: requests and a check
Load        how hard: closed (clients) or open (rate)
Profile     a named bundle of rounds, windows, targets and workloads
Cell        target x workload x load
Plan        all cells, seed and bounds, complete before anything starts
Round       every cell once, servers started afresh; the only statistical unit
Window      one short visit of the generator to one cell; the unit of storage
Trial       all windows of one cell in one round: a result or a failure, never a gap
Run         one folder: plan, machine, versions, windows
History     what runs of all days showed: ratios to the floor and instructions, by machine
Warning     one of a closed list of reasons to doubt, each with its remedy
Estimate    point, interval, level and n; no number travels bare
Comparison  subject over baseline, a ratio from paired rounds
Claim       a sentence of the article made checkable
Verdict     its outcome and its because
Probe       a question about behaviour, not timed, with a case for each framework
Exhibits    what was probed and counted at one time: the evidence beside the trials
"""
