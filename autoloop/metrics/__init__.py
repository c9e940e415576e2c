"""Numbers out of a run's output: one sample of each metric, with its unit, or an error that says what was there.

Nothing here opens a file or starts anything; output comes as bytes and is read once, in bounded memory.
"""

from __future__ import annotations

from autoloop.metrics.choose import comparable
from autoloop.metrics.model import RESULT_FILE, ProcessUsage, Reading, Spec
from autoloop.metrics.names import Direction, direction_of, is_clocked, is_time_like
from autoloop.metrics.reading import read
from autoloop.metrics.registry import formats, result_globs

__all__ = [
    "RESULT_FILE",
    "Direction",
    "ProcessUsage",
    "Reading",
    "Spec",
    "comparable",
    "direction_of",
    "formats",
    "is_clocked",
    "is_time_like",
    "read",
    "result_globs",
]
