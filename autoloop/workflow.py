"""The declared workflow: ``states/workflow.yaml`` as frozen Structs, its lint, and questions about its shape."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from autoloop.errors import ConfigError

FILE = "workflow.yaml"


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place the workspace can be in.

    Attributes:
        kind: ``waiting`` for somebody to act, or ``working``: AutoLoop acts and a crash leaves us here.
        work: name of the function that does the work of a working state.
        then: engine trigger that follows the work.
    """

    kind: Literal["waiting", "working"]
    describe: str
    work: str | None = None
    then: str | None = None


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way a trigger can go; taken when all conditions hold and none before it did."""

    source: tuple[str, ...]
    dest: str
    conditions: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Trigger(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that happens: typed by an agent or a person, fired by the engine, or told by a driver."""

    by: Literal["agent", "engine", "driver"]
    describe: str
    outcomes: tuple[Outcome, ...]
    argv: tuple[str, ...] = ()
    explain: tuple[str, ...] = ()

    def sources(self) -> set[str]:
        """States this trigger can start from."""
        return {source for outcome in self.outcomes for source in outcome.source}

    def from_state(self, state: str) -> list[Outcome]:
        """Outcomes that start in ``state``, in order."""
        return [outcome for outcome in self.outcomes if state in outcome.source]


class Workflow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    schema_version: Literal[1]
    initial: str
    states: dict[str, State]
    triggers: dict[str, Trigger]
    conditions: dict[str, str]

    def working(self, state: str) -> bool:
        """Whether AutoLoop is acting in ``state``."""
        return self.states[state].kind == "working"

    def offers(self, state: str) -> list[str]:
        """Agent triggers that start from ``state``, whatever their conditions say."""
        return [name for name, trigger in self.triggers.items() if trigger.by == "agent" and state in trigger.sources()]


def path() -> Path:
    """Where the file is: beside the package when installed, one level up in a checkout.

    Raises:
        ConfigError: ``workflow_missing`` when the installation is incomplete.
    """
    here = Path(__file__).parent
    for folder in (here / "states", here.parent / "states"):
        if (folder / FILE).is_file():
            return folder / FILE
    raise ConfigError(
        "workflow_missing", f"The workflow file {FILE} is not installed.", fix="reinstall AutoLoop (autoloop-fsm)"
    )


class Compiled(msgspec.Struct, frozen=True):
    """The workflow as JSON beside its source, which it names by digest: YAML takes longer than the rest of ``next``."""

    source: str
    workflow: Workflow


@cache
def load() -> Workflow:
    """The workflow that ships with the program: the YAML file, or its compiled form while that is of the same text.

    Raises:
        ConfigError: as ``path`` and ``parse``.
    """
    file = path()
    text = file.read_bytes()
    try:
        compiled = msgspec.json.decode(file.with_suffix(".json").read_bytes(), type=Compiled)
    except (OSError, msgspec.MsgspecError):
        return parse(text.decode())
    return compiled.workflow if compiled.source == _digest(text) else parse(text.decode())


def compiled() -> bytes:
    """The compiled form of the file as it is now."""
    text = path().read_bytes()
    return msgspec.json.format(msgspec.json.encode(Compiled(_digest(text), parse(text.decode()))), indent=1) + b"\n"


def _digest(text: bytes) -> str:
    import hashlib

    return hashlib.sha256(text).hexdigest()


def parse(text: str) -> Workflow:
    """Decode ``text`` (YAML).

    Raises:
        ConfigError: ``workflow_invalid`` with the place, also for a key that occurs twice.
    """
    import yaml

    try:
        return msgspec.convert(yaml.load(text, Loader=_strict_loader()), Workflow)  # noqa: S506 - a safe loader, made stricter
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError("workflow_invalid", f"{FILE} is not valid.", why=str(error), fix=f"mend {FILE}") from None


def _strict_loader() -> Any:  # noqa: ANN401 - a class of a library that is imported late
    """A safe loader that refuses a key that occurs twice (YAML would silently take the last)."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    def construct_mapping(self: Any, node: Any, deep: bool = False) -> object:  # noqa: ANN401 - the library's shape
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
        twice = sorted({repr(key) for key in keys if keys.count(key) > 1})
        if twice:
            said = f"{', '.join(twice)} occurs twice"
            raise yaml.constructor.ConstructorError(None, None, said, node.start_mark)
        return base.construct_mapping(self, node, deep=deep)

    return type("StrictLoader", (base,), {"construct_mapping": construct_mapping})


def lint(
    workflow: Workflow, *, conditions: Collection[str], updates: Collection[str], works: Collection[str]
) -> list[str]:
    """Everything that is wrong with the table, as sentences; the three name sets are what the code implements."""
    return [
        *_undeclared(workflow),
        *_unreachable(workflow),
        *_dead_outcomes(workflow),
        *_names(workflow, set(conditions), set(updates)),
        *_working_states(workflow, works),
    ]


def _undeclared(workflow: Workflow) -> Iterator[str]:
    if workflow.initial not in workflow.states:
        yield f"initial state {workflow.initial} is not declared"
    for name, trigger in workflow.triggers.items():
        for outcome in trigger.outcomes:
            for state in (*outcome.source, outcome.dest):
                if state not in workflow.states:
                    yield f"trigger {name} names state {state}, which is not declared"
        if trigger.by == "agent" and not trigger.argv:
            yield f"trigger {name} is offered to agents but has no argv"


def _unreachable(workflow: Workflow) -> Iterator[str]:
    reached = {workflow.initial}
    steps = [outcome for trigger in workflow.triggers.values() for outcome in trigger.outcomes]
    while grown := {step.dest for step in steps if reached & set(step.source)} - reached:
        reached |= grown
    for name in workflow.states.keys() - reached:
        yield f"state {name} cannot be reached"


def _dead_outcomes(workflow: Workflow) -> Iterator[str]:
    """An outcome behind one that always holds, or behind a weaker one, is never taken."""
    for name, trigger in workflow.triggers.items():
        for source in trigger.sources():
            before: list[set[str]] = []
            for outcome in trigger.from_state(source):
                conditions = set(outcome.conditions)
                if any(earlier <= conditions for earlier in before):
                    yield f"trigger {name}: the outcome {source} -> {outcome.dest} can never be taken"
                before.append(conditions)


def _names(workflow: Workflow, conditions: set[str], updates: set[str]) -> Iterator[str]:
    used: set[str] = set()
    for name, trigger in workflow.triggers.items():
        used.update(trigger.explain)
        for outcome in trigger.outcomes:
            used.update(outcome.conditions)
            for update in set(outcome.after) - updates:
                yield f"trigger {name} names the update {update}, which does not exist"
    for condition in used - workflow.conditions.keys():
        yield f"condition {condition} is used but not described"
    for condition in workflow.conditions.keys() - used:
        yield f"condition {condition} is described but not used"
    for condition in used - conditions:
        yield f"condition {condition} has no guard"
    taken = {update for trigger in workflow.triggers.values() for o in trigger.outcomes for update in o.after}
    for update in updates - taken:
        yield f"update {update} is never used"


def _working_states(workflow: Workflow, works: Collection[str]) -> Iterator[str]:
    for name, state in workflow.states.items():
        if state.kind == "waiting":
            if state.work or state.then:
                yield f"waiting state {name} must not have work"
            if not workflow.offers(name):
                yield f"state {name} is a dead end: it offers nothing to anybody"
            continue
        if state.work not in works:
            yield f"working state {name} names the work {state.work}, which does not exist"
        then = workflow.triggers.get(state.then or "")
        if then is None or then.by != "engine":
            yield f"working state {name} must name an engine trigger in `then`"
        elif not any(not outcome.conditions for outcome in then.from_state(name)):
            yield f"working state {name} has no sure way out: the last outcome of {state.then} must be unconditional"
        if any(t.by == "agent" and name in t.sources() for t in workflow.triggers.values()):
            yield f"working state {name} must not offer anything to agents"


def mermaid(workflow: Workflow) -> str:
    """The state diagram in Mermaid's notation, agent triggers as solid words, engine triggers in brackets."""
    lines = ["stateDiagram-v2", f"    [*] --> {workflow.initial}"]
    for name, trigger in workflow.triggers.items():
        label = name if trigger.by == "agent" else f"[{name}]"
        edges = dict.fromkeys((source, outcome.dest) for outcome in trigger.outcomes for source in outcome.source)
        lines += [f"    {source} --> {dest}: {label}" for source, dest in edges]
    working = [name for name, state in workflow.states.items() if state.kind == "working"]
    lines += ["    classDef working font-style:italic,stroke-dasharray:4"]
    lines += [f"    class {','.join(working)} working"]
    return "\n".join(lines) + "\n"


def schema() -> dict[str, object]:
    """JSON Schema of the workflow file, for editors."""
    return msgspec.json.schema(Workflow)
