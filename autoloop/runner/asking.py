"""Short commands that are asked for a few words: nothing of theirs is kept on disk."""

from __future__ import annotations

import tempfile
from pathlib import Path

import msgspec

from autoloop.runner.process import run
from autoloop.runner.reading import tail
from autoloop.runner.records import Command, Outcome

_LONGEST = 256 * 1024  # bytes of what is read back


class Said(msgspec.Struct, frozen=True):
    """What a command came to.

    Attributes:
        text: the last lines of its output, as plain text.
        why: what went wrong, in words; empty when it ended well.
    """

    outcome: Outcome
    text: str = ""
    why: str = ""


def ask(command: Command, lines: int = 1) -> Said:
    """Run a command to its end and answer with the last ``lines`` of its output, or of what it complained of.

    Raises:
        CommandError: it could not be started.
    """
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        outcome = run(command, stdout=out, stderr=err).outcome
        return Said(outcome, tail(out, lines, _LONGEST), _why(command, outcome, tail(err, lines).strip()))


def _why(command: Command, outcome: Outcome, complaint: str) -> str:
    if outcome == "ok":
        return ""
    if outcome == "timeout":
        return f"no answer within {command.timeout:.0f} s"
    return complaint or f"the command {outcome.replace('_', ' ')}"
