"""Text of ``undo``, ``revive``, ``land`` and ``prune``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.text import Text

from autoloop.recalled import LandAnswer, PruneAnswer, ReviveAnswer, UndoAnswer
from autoloop.render.tables import table
from autoloop.render.words import Block, word
from autoloop.shown import Held
from autoloop.units import counted, format_size

_NAMED = 10


def undo(answer: UndoAnswer) -> list[Block]:
    """What is in hand again."""
    one = answer.experiment
    verdict: list[str | Text] = [", verdict: ", word(one.verdict)] if one.verdict else []
    files = (
        "its files are back"
        if answer.undone == "discard"
        else "branch and index are as before it, and so are the files"
    )
    return [
        Text.assemble(f"The {answer.undone} of experiment {one.id} is taken back: {one.description}", *verdict),
        Text(f"  {files}", style="dim"),
    ]


def revive(answer: ReviveAnswer) -> list[Block]:
    """The new experiment."""
    one = answer.experiment
    more = len(answer.paths) - _NAMED
    files = ", ".join(answer.paths[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    return [Text(f"Experiment {one.id}: {one.description}"), Text(f"  changed: {files}", style="dim")]


def land(answer: LandAnswer) -> list[Block]:
    """The commits."""
    count = counted(len(answer.landed), "win")
    how = " (rebased)" if answer.rebased else ""
    lines = [Text(f"  {one.commit[:12]}  #{one.id}: {one.description}") for one in answer.landed]
    return [Text(f"{count} on {answer.branch} now{how}", style="green"), *lines]


def prune(answer: PruneAnswer) -> list[Block]:
    """What went, and what is held."""
    verb = "would go" if answer.dry_run else "let go"
    if not answer.pruned:
        return [
            Text(f"Nothing to prune: of candidates that were not kept {answer.held} are held, at most {answer.limit}.")
        ]
    gone = f"{counted(len(answer.pruned), 'candidate')} {verb} ({format_size(answer.bytes)} of raw output)"
    return [held_table(answer.pruned), Text(f"{gone}; {answer.held} held.")]


def held_table(rows: Sequence[Held]) -> Block:
    """Candidates with the references that hold them."""
    shown = [(str(one.id), word(one.status), format_size(one.bytes), _sides(one.refs), one.description) for one in rows]
    return table("#", "status", "output", "refs", "description", rows=shown)


def _sides(refs: Sequence[str]) -> str:
    """``refs/autoloop/<loop>/7/{before,after}``."""
    if not refs:
        return "-"
    folder = refs[0].rpartition("/")[0]
    return f"{folder}/{{{','.join(ref.rpartition('/')[2] for ref in refs)}}}"


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {
    UndoAnswer: undo,
    ReviveAnswer: revive,
    LandAnswer: land,
    PruneAnswer: prune,
}
