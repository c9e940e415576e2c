"""Text of ``finalize``."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

from rich.text import Text

from autoloop.model import Ablated
from autoloop.outcomes import Branch
from autoloop.payloads import Finalize
from autoloop.render.tables import table
from autoloop.render.words import Block, percent, typed, word
from autoloop.units import counted


def finalize(answer: Finalize) -> list[Block]:
    """The branch, the gain, and how to open the pull request."""
    blocks: list[Block] = []
    for branch in answer.branches:
        ids = ", ".join(f"#{number}" for number in branch.experiments)
        count = counted(len(branch.commits), "commit")
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
                f"confirmed {percent(known.percent)}{interval} in {counted(known.pairs, 'pair')}; "
                f"claimed {percent(answer.claimed_percent)}"
            )
        )
    blocks += [_ablated(one) for one in answer.ablation]
    if answer.holdout is not None:
        blocks.append(Text.assemble("hold-out check: ", word("pass" if answer.holdout else "fail")))
    blocks += [Text(f"left out #{skip.experiment}: {skip.why}", style="yellow") for skip in answer.skipped]
    for branch in answer.branches:
        blocks += _request(branch)
    if answer.branches and answer.branches[0].experiments:
        number = answer.branches[0].experiments[0]
        blocks.append(Text(f"Measure a win again: autoloop reproduce {number}", style="dim"))
    return blocks


def _request(branch: Branch) -> list[Block]:
    """Where the text for its reviewer is, and the line that opens the request; or the request itself."""
    if branch.pr is None:
        return []
    if branch.pr.url:
        return [Text(branch.pr.url, "bold")]
    line = f"git push -u origin {shlex.quote(branch.name)} && {shlex.join(branch.pr.argv)}"
    return [Text(f"Text for the pull request: {branch.pr.body_file}"), typed(line)]


def _ablated(one: Ablated) -> Text:
    if one.helps is None:
        return Text(f"without #{one.experiment}: not measured, {one.why}", style="yellow")
    gain = f"it is worth {percent(one.percent)}" if one.helps else one.why
    interval = "" if one.low is None or one.high is None else f" ({one.low:+.2f} to {one.high:+.2f})"
    return Text(f"without #{one.experiment}: {gain}{interval}", style="green" if one.helps else "yellow")


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {Finalize: finalize}
