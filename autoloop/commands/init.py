"""``autoloop init``: scans the repository and writes the configuration."""

from __future__ import annotations

import click

from autoloop import adoption, detect
from autoloop.commands.app import Answer, App, command
from autoloop.commands.choosing import Chosen, best, choose
from autoloop.commands.doctor import examine
from autoloop.commands.firing import opened
from autoloop.detect import Candidate, Inference
from autoloop.errors import StateError
from autoloop.opened import OpenWorkspace
from autoloop.payloads import Doctor, EvalInferred, EvidenceShown, Inferred, Init, NamedCommand
from autoloop.setup import write
from autoloop.units import counted

_OTHERS = 4


@command("init", short_help="Scan the repository and write .autoloop/config.toml.")
@click.option("--verify", is_flag=True, help="Run doctor afterwards.")
@click.option("--dry-run", is_flag=True, help="Only show what would be written.")
@click.option("--force", is_flag=True, help="Replace an existing configuration; the old one is kept as a backup.")
@click.option(
    "--import",
    "table",
    metavar="[FILE]",
    is_flag=False,
    flag_value="",
    help="Take over a results.tsv, or the history of the original AutoLoop, as history to learn from.",
)
@click.option("--track", is_flag=True, help="Let git track the configuration and the history.")
def init(app: App, verify: bool, dry_run: bool, force: bool, track: bool, table: str | None) -> Answer:
    """Find the benchmark, the metric, its direction and the guardrails, and write .autoloop/config.toml.

    Nothing of the repository is executed, unless --verify is given; then other candidates are tried where the best one
    fails. No file outside .autoloop/ is touched. At a terminal you are asked; with --yes, --json or a pipe you are not.

    \b
    autoloop init --verify
    autoloop init --dry-run
    autoloop init --import results.tsv
    """
    workspace = opened(app)
    taken = None if table is None else adoption.take(workspace, table)
    if taken is None or not taken.original:
        _ours(workspace)
    workspace.repository.head()
    found = detect.scan(workspace.root)
    adopted = workspace.layout.config.exists() and not force
    chosen = best(found) if dry_run or adopted else choose(app, found)
    if taken and taken.candidate:
        chosen = chosen._replace(eval=taken.candidate)
    text = detect.config_text(found, chosen=chosen.eval, guardrails=chosen.guardrails)
    shown = inferred(found, chosen)
    path = str(workspace.layout.config.relative_to(workspace.root))
    if dry_run:
        return Answer(Init(path, shown, written=False, text=text), workspace.record())
    aside = workspace.store.set_aside_all("original") if taken and taken.original else None
    written, backup = write(workspace, text, force=force, track=track, notify=app.notify)
    imported = adoption.adopt(workspace, taken, workspace.config().eval.direction) if taken else 0
    answer = examine(app, fix=written, fresh=written) if verify else None
    verification = answer.payload if answer is not None and isinstance(answer.payload, Doctor) else None
    code = answer.exit_code if answer else 0
    backup = str(aside.relative_to(workspace.root)) if aside else backup
    notes = _told(taken, imported, backup) if taken else ()
    return Answer(Init(path, shown, written, verification, backup, "", imported), workspace.record(), code, notes=notes)


def _told(taken: adoption.Taken, imported: int, backup: str | None) -> tuple[str, ...]:
    """What became of the other tool's experiments and files."""
    said = (
        f"{counted(imported, 'experiment')} of {taken.source} now in the history, to learn from: none counts as a win"
    )
    return (said, f"the files of the original AutoLoop are kept in {backup}") if taken.original else (said,)


def _ours(workspace: OpenWorkspace) -> None:
    """Leave alone what another program keeps in ``.autoloop/``.

    Raises:
        StateError: it is another program's, or that of the original tool of this name, which can be imported.
    """
    what = "There is a .autoloop/ of another tool."
    original = workspace.store.original()
    if original:
        what, why = "There is a .autoloop/ of the original AutoLoop.", f"it holds {original}"
        raise StateError("original_directory", what, why=why, fix="autoloop init --import")
    foreign = workspace.store.foreign()
    if foreign:
        raise StateError(
            "foreign_directory", what, why=foreign, fix="mv .autoloop .autoloop.other, then: autoloop init"
        )


def inferred(found: Inference, chosen: Chosen) -> Inferred:
    """What set-up found and what of it was chosen, as it is shown."""
    return Inferred(
        project_kinds=found.project_kinds,
        package_manager=found.package_manager,
        eval=_shown(chosen.eval) if chosen.eval else None,
        guardrails=tuple(NamedCommand(rail.name, rail.command) for rail in chosen.guardrails),
        protected=found.protected,
        evidence=tuple(EvidenceShown(item.file, item.why) for item in found.evidence),
        confidence=found.confidence,
        reasons=found.reasons,
        suggestions=tuple(_shown(idea) for idea in found.suggestions),
        others=tuple(_shown(one) for one in found.evals if one is not chosen.eval)[:_OTHERS],
        skipped=found.skipped,
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
