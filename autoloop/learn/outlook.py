"""What to try next: discards whose reason may be gone, and ideas in the order of their promise."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from autoloop.learn.patterns import measured_gain
from autoloop.learn.terms import Idea, Revisit, Track
from autoloop.model import Experiment
from autoloop.similarity import SAME, advise, ending, gain_of, later_wins, paths_of

_LARGE = 10.0
_PROMISING = 1.0
_HALF = 0.5
_PROVEN = 2
_SECOND_LOOK = {"no gain", "undecided", "guardrail", "crash"}  # what made it worse would again
_SMALL_GAINS = {"no gain", "undecided"}
_OPEN_ENDS = {
    "guardrail": ("near miss", "{gain} if the guardrail can be met"),
    "undecided": ("undecided", "{gain} was not decided; more samples may decide it"),
    "set aside": ("set aside", "{gain} was won and set aside; autoloop revive {id}"),
}


def revisit(experiments: Sequence[Experiment], tried_again: Collection[int]) -> tuple[Revisit, ...]:
    """Discards to look at again, the best measured first; what was tried again since is left out."""
    found = [
        (measured_gain(e) or 0.0, second)
        for e in experiments
        if ending(e) in _SECOND_LOOK and e.id not in tried_again and (second := _second_look(e, experiments))
    ]
    found.sort(key=lambda pair: (-pair[0], pair[1].experiment))
    return tuple(second for _, second in found)


def _second_look(experiment: Experiment, experiments: Sequence[Experiment]) -> Revisit | None:
    wins = [e for e in experiments if e.status == "kept" and e.id > experiment.id]
    mine = paths_of(experiment)
    touching = later_wins(experiment, experiments) if mine else ()
    if touching:
        shared = sorted({path for e in wins if e.id in touching for path in paths_of(e)} & set(mine))
        because = f"{', '.join(shared) or 'its code'} has changed since"
        return Revisit(experiment.id, experiment.description, because, touching)
    large = tuple(e.id for e in wins if (measured_gain(e) or 0.0) >= _LARGE)
    if large and ending(experiment) in _SMALL_GAINS and (measured_gain(experiment) or 0.0) >= _PROMISING:
        because = f"it measured {gain_of(experiment)}, and weighs more now that larger costs are gone"
        return Revisit(experiment.id, experiment.description, because, large)
    return None


def open_ends(experiments: Sequence[Experiment], tried_again: Collection[int]) -> list[Idea]:
    """What was measured to gain and yet is not in, the largest gain first."""
    ends = []
    for experiment in experiments:
        gain = measured_gain(experiment)
        if gain is not None and gain > 0 and experiment.id not in tried_again and ending(experiment) in _OPEN_ENDS:
            origin, told = _OPEN_ENDS[ending(experiment)]
            text = f"{experiment.description}: {told.format(gain=gain_of(experiment), id=experiment.id)}"
            ends.append((gain, Idea(text, origin, (experiment.id,))))
    return [idea for _, idea in sorted(ends, key=lambda end: -end[0])]


def backlog(ideas: Sequence[str], experiments: Sequence[Experiment]) -> list[Idea]:
    """The user's ideas with what the history says about them; those that are in already are left out."""
    found = []
    for text in ideas:
        advice = advise(text, (), experiments)
        if not any(match.status == "kept" and match.score >= SAME for match in advice.matches):
            found.append(Idea(text, "backlog", tuple(m.experiment for m in advice.matches), advice.advice))
    return found


def next_ideas(known: Sequence[Idea], seconds: Sequence[Revisit], kinds: Sequence[Track]) -> tuple[Idea, ...]:
    """All ideas in order: the known ones, second looks, kinds that keep helping; what is to be avoided comes last."""
    named = {number for idea in known if idea.origin != "backlog" for number in idea.experiments}
    ideas = [*known]
    ideas += [
        Idea(f"again: {second.description}", "revisit", (second.experiment,))
        for second in seconds
        if second.experiment not in named
    ]
    ideas += [
        Idea(f"more {track.name}: it helped in {len(track.kept)} of {len(track.experiments)}", "kind", track.kept)
        for track in kinds
        if len(track.kept) >= max(_PROVEN, _HALF * len(track.experiments))
    ]
    return tuple(sorted(ideas, key=lambda idea: idea.advice == "avoid"))
