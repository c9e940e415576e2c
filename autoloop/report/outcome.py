"""Why an experiment ended as it did, in one word: what its mark in the charts says."""

from __future__ import annotations

from autoloop.model import Experiment
from autoloop.reported import Outcome

WORDS: dict[Outcome, str] = {
    "kept": "kept",
    "discarded": "no gain",
    "uncertain": "undecided",
    "guardrail": "guardrail failed",
    "scope": "out of scope",
    "crashed": "crashed",
    "open": "open",
}
"""The outcomes in the order of a legend, and what they are called there."""

_PLACES = {"out_of_scope", "harness_changed"}


def outcome_of(experiment: Experiment) -> Outcome:
    """The outcome; a discard is told apart by what stood against it."""
    found = experiment.evaluation
    if experiment.status == "kept":
        return "kept"
    if experiment.status in {"crashed", "open"}:
        return "crashed" if experiment.status == "crashed" else "open"
    codes = found.failures if found else ()
    if _PLACES.intersection(codes):
        return "scope"
    if "guardrail_failed" in codes:
        return "guardrail"
    return "uncertain" if found is not None and found.decision == "rerun" else "discarded"
