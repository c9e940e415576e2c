"""The conditions of the workflow: one small pure function each, answering None or the reason why not.

Guards see the world only through `Facts`, which gathers lazily: a guard that asks nothing of git costs no git.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from autoloop import budget
from autoloop.config import Config
from autoloop.errors import AutoLoopError
from autoloop.model import Blocked, Evaluation, Fingerprint, Measurement, Record, Session
from autoloop.outcomes import Opening


class Facts(Protocol):
    """What guards and updates may know. Properties may raise `AutoLoopError` where the world cannot be read."""

    @property
    def record(self) -> Record:
        """The persisted state before the step."""

    @property
    def now(self) -> float:
        """Unix time of the step."""

    @property
    def trigger(self) -> str:
        """The trigger that is being fired."""

    @property
    def options(self) -> Mapping[str, object]:
        """What was asked for on the command line, in plain JSON values."""

    @property
    def opening(self) -> Opening:
        """What an experiment or a session would begin with, now."""

    @property
    def measurement(self) -> Measurement:
        """The measurement that would begin now."""

    @property
    def loop(self) -> str:
        """A fresh name for this workspace's refs."""

    @property
    def result(self) -> object:
        """What the work of a working state came to (engine triggers only)."""

    @property
    def config(self) -> Config | AutoLoopError:
        """The configuration, or what is wrong with it."""

    @property
    def trusted(self) -> bool:
        """Whether the user has approved the configured commands."""

    @property
    def operation(self) -> str | None:
        """The git operation in progress, if any."""

    @property
    def fingerprint(self) -> Fingerprint:
        """The machine."""

    @property
    def tree(self) -> str:
        """The work tree as a git tree, now."""

    @property
    def before(self) -> str:
        """The tree that changes are taken against: the experiment's beginning, or the incumbent at rest."""


Guard = Callable[[Facts], Blocked | None]


def initialized(facts: Facts) -> Blocked | None:
    """A workspace exists."""
    if facts.record.state != "uninitialized":
        return None
    return Blocked("not_initialized", "AutoLoop is not set up in this repository", "autoloop init --verify")


def overwriting(facts: Facts) -> Blocked | None:
    """The user asked to replace what is there."""
    if facts.options.get("force"):
        return None
    return Blocked(
        "already_initialized", ".autoloop/config.toml exists already", "autoloop init --force (keeps a backup)"
    )


def config_decodes(facts: Facts) -> Blocked | None:
    """The configuration makes sense."""
    config = facts.config
    if isinstance(config, AutoLoopError):
        why = " ".join(part for part in (config.what, config.why) if part)
        return Blocked(config.code, why, config.fix, exit=config.exit_code)
    return None


def trusted(facts: Facts) -> Blocked | None:
    """The commands are the user's own, or approved."""
    if facts.trusted:
        return None
    return Blocked(
        "config_not_trusted",
        "this configuration came with the repository and its commands were never approved here",
        "read .autoloop/config.toml, then: autoloop doctor --yes",
    )


def config_verified(facts: Facts) -> Blocked | None:
    """The configuration is the sealed one."""
    if isinstance(facts.config, AutoLoopError):
        return None  # config_decodes says it
    seal = facts.record.config_seal
    if not seal:
        return Blocked("config_unverified", "the configured commands are not proven", "autoloop doctor")
    if facts.config.digest == seal:
        return None
    fix = "autoloop doctor"
    if facts.record.experiment is not None:
        fix = "restore .autoloop/config.toml, or: autoloop discard --revert, then: autoloop doctor"
    return Blocked("config_changed", f"config.toml is not the one that doctor proved (seal {seal})", fix)


def commands_proven(facts: Facts) -> Blocked | None:
    """The checks found nothing that fails."""
    if getattr(facts.result, "healthy", False):
        return None
    return Blocked("unhealthy", "a check failed", "autoloop doctor")


def baseline_valid(facts: Facts) -> Blocked | None:
    """A baseline holds for exactly this configuration and machine."""
    baseline, config = facts.record.baseline, facts.config
    if baseline is None:
        return Blocked("no_baseline", "the starting point is not measured", "autoloop baseline")
    if isinstance(config, AutoLoopError):
        return None  # config_decodes says it
    fix = "autoloop baseline"
    if facts.record.experiment is not None:
        fix = "autoloop discard --revert, then: autoloop baseline"
    if config.measuring_digest != baseline.config_digest:
        return Blocked("baseline_stale", "the eval or a guardrail was changed after the baseline was measured", fix)
    if facts.fingerprint.digest != baseline.fingerprint.digest:
        return Blocked("machine_changed", "the baseline was measured on another machine", fix)
    return None


def baseline_taken(facts: Facts) -> Blocked | None:
    """The calibration came to a baseline."""
    if getattr(facts.result, "baseline", None) is not None:
        return None
    return Blocked("no_baseline", "the measurement gave no usable samples", "autoloop doctor")


def no_git_operation(facts: Facts) -> Blocked | None:
    """Git is at rest."""
    operation = facts.operation
    if operation is None:
        return None
    return Blocked(
        "git_operation", f"git is in the middle of: {operation}", "finish or abort it with git, then repeat", exit=5
    )


def no_session_open(facts: Facts) -> Blocked | None:
    """No session is open."""
    session = facts.record.session
    if session is None:
        return None
    return Blocked("session_open", f"session {session.name!r} is open", "autoloop session end, or: autoloop finalize")


def session_open(facts: Facts) -> Blocked | None:
    """A session is open."""
    if facts.record.session is not None:
        return None
    return Blocked("no_session", "no session is open", "autoloop session start --name NAME")


def no_experiment_open(facts: Facts) -> Blocked | None:
    """No experiment is open."""
    experiment = facts.record.experiment
    if experiment is None:
        return None
    return Blocked(
        "experiment_open",
        f"experiment {experiment.id} ({experiment.description!r}) is open",
        "autoloop eval, then keep or discard it",
    )


def experiment_open(facts: Facts) -> Blocked | None:
    """An experiment is open."""
    if facts.record.experiment is not None:
        return None
    return Blocked("no_experiment", "no experiment is open", "autoloop pre --description TEXT")


def _evaluation(facts: Facts) -> Evaluation | None:
    """The evaluation in question: the one just measured, else the open experiment's."""
    if isinstance(facts.result, Evaluation):
        return facts.result
    experiment = facts.record.experiment
    return experiment.evaluation if experiment else None


def verdict_given(facts: Facts) -> Blocked | None:
    """The experiment was evaluated."""
    if facts.record.experiment is None or _evaluation(facts) is not None:
        return None
    return Blocked("no_verdict", "the change was not evaluated", "autoloop eval")


def change_present(facts: Facts) -> Blocked | None:
    """The work tree differs from what it was."""
    if facts.tree != facts.before:
        return None
    return Blocked("no_change", "the work tree is exactly the incumbent", "change the code, then: autoloop eval")


def tree_is_new(facts: Facts) -> Blocked | None:
    """The tree is not the one that has a verdict."""
    evaluation = _evaluation(facts)
    if evaluation is None or facts.tree != evaluation.tree:
        return None
    fix = {"keep": "autoloop keep --commit", "rerun": "autoloop rerun"}.get(
        evaluation.decision, "autoloop discard --revert"
    )
    return Blocked("already_measured", f"this very tree was measured: {evaluation.decision}", fix)


def tree_as_measured(facts: Facts) -> Blocked | None:
    """The tree on disk is the one that has the verdict."""
    evaluation = _evaluation(facts)
    if evaluation is None or facts.tree == evaluation.tree:
        return None
    return Blocked("tree_changed", "files were edited after the measurement", "autoloop eval")


def _failure(facts: Facts, code: str, what: str) -> Blocked | None:
    evaluation = _evaluation(facts)
    if evaluation is None or code not in evaluation.failures:
        return None
    why = "; ".join(evaluation.reasons) or what
    return Blocked(code, why, "autoloop discard --revert, or mend the change and: autoloop eval")


def scope_respected(facts: Facts) -> Blocked | None:
    """Only editable paths were changed."""
    return _failure(facts, "out_of_scope", "a path outside [scope] editable was changed")


def harness_untouched(facts: Facts) -> Blocked | None:
    """The measuring side was left alone."""
    return _failure(facts, "harness_changed", "a protected path was changed")


def guardrails_passed(facts: Facts) -> Blocked | None:
    """No guardrail failed."""
    return _failure(facts, "guardrail_failed", "a guardrail failed")


def metric_improved(facts: Facts) -> Blocked | None:
    """The verdict is keep."""
    evaluation = _evaluation(facts)
    if evaluation is None or evaluation.decision == "keep":
        return None
    why = "; ".join(evaluation.reasons) or f"the verdict is {evaluation.decision}"
    if evaluation.decision == "rerun":
        return Blocked("verdict_uncertain", why, "autoloop rerun")
    return Blocked(f"verdict_{evaluation.decision}", why, "autoloop discard --revert")


def verdict_uncertain(facts: Facts) -> Blocked | None:
    """The verdict is rerun."""
    evaluation = _evaluation(facts)
    if evaluation is not None and evaluation.decision == "rerun":
        return None
    return Blocked("verdict_clear", "there is nothing uncertain to measure again", "autoloop next")


def measurement_crashed(facts: Facts) -> Blocked | None:
    """The eval broke down."""
    evaluation = _evaluation(facts)
    if evaluation is not None and evaluation.decision == "crash":
        return None
    return Blocked("not_crashed", "the eval gave a number", "autoloop next")


def rerun_left(facts: Facts) -> Blocked | None:
    """One honest second try per tree: two at 5 % are a 10 % test."""
    evaluation = _evaluation(facts)
    if evaluation is None or evaluation.attempt < 2:  # noqa: PLR2004 - the second try is the last
        return None
    return Blocked(
        "rerun_spent", "this tree was measured twice; a third look would be luck", "autoloop discard --revert"
    )


def _reached(facts: Facts, session: Session | None, value: float | None) -> Blocked | None:
    baseline = facts.record.baseline
    direction = baseline.direction if baseline else "lower_is_better"
    return next(iter(budget.reached(session, facts.now, value, direction)), None)


def budget_left(facts: Facts) -> Blocked | None:
    """Another experiment may begin."""
    incumbent = facts.record.incumbent
    return _reached(facts, facts.record.session, incumbent.value if incumbent else None)


def budget_for_more(facts: Facts) -> Blocked | None:
    """Another measurement of the open experiment may begin."""
    return next(iter(budget.time_reached(facts.record.session, facts.now)), None)


def _left_after(facts: Facts, *, kept: bool) -> Blocked | None:
    record = facts.record
    session, experiment, incumbent = record.session, record.experiment, record.incumbent
    if session is None or experiment is None:
        return None
    evaluation = experiment.evaluation
    crashed = evaluation is not None and evaluation.decision == "crash"
    spent = budget.closed(session.spent, kept=kept, crashed=crashed)
    value = evaluation.value if kept and evaluation else incumbent.value if incumbent else None
    return _reached(facts, msgspec.structs.replace(session, spent=spent), value)


def budget_left_after_keep(facts: Facts) -> Blocked | None:
    """No limit is reached with this experiment kept."""
    return _left_after(facts, kept=True)


def budget_left_after_discard(facts: Facts) -> Blocked | None:
    """No limit is reached with this experiment discarded."""
    return _left_after(facts, kept=False)


def wins_exist(facts: Facts) -> Blocked | None:
    """There is something to put on a branch."""
    if facts.record.counts.kept:
        return None
    return Blocked("no_wins", "no experiment was kept", "autoloop pre --description TEXT")


def confirmation_wanted(facts: Facts) -> Blocked | None:
    """The gain is to be measured again."""
    if facts.options.get("confirm", True):
        return None
    return Blocked("confirmation_declined", "--no-confirm was given", "autoloop finalize")


GUARDS: dict[str, Guard] = {
    guard.__name__: guard
    for guard in (
        initialized,
        overwriting,
        config_decodes,
        trusted,
        config_verified,
        commands_proven,
        baseline_valid,
        baseline_taken,
        no_git_operation,
        no_session_open,
        session_open,
        no_experiment_open,
        experiment_open,
        verdict_given,
        change_present,
        tree_is_new,
        tree_as_measured,
        scope_respected,
        harness_untouched,
        guardrails_passed,
        metric_improved,
        verdict_uncertain,
        measurement_crashed,
        rerun_left,
        budget_left,
        budget_for_more,
        budget_left_after_keep,
        budget_left_after_discard,
        wins_exist,
        confirmation_wanted,
    )
}
