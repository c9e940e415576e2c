"""``autoloop doctor``: runs every configured command for real and says what is wrong and how to mend it."""

from __future__ import annotations

import click

from autoloop import agents, trust
from autoloop.checks import standing
from autoloop.commands import possible
from autoloop.commands.app import Answer, App, command
from autoloop.commands.detached import detachable
from autoloop.commands.firing import engine, fire, opened
from autoloop.errors import EXIT_REFUSED, AutoLoopError, RefusedError, UsageError
from autoloop.model import Record
from autoloop.outcomes import Check, Checked
from autoloop.payloads import Doctor
from autoloop.setup import record_program
from autoloop.works import mirror

_WITHOUT_SETUP = {"git", "git_writable", "identity", "workflow"}  # what can be checked before there is a configuration


@command("doctor", short_help="Run every configured command for real and say what is wrong.")
@detachable
@click.option("--fix", is_flag=True, help="Repair what can be proven, and show the change.")
@click.option("--undo", "back", is_flag=True, help="Put back the config.toml that --fix or init --force replaced.")
@click.option("--rebuild", is_flag=True, help="Rebuild state files from the journal first.")
@click.option("--look", is_flag=True, help="Run none of the configured commands.")
@click.option(
    "--agent", type=click.Choice(agents.NAMES), metavar="NAME", help="Check one coding agent's client instead."
)
def doctor(app: App, fix: bool, back: bool, rebuild: bool, look: bool, agent: str | None) -> Answer:
    """Run every configured command for real and say what is wrong. Unhealthy is exit code 1.

    \b
    autoloop doctor
    autoloop doctor --fix         tries other commands where one fails, and writes down what works
    autoloop doctor --undo        takes that back
    autoloop doctor --rebuild     after state files were damaged
    autoloop doctor --look        what can be seen without running anything
    autoloop doctor --agent codex   client, login, PATH, git and time limits, in its kind of shell
    """
    if agent is not None:
        _alone("--agent", {"--fix": fix, "--undo": back, "--rebuild": rebuild, "--look": look})
        return _agent(app, agent)
    if look:
        _alone("--look", {"--fix": fix, "--undo": back, "--rebuild": rebuild})
        return _looked(app, app.workspace.record())
    if rebuild:
        mirror.restore(opened(app))
        app.workspace.store.rebuild()
    return _undone(app) if back else examine(app, fix=fix)


def examine(app: App, *, fix: bool = False, fresh: bool = False) -> Answer:
    """Doctor's answer, also for ``init --verify``; with ``fix``, what failed is replaced where something else works.

    ``fresh``: the configuration was written a moment ago, and nobody relies on its linters yet.
    """
    record = app.workspace.record()
    if app.workspace.store.exists():
        record_program(app.workspace)
    if record.state == "uninitialized":
        return _looked(app, record)
    _approve(app)
    if record.experiment is not None:
        return _looked(app, record)
    try:
        done = fire(app, "doctor", {"fix": fix or None, "fresh": fresh or None})
    except RefusedError as refusal:
        if refusal.code in {"config_missing", "config_invalid", "config_unreadable"}:
            return _looked(app, record)
        raise
    checked = done.result
    if not isinstance(checked, Checked):
        return _answer((), done.record)
    return _answer(checked.checks, done.record, checked.fixed, checked.diff)


def _alone(option: str, others: dict[str, bool]) -> None:
    given = [name for name, there in others.items() if there]
    if given:
        raise UsageError(
            "options_conflict", f"{option} and {given[0]} do not go together.", fix=f"leave out {given[0]}"
        )


def _agent(app: App, name: str) -> Answer:
    """Whether that agent can work here; the record stays as it is, and none of the configured commands is run."""
    from autoloop import readiness

    record = app.workspace.record()
    checks = tuple(readiness.checks(opened(app), record, agents.client(name), app.notify))
    return _answer(checks, possible.shown(app, record), agent=name)


def _undone(app: App) -> Answer:
    """The configuration as it was before; its commands are not run, for somebody wanted it back as it is."""
    from autoloop.works.repair import undo

    said, diff = undo(opened(app))
    notes = ("no command was run; to prove them: autoloop doctor",)
    return Answer(Doctor(healthy=False, checks=(), fixed=(said,), diff=diff), app.workspace.record(), notes=notes)


def _answer(
    checks: tuple[Check, ...],
    record: Record,
    fixed: tuple[str, ...] = (),
    diff: str = "",
    notes: tuple[str, ...] = (),
    agent: str | None = None,
) -> Answer:
    healthy = all(check.status != "fail" for check in checks)
    payload = Doctor(healthy, checks, fixed, diff, agent)
    return Answer(payload, record, exit_code=0 if healthy else EXIT_REFUSED, notes=notes)


def _looked(app: App, record: Record) -> Answer:
    """Only what can be seen without running anything: an open experiment's tree is not the one to prove commands on."""
    checks = tuple(standing(opened(app), record))
    record = possible.shown(app, record)
    notes = ("an experiment is open: no command was run",) if record.experiment else ()
    if record.state == "uninitialized":
        missing = _nothing_here(app)
        checks = (*(check for check in checks if check.id in _WITHOUT_SETUP), missing)
    return _answer(checks, record, notes=notes)


def _nothing_here(app: App) -> Check:
    try:
        held = mirror.copies(opened(app))
    except AutoLoopError:
        held = ()  # what is wrong with git is said by its own check
    if not held:
        return Check("workspace", "fail", "AutoLoop is not set up here.", "", "autoloop init --verify")
    why = f"an earlier loop's journal is held by {', '.join(held)}"
    return Check("workspace", "fail", "There is no .autoloop/ here any more.", why, "autoloop doctor --rebuild")


def _approve(app: App) -> None:
    """Remember an approval that was given with ``--yes`` or at the terminal."""
    try:
        config = opened(app).config()
    except AutoLoopError:
        return  # the guard says it, with its place in the file
    facts = engine(app).facts(app.workspace.record())
    if facts.trusted:
        return
    asked = app.ask is not None and app.ask(
        _question(config.eval.command, [r.command for r in config.guardrails.values()])
    )
    if app.yes or asked:
        trust.approve(app.workspace.root, config)


def _question(command_: str, others: list[str]) -> str:
    listed = "\n".join(f"  {line}" for line in [command_, *others] if line)
    return f"This configuration came with the repository. It would run:\n{listed}\nRun these commands?"
