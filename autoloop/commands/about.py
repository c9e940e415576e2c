"""``autoloop machine``, ``schema``, ``config`` and ``completion``: the program about itself."""

from __future__ import annotations

import click
import msgspec

from autoloop import config_schema, envelope, model, payloads, recalled, watched, workflow
from autoloop.commands.app import Answer, App, command
from autoloop.errors import UsageError
from autoloop.opened import OpenWorkspace
from autoloop.payloads import ConfigShown, MachineShown, SchemaShown, Text

_SCHEMAS: dict[str, type] = {
    "init": payloads.Init,
    "doctor": payloads.Doctor,
    "install": payloads.Installed,
    "baseline": payloads.Baselined,
    "session": payloads.SessionAnswer,
    "session-list": payloads.SessionList,
    "pre": payloads.Pre,
    "eval": payloads.Eval,
    "rerun": payloads.Eval,
    "keep": payloads.Ended,
    "discard": payloads.Ended,
    "undo": recalled.UndoAnswer,
    "revive": recalled.ReviveAnswer,
    "land": recalled.LandAnswer,
    "prune": recalled.PruneAnswer,
    "resume": payloads.Resumed,
    "wait": payloads.Running,
    "next": payloads.Next,
    "status": payloads.Status,
    "history": payloads.History,
    "show": payloads.Show,
    "diff": payloads.Diff,
    "idea": payloads.Ideas,
    "learn": payloads.Learn,
    "report": payloads.Report,
    "report-file": payloads.ReportFile,
    "export": payloads.Verbatim,
    "reproduce": payloads.Reproduced,
    "finalize": payloads.Finalize,
    "run": payloads.RunAnswer,
    "machine": payloads.MachineShown,
    "schema": payloads.SchemaShown,
    "completion": payloads.Text,
    "config-answer": payloads.ConfigShown,
    "envelope": envelope.Envelope,
    "help": payloads.Help,
    "steer": payloads.Steered,
    "usage": payloads.UsageAnswer,
    "watch": watched.Watch,
    "workflow": workflow.Workflow,
    "experiment-file": model.Experiment,
    "session-file": model.Session,
    "state-file": model.Record,
}


def answer_type(name: str) -> type:
    """The Struct that the command ``name`` answers with."""
    return _SCHEMAS[name]


@command("machine", short_help="Print the state machine.")
@click.option("--mermaid", is_flag=True, help="As a Mermaid diagram.")
def machine(app: App, mermaid: bool) -> Answer:
    """Print the state machine that drives everything: states, triggers, conditions.

    \b
    autoloop machine
    autoloop machine --mermaid > states.mmd
    """
    table = workflow.load()
    drawn = workflow.mermaid(table)
    if mermaid and not app.json:
        return Answer(Text(drawn))
    return Answer(MachineShown(msgspec.to_builtins(table), drawn))


@command("schema", short_help="Print the JSON Schema of an answer or a file.")
@click.argument("name", required=False)
def schema(app: App, name: str | None) -> Answer:  # noqa: ARG001 - it needs no workspace
    """Print the JSON Schema of an answer's `result`, of the envelope around it, or of a file.

    Without NAME: list the names.

    \b
    autoloop schema eval
    autoloop schema config > config.schema.json
    """
    if name is None:
        return Answer(Text("\n".join(["config", *_SCHEMAS]) + "\n"))
    if name == "config":
        return Answer(SchemaShown(name, config_schema.schema()))
    if name not in _SCHEMAS:
        raise UsageError("schema_unknown", f"There is no schema {name!r}.", fix="autoloop schema")
    return Answer(SchemaShown(name, answer_schema(_SCHEMAS[name])))


def answer_schema(*kinds: type) -> dict[str, object]:
    """The JSON Schema of one of these Structs, with its object at the root, where strict readers expect it."""
    schemas, inside = msgspec.json.schema_components(kinds, schema_hook=_anything, ref_template="#/$defs/{name}")
    root = schemas[0] if len(schemas) == 1 else {"type": "object", "anyOf": list(schemas)}
    named = str(root.get("$ref", "")).removeprefix("#/$defs/")
    found = inside.pop(named) if named else root
    return {**found, **({"$defs": inside} if inside else {})}


def _anything(kind: type) -> dict[str, object]:  # noqa: ARG001 - msgspec's signature
    """A field that says ``object`` holds any JSON value."""
    return {"description": "any JSON value"}


@command("config", short_help="Print the configuration with all defaults.")
def config(app: App) -> Answer:
    """Print the configuration as AutoLoop understands it, with all defaults filled in.

    \b
    autoloop config
    """
    record = app.workspace.record()
    found = OpenWorkspace(app.workspace.root).config()
    plain = msgspec.to_builtins(found, enc_hook=float)
    path = str(app.workspace.layout.config.relative_to(app.workspace.root))
    return Answer(ConfigShown(path, plain, found.digest, sealed=record.config_seal == found.digest), record)


@command("completion", short_help="Print a shell completion script.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(app: App, shell: str) -> Answer:  # noqa: ARG001 - it needs no workspace
    """Print a completion script for SHELL.

    \b
    eval "$(autoloop completion bash)"
    autoloop completion fish > ~/.config/fish/completions/autoloop.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    root = click.get_current_context().find_root().command
    if kind is None:
        raise UsageError("shell_unknown", f"There is no completion for {shell}.", fix="bash, zsh or fish")
    return Answer(Text(kind(root, {}, "autoloop", "_AUTOLOOP_COMPLETE").source()))
