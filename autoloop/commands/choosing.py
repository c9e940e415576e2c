"""The questions of ``init`` to a person at the terminal: which command, which number, which way, which guardrails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from autoloop.commands.answer import App, Person
from autoloop.detect import Candidate, GuardrailCandidate, Inference
from autoloop.metrics import direction_of

_OFFERED = 5
_SIDES = ("lower_is_better", "higher_is_better", "")
_USED = {"wall_time": "s", "cpu_time": "s", "peak_rss": "bytes"}


class Chosen(NamedTuple):
    """What set-up is to write down."""

    eval: Candidate | None
    guardrails: tuple[GuardrailCandidate, ...]


def best(found: Inference) -> Chosen:
    """The best of everything, nobody asked."""
    return Chosen(found.evals[0] if found.evals else None, found.guardrails)


def choose(app: App, found: Inference) -> Chosen:
    """What the person at the terminal wants; the best of everything where there is none, or with ``--yes``."""
    person = app.person
    if person is None or app.yes:
        return best(found)
    kinds = ", ".join(found.project_kinds) or "no project kind that is known here"
    person.tell(f"Found: {kinds}" + (f" ({found.package_manager})" if found.package_manager else ""))
    return Chosen(_eval(person, found), _guardrails(person, found.guardrails))


def _eval(person: Person, found: Inference) -> Candidate | None:
    offered = _offers(found)
    for reason in found.reasons[:_OFFERED]:
        person.tell(f"  {reason}")
    question = "Which command measures what you want to improve?"
    if not found.evals:
        question = "Nothing here measures itself. What shall be measured?"
    options = [*map(_described, offered), "another command", "nothing yet: I will edit the configuration"]
    number = person.choose(question, options)
    if number < len(offered):
        return _directed(person, offered[number])
    return _typed(person) if number == len(offered) else None


def _offers(found: Inference) -> tuple[Candidate, ...]:
    """The candidates; without any, the suggestions that are commands already."""
    runnable = [one for one in found.suggestions if one.command and "<" not in one.command]
    return found.evals[:_OFFERED] or tuple(runnable)


def _described(one: Candidate) -> str:
    """The command, its number, and where the project says so."""
    side = one.direction.replace("_", " ") or "you say which way is better"
    number = f"{one.primary_metric}, {side}" if one.primary_metric else "the first run shows its numbers"
    seen = "; ".join(f"{item.place}: {item.why}" for item in one.evidence[:3])
    lines = [one.command, f"{one.label + ': ' if one.label else ''}{number} ({one.format})", seen, *one.notes[:2]]
    return "\n".join(line for line in lines if line)


def _directed(person: Person, one: Candidate) -> Candidate:
    """The candidate with a direction: asked where the name does not say it."""
    if one.direction or not one.primary_metric:
        return one
    options = ("lower is better", "higher is better", "I do not know yet")
    number = person.choose(f"The name {one.primary_metric!r} does not say which way is better.", options)
    return msgspec.structs.replace(one, direction=_SIDES[number])


def _typed(person: Person) -> Candidate | None:
    command = person.enter("Command, as typed at the top of the repository").strip()
    if not command:
        return None
    options = ("numbers it prints itself", *(f"its {name.replace('_', ' ')}" for name in _USED))
    number = person.choose("What of it counts?", options)
    if number:
        name, unit = tuple(_USED.items())[number - 1]
        return Candidate(command, "process", name, "lower_is_better", unit, confidence="high")
    name = person.enter("Name of the number (empty: the first run shows them)").strip()
    return _directed(person, Candidate(command, "auto", name, direction_of(name, "") or "" if name else ""))


def _guardrails(person: Person, found: Sequence[GuardrailCandidate]) -> tuple[GuardrailCandidate, ...]:
    """Those that the person wants; all of them by default."""
    return tuple(one for one in found if person.confirm(f"Guardrail {one.name}: {one.command}", default=True))
