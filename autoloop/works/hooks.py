"""``[git] hooks = true``: the commit hooks of the repository as a guardrail before a keep.

They run where ``git commit`` would run them: in a work tree whose index holds what is to be committed, with a file
that holds the message. It is a copy, so that a hook can neither touch the user's files nor hang the user's git.
"""

from __future__ import annotations

from pathlib import Path

from autoloop import runner
from autoloop.errors import GitError
from autoloop.git import KeepPlan, Rehearsal, Repository
from autoloop.job import Job
from autoloop.sampler import said

RUN = ("pre-commit", "prepare-commit-msg", "commit-msg")
_PATIENCE = 600.0


def message_after(job: Job, plan: KeepPlan, message: str) -> str:
    """Run the hooks on a copy of what ``plan`` commits; the message as they leave it.

    Raises:
        GitError: ``hook_refused``, or ``hook_changed_files`` when one would commit something else than was measured.
    """
    repository = job.repository
    hooks = {name: hook for name in RUN if (hook := repository.hook(name))}
    if not hooks:
        return message
    where = job.workspace.layout.scratch / "hooks"
    try:
        rehearsal = repository.rehearse(plan, message, where)
        for name, hook in hooks.items():
            _run(job, name, hook, rehearsal)
        _check_unchanged(job, plan, where)
        return _cleaned(rehearsal.message.read_text(encoding="utf-8", errors="replace"))
    finally:
        repository.remove_worktree(where)


def _run(job: Job, name: str, hook: Path, rehearsal: Rehearsal) -> None:
    job.tell("keeping", f"running the {name} hook")
    arguments = {"prepare-commit-msg": (str(rehearsal.message), "message"), "commit-msg": (str(rehearsal.message),)}
    command = runner.Command(
        argv=(str(hook), *arguments.get(name, ())),
        cwd=rehearsal.where,
        timeout=_PATIENCE,
        env={**job.config.eval.env, "GIT_EDITOR": ":"},
        keep_env=job.config.eval.keep_env,
    )
    stem = job.workspace.layout.runs / "hooks" / name
    finished = runner.run(
        command,
        stdout=stem.with_suffix(".out"),
        stderr=stem.with_suffix(".err"),
        on_start=lambda group: job.note("group", group),
    )
    if finished.outcome != "ok":
        raise GitError(
            "hook_refused",
            f"The {name} hook refused the commit.",
            why=f"{finished.outcome}, exit code {finished.exit_code}:{said(finished)}",
            fix="mend what it names, then: autoloop eval; or autoloop discard --revert",
        )


def _check_unchanged(job: Job, plan: KeepPlan, where: Path) -> None:
    """What is committed is what was measured: a hook may look at files and not rewrite them."""
    now = Repository.discover(where).snapshot(job.workspace.layout.scratch, max_file_bytes=job.largest_file)
    changed = job.repository.changed_paths(plan.tree, now.tree)
    if changed:
        raise GitError(
            "hook_changed_files",
            "A commit hook changed files, and what it made of them was not measured.",
            why=f"changed: {', '.join(changed[:10])}",
            fix="make the same change in the work tree (run the formatter), then: autoloop eval",
        )


def _cleaned(message: str) -> str:
    text = "\n".join(line.rstrip() for line in message.splitlines()).strip()
    if not text:
        raise GitError(
            "hook_refused", "A commit hook left an empty message.", fix="mend the hook, or set hooks = false in [git]"
        )
    return text + "\n"
