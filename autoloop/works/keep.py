"""The work of ``keeping``: one commit of exactly the experiment's paths."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from autoloop.git import KeepPlan, Remembered
from autoloop.job import Job
from autoloop.model import Evaluation, Experiment, GuardrailResult
from autoloop.outcomes import HoldoutFailed, Kept
from autoloop.units import format_value
from autoloop.works import holdout, hooks
from autoloop.works.rest import at_rest

_SUBJECT = 72


def keep(job: Job) -> Kept | HoldoutFailed:
    """Commit the win; called again after a crash, it finishes the very same commit.

    Raises:
        GitError: git or the repository's state forbids it; nothing has happened then.
    """
    plan = job.planned(KeepPlan)
    if plan is None:
        if holdout.passes(job) is False:
            return HoldoutFailed()
        plan = _plan(job)
        job.remember_plan(plan)
    left = job.repository.apply_keep(plan, job.workspace.layout.scratch)
    tree, remembered = at_rest(job)
    job.notes += [
        *_notes(job, plan),
        *(f"{path} was staged meanwhile; its index entry was left alone" for path in left),
    ]
    return Kept(plan.commit, plan.ref, tree, remembered)


def begun(job: Job) -> bool:
    """Whether the branch has the journalled commit already."""
    plan = job.planned(KeepPlan)
    return plan is not None and job.repository.keep_state(plan) in {"partial", "done"}


def defer(job: Job) -> Kept | HoldoutFailed:
    """Make the win's commit on top of those that wait already, and leave branch and index alone: it lands later.

    Raises:
        GitError: the experiment cannot be told apart from other edits; nothing has happened then.
    """
    if holdout.passes(job) is False:
        return HoldoutFailed()
    waiting = job.record.waiting
    plan = _plan(job, onto=waiting[-1].commit if waiting else job.facts.commit)
    tree, remembered = at_rest(job)
    told = f"the commit is made and waits for: autoloop land (waiting: {len(waiting) + 1})"
    job.notes += [*_notes(job, plan), told]
    return Kept(plan.commit, plan.ref, tree, remembered, waits=True)


def _plan(job: Job, onto: str | None = None) -> KeepPlan:
    experiment = job.record.experiment
    if experiment is None or experiment.evaluation is None:
        message = "keeping needs an evaluated experiment"
        raise RuntimeError(message)
    job.tell("keeping", f"committing experiment {experiment.id}")
    repository, evaluation = job.repository, experiment.evaluation
    changes = repository.delta(experiment.before, evaluation.tree)
    text = message_of(job, experiment, evaluation)
    before = msgspec.convert(experiment.remembered, Remembered)
    scratch = job.workspace.layout.scratch
    plan = repository.plan_keep(before, evaluation.tree, changes, text, scratch, onto=onto)
    if job.config.git.hooks and (left := hooks.message_after(job, plan, text)) != text:
        plan = repository.plan_keep(before, evaluation.tree, changes, left, scratch, onto=onto)
    repository.anchor({f"refs/autoloop/{job.record.loop}/{experiment.id}/keep": plan.commit})
    return plan


def message_of(job: Job, experiment: Experiment, evaluation: Evaluation) -> str:
    """The commit message: a subject, the description where it is longer, and trailers in a paragraph of their own."""
    description = _without_controls(str(job.options.get("description") or experiment.description))
    session = job.record.session
    first, *_ = description.splitlines() or [""]
    full = job.config.git.message.format(
        id=experiment.id, description=first.strip(), session=session.name if session else ""
    )
    subject = full if len(full) <= _SUBJECT else full[: _SUBJECT - 1].rstrip() + "…"
    paragraphs = [subject]
    if subject != full or len(description.splitlines()) > 1:
        paragraphs.append(_quoted(description))
    paragraphs.append(_story(job, evaluation))
    return "\n\n".join([*paragraphs, "\n".join(_trailers(job, experiment, evaluation))]) + "\n"


def _without_controls(text: str) -> str:
    """The text without control codes other than line ends: whoever reads the log has a terminal to lose."""
    lines = ("".join(letter for letter in line if unicodedata.category(letter) != "Cc") for line in text.splitlines())
    return "\n".join(lines)


def _quoted(description: str) -> str:
    """The description's lines, none of which may look like a trailer of ours."""
    return re.sub(r"(?m)^(?=[A-Za-z-]+:)", "> ", description.strip())


def _story(job: Job, evaluation: Evaluation) -> str:
    baseline = job.record.baseline
    unit = baseline.unit if baseline else ""
    gain = evaluation.improvement
    values = [format_value(x, unit) for x in (evaluation.incumbent, evaluation.value) if x is not None]
    text = f"{baseline.metric if baseline else 'metric'}: {' -> '.join(values)}"
    if gain.percent is not None:
        text += f", {gain.percent:.2f} % better"
    return text + "."


def _trailers(job: Job, experiment: Experiment, evaluation: Evaluation) -> list[str]:
    gain, baseline = evaluation.improvement, job.record.baseline
    lines = [f"AutoLoop-Experiment: {experiment.id}"]
    if baseline is not None:
        lines += [f"AutoLoop-Metric: {baseline.metric}{f' ({baseline.unit})' if baseline.unit else ''}"]
    if evaluation.incumbent is not None:
        lines += [f"AutoLoop-Before: {evaluation.incumbent:.6g}"]
    if evaluation.value is not None:
        lines += [f"AutoLoop-After: {evaluation.value:.6g}"]
    if gain.percent is not None:
        lines += [f"AutoLoop-Effect: {gain.percent:+.2f} %"]
    if gain.low is not None and gain.high is not None:
        lines += [f"AutoLoop-Interval: {gain.low:+.2f} to {gain.high:+.2f} % (90 %)"]
    arms = [run.arm for run in evaluation.runs]
    lines += [f"AutoLoop-Samples: {arms.count('candidate')} candidate, {arms.count('incumbent')} incumbent"]
    if passed := [_passed(rail) for rail in evaluation.guardrails if rail.passed]:
        lines += [f"AutoLoop-Guardrails: {', '.join(passed)}"]
    return lines


def _passed(rail: GuardrailResult) -> str:
    """A guardrail's name, with its number and limit where it has one."""
    return rail.name if rail.value is None else f"{rail.name} {rail.value:.6g} {rail.threshold}".rstrip()


def _notes(job: Job, plan: KeepPlan) -> tuple[str, ...]:
    notes = []
    if plan.author.fallback:
        notes.append(f"git knows no identity here; committed as {plan.author.name} <{plan.author.email}>")
    silent = [name for name in job.repository.hooks_present() if not (job.config.git.hooks and name in hooks.RUN)]
    if silent and job.record.counts.kept == 0:
        notes.append(f"git hooks are not run by keep: {', '.join(silent)}")
    return tuple(notes)
