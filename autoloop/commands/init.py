"""``autoloop init``: scans the repository and writes the configuration."""

from __future__ import annotations

import click

from autoloop import detect
from autoloop.commands.app import Answer, App, command
from autoloop.commands.doctor import examine
from autoloop.commands.firing import opened
from autoloop.detect import Candidate, Inference
from autoloop.errors import StateError
from autoloop.payloads import Doctor, EvalInferred, EvidenceShown, Inferred, Init, NamedCommand
from autoloop.setup import write


@command("init", short_help="Scan the repository and write .autoloop/config.toml.")
@click.option("--verify", is_flag=True, help="Run doctor afterwards.")
@click.option("--dry-run", is_flag=True, help="Only show what would be written.")
@click.option("--force", is_flag=True, help="Replace an existing configuration; the old one is kept as a backup.")
@click.option("--track", is_flag=True, help="Let git track the configuration and the history.")
def init(app: App, verify: bool, dry_run: bool, force: bool, track: bool) -> Answer:
    """Find the benchmark, the metric, its direction and the guardrails, and write .autoloop/config.toml.

    Nothing of the repository is executed, unless --verify is given. No file outside .autoloop/ is touched.

    \b
    autoloop init --verify
    autoloop init --dry-run
    """
    workspace = opened(app)
    foreign = workspace.store.foreign()
    if foreign:
        raise StateError("foreign_directory", "There is a .autoloop/ of another tool.", why=foreign, fix="move it away")
    workspace.repository.head()
    found = detect.scan(workspace.root)
    chosen = found.evals[0] if found.evals else None
    text = detect.config_text(found, chosen=chosen, guardrails=found.guardrails)
    shown = inferred(found, chosen)
    path = str(workspace.layout.config.relative_to(workspace.root))
    if dry_run:
        return Answer(Init(path, shown, written=False, text=text), workspace.record())
    written, backup = write(workspace, text, force=force, track=track, notify=app.notify)
    answer = examine(app) if verify else None
    verification = answer.payload if answer is not None and isinstance(answer.payload, Doctor) else None
    code = answer.exit_code if answer else 0
    return Answer(Init(path, shown, written, verification, backup), workspace.record(), code)


def inferred(found: Inference, chosen: Candidate | None) -> Inferred:
    """What set-up found, as it is shown."""
    return Inferred(
        project_kinds=found.project_kinds,
        package_manager=found.package_manager,
        eval=_shown(chosen) if chosen else None,
        guardrails=tuple(NamedCommand(rail.name, rail.command) for rail in found.guardrails),
        protected=found.protected,
        evidence=tuple(EvidenceShown(item.file, item.why) for item in found.evidence),
        confidence=found.confidence,
        reasons=found.reasons,
        suggestions=tuple(_shown(idea) for idea in found.suggestions),
    )


def _shown(candidate: Candidate) -> EvalInferred:
    return EvalInferred(
        candidate.command,
        candidate.format,
        candidate.primary_metric,
        candidate.direction,
        candidate.unit,
        candidate.pattern,
        candidate.label,
        "; ".join(candidate.notes),
    )
