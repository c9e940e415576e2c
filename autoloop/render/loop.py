"""Text of the loop's commands: ``pre``, ``eval``, ``keep``, ``discard``, ``resume``, ``run``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.text import Text

from autoloop.payloads import Ended, Eval, Pre, Resumed, RunAnswer
from autoloop.render.agents import spent
from autoloop.render.experiments import Experiments
from autoloop.render.tables import table
from autoloop.render.words import Block, Indented, effect_told, guardrails, measured, paths, percent, word
from autoloop.units import counted, format_duration


def pre(answer: Pre) -> list[Block]:
    """The experiment that was opened, and what is known of its like."""
    line = Text.assemble(
        f"Experiment {answer.experiment.id}: {answer.experiment.description} [", word(answer.advice), "]"
    )
    blocks: list[Block] = [line, *(Indented(reason) for reason in answer.reasons)]
    blocks += [Text(f"  {hint}", style="dim") for hint in answer.hints]
    rows = [(f"#{m.experiment}", word(m.status), f"{m.score:.0%}", m.description) for m in answer.matches[:5]]
    if rows:
        blocks.append(table("similar", "", "", "", rows=rows))
    return blocks


def evaluation(answer: Eval) -> list[Block]:
    """The verdict first, then what it rests on."""
    metric = answer.metric
    head = Text.assemble(word(answer.verdict), f"  experiment {answer.experiment.id}: {answer.experiment.description}")
    blocks: list[Block] = [head, *(Indented(reason) for reason in answer.reasons)]
    if metric.value is not None:
        values = f"{metric.name}: {measured(metric.incumbent, metric.unit)} -> {measured(metric.value, metric.unit)}"
        gain = "" if answer.improvement.percent is None else f"   {effect_told(answer.improvement)}"
        blocks.append(Text(f"  {values}{gain}"))
    samples, took = answer.samples, format_duration(answer.seconds)
    runs = f"{counted(samples.candidate, 'run')} of the candidate, {samples.incumbent} of the incumbent, {took}"
    blocks.append(Text(f"  {runs if samples.candidate else f'the candidate was not measured, {took}'}", style="dim"))
    blocks += [Indented(rail) for rail in guardrails(answer.guardrails)]
    return blocks + [Text(f"  caveat: {line}", style="yellow") for line in answer.caveats]


def ended(answer: Ended) -> list[Block]:
    """How the experiment ended."""
    one = answer.experiment
    blocks: list[Block] = [Text.assemble(word(one.status), f"  experiment {one.id}: {one.description}")]
    if one.commit:
        waits = " (not on the branch yet: autoloop land)" if one.waits else ""
        blocks.append(Text(f"  commit {one.commit[:12]}{waits}: {paths(one.paths)}"))
    if one.ref:
        blocks.append(Text(f"  what was tried is held by {one.ref}", style="dim"))
    return blocks


def resumed(answer: Resumed) -> list[Block]:
    """What was finished."""
    return [Text(answer.did)]


def run(answer: RunAnswer) -> list[Block]:
    """The experiments of a driven session, and why it stopped."""
    blocks: list[Block] = []
    if answer.experiments:
        blocks.append(Experiments(answer.experiments))
    session = answer.session
    if session is not None:
        gain = f", {percent(session.claimed_percent)} claimed" if session.wins else ""
        kept = f"{len(session.wins)} of {counted(session.experiments, 'experiment')} kept{gain}"
        blocks.append(Text(f"Session {session.name}: {kept}."))
    if session is not None and session.calls and answer.usage.tokens is not None:
        blocks.append(Text(f"Used by {counted(session.calls, 'call')}: {spent(answer.usage)}."))
    blocks.append(Text(f"Stopped: {answer.stopped.why}"))
    return blocks


RENDERERS: dict[type, Callable[[Any], list[Block]]] = {
    Pre: pre,
    Eval: evaluation,
    Ended: ended,
    Resumed: resumed,
    RunAnswer: run,
}
