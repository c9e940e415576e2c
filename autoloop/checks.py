"""Doctor's checks that run nothing of the user's: configuration, workflow, git, disk, journal."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from autoloop import retention, workflow
from autoloop.config import Config
from autoloop.errors import AutoLoopError
from autoloop.git import Repository
from autoloop.guards import GUARDS
from autoloop.model import Record
from autoloop.opened import OpenWorkspace
from autoloop.outcomes import Check
from autoloop.units import counted, format_size
from autoloop.updates import UPDATES

_LEAST_FREE = 500 << 20
_WORKS = (
    "check",
    "calibrate",
    "measure",
    "keep",
    "defer",
    "discard",
    "undo",
    "revive",
    "land",
    "confirm",
    "finalize",
)


def standing(workspace: OpenWorkspace, record: Record) -> Iterator[Check]:
    """The checks, in the order a person would ask them."""
    yield from _git(workspace)
    yield from _config(workspace)
    yield _workflow()
    yield _disk(workspace)
    yield _journal(workspace)
    yield from _seal(workspace, record)
    yield from _retention(workspace, record)


def _git(workspace: OpenWorkspace) -> Iterator[Check]:
    try:
        repository = workspace.repository
        head = repository.head()
        operation = repository.operation_in_progress()
    except AutoLoopError as error:
        yield Check("git", "fail", error.what, error.why, error.fix)
        return
    if head.commit is None:
        yield Check("git", "fail", "This branch has no commit yet.", "", 'git add -A && git commit -m "first"')
    elif operation:
        yield Check("git", "fail", f"Git is in the middle of: {operation}.", "", "finish or abort it with git")
    else:
        where = (head.ref or "a detached HEAD").removeprefix("refs/heads/")
        yield Check("git", "pass", f"On {where} at {head.commit[:10]}.")
    yield _landing(repository)
    yield _identity(repository)
    yield from _hooks(workspace, repository.hooks_present())


def _identity(repository: Repository) -> Check:
    found = repository.identity()
    author = f"{found.name} <{found.email}>"
    if not found.fallback:
        return Check("identity", "pass", f"Commits will be by {author}.")
    return Check(
        "identity",
        "warn",
        f"Git knows no identity; commits will be by {author}.",
        "user.name or user.email is not set",
        "git config user.name NAME && git config user.email ADDRESS",
    )


def _hooks(workspace: OpenWorkspace, installed: tuple[str, ...]) -> Iterator[Check]:
    try:
        run = workspace.config().git.hooks
    except AutoLoopError:
        return  # said where the configuration is checked
    if installed and not run:
        names = ", ".join(installed)
        fix = "to run them on a copy before each keep: hooks = true in [git] of .autoloop/config.toml"
        yield Check("hooks", "warn", f"Git hooks are not run by keep: {names}.", "", fix)


def _landing(repository: Repository) -> Check:
    """Tried for real: a reference and a lock are made and deleted."""
    try:
        found = repository.probe()
    except AutoLoopError as error:
        return Check("git_writable", "fail", error.what, error.why, error.fix)
    if found.mode == "commit":
        return Check("git_writable", "pass", "Git can be written: keep commits at once.")
    what = "Git cannot be written here: keep records wins in .autoloop/objects, and they land later."
    return Check("git_writable", "warn", what, found.why, "outside the sandbox: autoloop land")


def _retention(workspace: OpenWorkspace, record: Record) -> Iterator[Check]:
    try:
        limit = workspace.config().git.retention
        old = retention.prunable(record, retention.held(workspace, record), limit)
    except AutoLoopError:
        return
    if old:
        size = format_size(sum(one.bytes for one in old))
        what = f"{counted(len(old), 'old candidate')} more than the {limit} of [git] retention ({size} of raw output)."
        yield Check("retention", "warn", what, "", "autoloop prune")


def _config(workspace: OpenWorkspace) -> Iterator[Check]:
    try:
        config = workspace.config()
    except AutoLoopError as error:
        yield Check("config", "fail", error.what, error.why, error.fix)
        return
    yield Check("config", "pass", "config.toml makes sense.")
    yield from _incomplete(config)


def _incomplete(config: Config) -> Iterator[Check]:
    edit = "name a command that tests it: [guardrails.tests] in .autoloop/config.toml, or: autoloop doctor --fix"
    if config.eval.primary_metric and not config.eval.direction:
        yield Check(
            "direction",
            "fail",
            "Nobody said which direction is better.",
            f"the name {config.eval.primary_metric!r} does not say it",
            'set direction = "lower_is_better" or "higher_is_better" in [eval] of .autoloop/config.toml',
        )
    if not config.guardrails:
        yield Check(
            "guardrails", "warn", "There is no guardrail.", "a change that breaks the tests could be kept", edit
        )


def _workflow() -> Check:
    try:
        problems = workflow.lint(workflow.load(), conditions=GUARDS, updates=UPDATES, works=_WORKS)
    except AutoLoopError as error:
        return Check("workflow", "fail", error.what, error.why, error.fix)
    if problems:
        return Check("workflow", "fail", "The workflow file is broken.", "; ".join(problems), "reinstall AutoLoop")
    return Check("workflow", "pass", "The workflow file is sound.")


def _disk(workspace: OpenWorkspace) -> Check:
    free = shutil.disk_usage(workspace.root).free
    if free < _LEAST_FREE:
        return Check("disk", "warn", f"Only {format_size(free)} are free.", "", "make room before a long session")
    return Check("disk", "pass", f"{format_size(free)} are free.")


def _journal(workspace: OpenWorkspace) -> Check:
    if not workspace.layout.journal.exists():
        return Check("journal", "pass", "The journal is empty.")
    chain = workspace.store.verify_chain()
    if chain.ok:
        return Check("journal", "pass", f"The journal's chain of {counted(chain.events, 'line')} is unbroken.")
    return Check(
        "journal",
        "fail",
        f"The journal is broken at line {chain.first_bad_line}.",
        chain.why,
        "autoloop doctor --rebuild",
    )


def _seal(workspace: OpenWorkspace, record: Record) -> Iterator[Check]:
    try:
        digest = workspace.config().digest
    except AutoLoopError:
        return
    if record.config_seal and record.config_seal != digest:
        yield Check("seal", "pass", "config.toml was changed since it was last proven; it is proven anew now.")
