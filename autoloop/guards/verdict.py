"""Guards about the open experiment: its change, what was measured, and what the verdict says."""

from __future__ import annotations

from autoloop.guards.facts import Facts, looked_enough, way_on
from autoloop.model import Blocked, Evaluation, Experiment
from autoloop.outcomes import HoldoutFailed, Undone


def _in_hand(facts: Facts) -> Experiment | None:
    """The experiment in question: the one that is being opened again, else the open one."""
    return facts.result.experiment if isinstance(facts.result, Undone) else facts.record.experiment


def _evaluation(facts: Facts) -> Evaluation | None:
    """The evaluation in question: the one just measured, else that of the experiment in hand."""
    if isinstance(facts.result, Evaluation):
        return facts.result
    experiment = _in_hand(facts)
    return experiment.evaluation if experiment else None


def verdict_given(facts: Facts) -> Blocked | None:
    """The experiment was evaluated."""
    if _in_hand(facts) is None or _evaluation(facts) is not None:
        return None
    return Blocked("no_verdict", "the change has not been evaluated", "autoloop eval")


def change_present(facts: Facts) -> Blocked | None:
    """The work tree differs from what it was."""
    if facts.tree != facts.before:
        return None
    why = "no file differs from the incumbent (the best kept state)"
    return Blocked("no_change", why, "change the code, then: autoloop eval")


def _is(tree: str, evaluation: Evaluation) -> bool:
    """Whether ``tree`` is what was measured, with or without the files that the eval itself wrote."""
    return tree in {evaluation.tree, evaluation.left}


def tree_is_new(facts: Facts) -> Blocked | None:
    """The tree is none that was measured in this experiment; trying again until luck helps is no measurement."""
    experiment = facts.record.experiment
    if experiment is None:
        return None
    now = experiment.evaluation
    if now is not None and now.decision != "crash" and _is(facts.tree, now):
        why = f"exactly these files were measured already; the verdict was {now.decision}"
        return Blocked("already_measured", why, way_on(experiment))
    for earlier in experiment.earlier:
        if _is(facts.tree, earlier) and _final(earlier):
            why = f"exactly these files were measured earlier in this experiment; the verdict was {earlier.decision}"
            return Blocked(
                "already_measured", why, "change the code, then: autoloop eval; or: autoloop discard --revert"
            )
    return None


def _final(evaluation: Evaluation) -> bool:
    """Whether another look at the same files could only be a second chance; a win may always be looked at again."""
    return evaluation.decision == "discard" or (evaluation.decision == "rerun" and looked_enough(evaluation))


def tree_as_measured(facts: Facts) -> Blocked | None:
    """The tree on disk is the one that has the verdict."""
    evaluation = _evaluation(facts)
    if evaluation is None or _is(facts.tree, evaluation):
        return None
    return Blocked("tree_changed", "files were edited after they were measured", "autoloop eval")


def _told(evaluation: Evaluation) -> str:
    """Its reasons without the output that some of them quote: ``show`` has that."""
    return "; ".join(reason.partition("\n")[0] for reason in evaluation.reasons)


def _failure(facts: Facts, code: str, what: str, *, found: bool = False) -> Blocked | None:
    evaluation = _evaluation(facts)
    if evaluation is None or not (found or code in evaluation.failures):
        return None
    why = _told(evaluation) or what
    return Blocked(code, why, "autoloop discard --revert; or mend the change, then: autoloop eval")


def scope_respected(facts: Facts) -> Blocked | None:
    """Only editable paths were changed."""
    return _failure(facts, "out_of_scope", "a path outside [scope] editable was changed")


def harness_untouched(facts: Facts) -> Blocked | None:
    """The measuring side was left alone."""
    return _failure(facts, "harness_changed", "a protected path was changed")


def guardrails_passed(facts: Facts) -> Blocked | None:
    """No guardrail failed."""
    evaluation = _evaluation(facts)
    failed = [rail.name for rail in evaluation.guardrails if rail.passed is False] if evaluation else []
    return _failure(facts, "guardrail_failed", f"failed: {', '.join(failed)}", found=bool(failed))


def metric_improved(facts: Facts) -> Blocked | None:
    """The verdict is keep."""
    evaluation = _evaluation(facts)
    if evaluation is None or evaluation.decision == "keep":
        return None
    why = _told(evaluation) or f"the verdict is {evaluation.decision}"
    if evaluation.decision == "rerun":
        return Blocked("verdict_uncertain", why, "autoloop rerun")
    fix = "autoloop discard --revert; or improve the change, then: autoloop eval"
    return Blocked(f"verdict_{evaluation.decision}", why, fix)


def holdout_failed(facts: Facts) -> Blocked | None:
    """The hidden check said no."""
    if isinstance(facts.result, HoldoutFailed):
        return None
    return Blocked("holdout_passed", "the hold-out check did not fail", "autoloop next")


def verdict_uncertain(facts: Facts) -> Blocked | None:
    """The verdict is rerun."""
    evaluation = _evaluation(facts)
    if evaluation is not None and evaluation.decision == "rerun":
        return None
    why = "only an undecided change (verdict rerun) is measured again"
    return Blocked("verdict_clear", why, "autoloop next")


def measurement_crashed(facts: Facts) -> Blocked | None:
    """The eval broke down."""
    evaluation = _evaluation(facts)
    if evaluation is not None and evaluation.decision == "crash":
        return None
    return Blocked("not_crashed", "the eval gave a number", "autoloop next")


def rerun_left(facts: Facts) -> Blocked | None:
    """The one second try of this tree was not made yet."""
    evaluation = _evaluation(facts)
    if evaluation is None or not looked_enough(evaluation):
        return None
    return Blocked(
        "rerun_spent",
        "these files were measured twice already; trying on until luck helps is no measurement",
        "autoloop discard --revert; or improve the change, then: autoloop eval",
    )
