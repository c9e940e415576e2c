"""Whether an idea was had before: likeness of descriptions, paths and diffs, and the advice that follows from it."""

from __future__ import annotations

from autoloop.similarity.advice import RELATED, SAME, Advice, Match, advise, later_wins, likeness
from autoloop.similarity.endings import FAILURES, Ending, ending, gain_of, last_evaluation, paths_of, percent, why
from autoloop.similarity.vectors import Texts
from autoloop.similarity.words import kinds

__all__ = [
    "FAILURES",
    "RELATED",
    "SAME",
    "Advice",
    "Ending",
    "Match",
    "Texts",
    "advise",
    "ending",
    "gain_of",
    "kinds",
    "last_evaluation",
    "later_wins",
    "likeness",
    "paths_of",
    "percent",
    "why",
]
