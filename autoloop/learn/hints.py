"""What the history says about an idea beyond attempts of its like: its kind of change, and what broke before."""

from __future__ import annotations

from collections.abc import Sequence

from autoloop.learn.patterns import by_kind, guardrails
from autoloop.learn.terms import Track
from autoloop.model import Experiment
from autoloop.similarity import kinds, percent

_MOST = 4
_TELLING = 2


def hints(description: str, experiments: Sequence[Experiment]) -> tuple[str, ...]:
    """A sentence for each kind of change that the description names, then one for each guardrail that broke.

    Args:
        description: the idea, in words.
        experiments: earlier ones, in any order; open ones are passed over.
    """
    ordered = sorted((e for e in experiments if e.status != "open"), key=lambda e: e.id)
    named = set(kinds(description))
    records = [_record(track) for track in by_kind(ordered) if track.name in named]
    rails = [f"guardrail {out.name} {out.text}" for out in guardrails(ordered) if len(out.experiments) >= _TELLING]
    return tuple([*records, *rails][:_MOST])


def _record(track: Track) -> str:
    best = f", the best {percent(track.best)} (#{track.best_experiment})" if track.best is not None else ""
    broke = f", {len(track.broke)} broke a guardrail" if track.broke else ""
    return f"{track.name}: {len(track.kept)} of {len(track.experiments)} kept{best}{broke}"
