"""The tables of the state machine, from states/workflow.yaml."""

from __future__ import annotations

from autoloop.workflow import Outcome, Trigger, load
from generators.tables import code, table


def states() -> str:
    """Every state, what it means, and where its work leads."""
    rows = [(code(name), state.kind, state.describe, code(state.then or "")) for name, state in load().states.items()]
    return table(("state", "kind", "meaning", "then"), rows)


def triggers() -> str:
    """Every trigger with its outcomes, in the order in which they are tried."""
    return "\n\n".join(_trigger(name, trigger) for name, trigger in load().triggers.items())


def conditions() -> str:
    """Every condition in one sentence."""
    return table(("condition", "holds when"), [(code(name), text) for name, text in load().conditions.items()])


def _trigger(name: str, trigger: Trigger) -> str:
    who = f"typed as `{' '.join(trigger.argv)}`" if trigger.by == "agent" else f"fired by the {trigger.by}"
    head = f"### `{name}`\n\n{trigger.describe} ({who})"
    return head + "\n\n" + table(("from", "to", "when all of these hold"), [_outcome(one) for one in trigger.outcomes])


def _outcome(outcome: Outcome) -> tuple[str, str, str]:
    held = ", ".join(code(name) for name in outcome.conditions) or "always"
    return ", ".join(code(name) for name in outcome.source), code(outcome.dest), held
