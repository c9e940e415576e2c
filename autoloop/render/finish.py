"""Text of ``finalize``."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

from rich.text import Text

from autoloop.model import Ablated
from autoloop.payloads import Finalize
from autoloop.render.words import Block, percent, word


def finalize(answer: Finalize) -> list[Block]:
    """The branch, the gain, and how to open the pull request."""
    blocks: list[Block] = []
    for branch in answer.branches:
        ids = ", ".join(f"#{number}" for number in branch.experiments)
        blocks.append(
            Text(f"Branch {branch.name}: {len(branch.commits)} commits ({ids}) on {branch.base[:10]}", "bold green")
        )
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
    last = Text(answer.pr.url, "bold") if answer.pr.url else Text(shlex.join(answer.pr.argv), "dim")
    return [*blocks, last]


def _ablated(one: Ablated) -> Text:
    if one.helps is None:
        return Text(f"without #{one.experiment}: not measured, {one.why}", style="yellow")
    gain = f"it is worth {percent(one.percent)}" if one.helps else one.why
    interval = "" if one.low is None or one.high is None else f" ({one.low:+.2f} to {one.high:+.2f})"
    return Text(f"without #{one.experiment}: {gain}{interval}", style="green" if one.helps else "yellow")


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {Finalize: finalize}
