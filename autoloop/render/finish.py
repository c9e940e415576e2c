"""Text of ``finalize``."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

from rich.text import Text

from autoloop.model import Ablated
from autoloop.outcomes import Branch
from autoloop.payloads import Finalize
from autoloop.render.words import Block, percent, table, word


def finalize(answer: Finalize) -> list[Block]:
    """The branch, the gain, and how to open the pull request."""
    blocks: list[Block] = []
    for branch in answer.branches:
        ids = ", ".join(f"#{number}" for number in branch.experiments)
        count = "1 commit" if len(branch.commits) == 1 else f"{len(branch.commits)} commits"
        blocks.append(Text(f"Branch {branch.name}: {count} ({ids}) on {branch.base[:10]}", "bold green"))
    if len(answer.branches) > 1:
        blocks.append(Text("Their wins share no path: each branch can be reviewed and merged without the others."))
        rows = [(branch.name, ", ".join(branch.paths)) for branch in answer.branches]
        blocks.append(table("branch", "paths", rows=rows))
    known = answer.confirmed
    if known is None:
        blocks.append(Text(f"claimed {percent(answer.claimed_percent)}, not measured again", style="yellow"))
    else:
        interval = "" if known.low is None or known.high is None else f" ({known.low:+.2f} to {known.high:+.2f})"
        blocks.append(
            Text(
                f"confirmed {percent(known.percent)}{interval} in {known.pairs} pairs; "
                f"claimed {percent(answer.claimed_percent)}"
            )
        )
    blocks += [_ablated(one) for one in answer.ablation]
    if answer.holdout is not None:
        blocks.append(Text.assemble("hold-out check: ", word("pass" if answer.holdout else "fail")))
    blocks += [Text(f"left out #{skip.experiment}: {skip.why}", style="yellow") for skip in answer.skipped]
    blocks.append(Text(f"Text for the pull request: {answer.pr.body_file}"))
    if answer.branches and answer.branches[0].experiments:
        number = answer.branches[0].experiments[0]
        blocks.append(Text(f"Measure a win again: autoloop reproduce {number}", style="dim"))
    if answer.pr.url:
        return [*blocks, Text(answer.pr.url, "bold")]
    return [*blocks, *(Text(_opening(answer, branch), "dim") for branch in answer.branches)]


def _opening(answer: Finalize, branch: Branch) -> str:
    """The command that opens a request for this branch."""
    first = answer.branches[0].name
    return shlex.join(branch.name if part == first else part for part in answer.pr.argv)


def _ablated(one: Ablated) -> Text:
    if one.helps is None:
        return Text(f"without #{one.experiment}: not measured, {one.why}", style="yellow")
    gain = f"it is worth {percent(one.percent)}" if one.helps else one.why
    interval = "" if one.low is None or one.high is None else f" ({one.low:+.2f} to {one.high:+.2f})"
    return Text(f"without #{one.experiment}: {gain}{interval}", style="green" if one.helps else "yellow")


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {Finalize: finalize}
