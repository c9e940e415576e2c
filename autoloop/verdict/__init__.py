"""Keep, discard or rerun from noisy benchmark runs: sequential, interleaved, relative to the incumbent.

See ``docs/verdict.md`` for the method and what was measured of it.
"""

from __future__ import annotations

from autoloop.verdict.calibration import Calibration, calibrate, detectable_effect, expected_runs
from autoloop.verdict.confirm import Confirmation, confirm
from autoloop.verdict.engine import Engine
from autoloop.verdict.session import SessionState, learnt_noise
from autoloop.verdict.terms import BASELINE, CANDIDATE, DISCARD, KEEP, RERUN, Config, Estimate, Noise, Verdict

__all__ = [
    "BASELINE",
    "CANDIDATE",
    "DISCARD",
    "KEEP",
    "RERUN",
    "Calibration",
    "Config",
    "Confirmation",
    "Engine",
    "Estimate",
    "Noise",
    "SessionState",
    "Verdict",
    "calibrate",
    "confirm",
    "detectable_effect",
    "expected_runs",
    "learnt_noise",
]
