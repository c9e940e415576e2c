"""What a history of experiments teaches: insights, the page that tells them, and its place in the user's file. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from autoloop.learn import findings, outlook, patterns
from autoloop.learn.hints import hints
from autoloop.learn.merge import BEGIN, END, merge
from autoloop.learn.page import digest, markdown
from autoloop.learn.terms import (
    Claim,
    Failures,
    Finding,
    Idea,
    Insights,
    Repeat,
    Revisit,
    Tally,
    Track,
    WatchOut,
)
from autoloop.model import Experiment, Session

__all__ = [
    "BEGIN",
    "END",
    "Claim",
    "Failures",
    "Finding",
    "Idea",
    "Insights",
    "Repeat",
    "Revisit",
    "Tally",
    "Track",
    "WatchOut",
    "digest",
    "hints",
    "insights",
    "markdown",
    "merge",
]


def insights(experiments: Sequence[Experiment], sessions: Sequence[Session], ideas: Sequence[str] = ()) -> Insights:
    """What the experiments teach.

    Args:
        experiments: in any order; open ones are only counted.
        sessions: their sessions; others are passed over.
        ideas: the user's backlog, one idea each.
    """
    ordered = sorted(experiments, key=lambda experiment: experiment.id)
    closed = [experiment for experiment in ordered if experiment.status != "open"]
    claims = findings.claims(ordered, sessions)
    files, kinds = patterns.by_file(closed), patterns.by_kind(closed)
    repeats = patterns.repeats(closed)
    tried_again = {repeat.earlier for repeat in repeats}
    seconds = outlook.revisit(closed, tried_again)
    known = (*outlook.open_ends(closed, tried_again), *outlook.backlog(ideas, closed))
    return Insights(
        tally=findings.tally(ordered),
        claims=claims,
        helped=findings.helped(closed, sessions),
        failed=findings.failed(closed),
        watch_outs=patterns.watch_outs(closed, files, claims),
        files=files,
        kinds=kinds,
        revisit=seconds,
        repeats=repeats,
        ideas=outlook.next_ideas(known, seconds, kinds),
    )
