"""
From short windows in random order to one value for each server and round.

Within a cycle the generator visits every server once, seconds apart. Taking
the cycle's median over the servers away removes what the machine did to all
of them; the median over the cycles forgets a cycle in which it changed speed.

Assumes: a server costs nothing while others are visited, and the order within
each cycle was drawn at random. Values are comparable within their round only.
Lies when: fewer than three cycles are left (a median of two forgets nothing).

Source: the idea of visiting alternately within seconds is that of randomised
multiple interleaved trials (A. Abedi and T. Brecht, 2017) with much shorter
windows; the reduction was chosen by simulating both on a recorded noise trace.
"""

import warnings

import numpy as np
import numpy.typing as npt


type Floats = npt.NDArray[np.float64]


def round_values(logs: Floats) -> Floats:
    """
    One log value for each server of a round, from its (cycles, servers) windows.

    NaN marks a window that is missing or void, and a server without any. The
    centre of a cycle is taken over the servers that have every cycle, so that
    a missing window cannot shift it; where there is none, over all present.
    """
    missing = np.isnan(logs)
    if logs.size and not missing.any():
        # The usual case, by the median that need not look for NaN: most of the
        # time of an analysis was spent here.
        centred = logs - np.median(logs, axis=1, keepdims=True)
        return np.asarray(np.median(centred, axis=0), dtype=np.float64)
    whole = ~missing.any(axis=0)
    anchors = logs[:, whole] if whole.any() else logs
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN slice", RuntimeWarning)
        centre = np.nanmedian(anchors, axis=1, keepdims=True)
        values = np.nanmedian(logs - centre, axis=0)
    return np.asarray(values, dtype=np.float64)
