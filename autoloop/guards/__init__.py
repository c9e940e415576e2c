"""The conditions of the workflow: one small pure function each, answering None or the reason why not.

Guards see the world only through `Facts`, which gathers lazily: a guard that asks nothing of git costs no git.
"""

from __future__ import annotations

from autoloop.guards import landing, session, setup, verdict
from autoloop.guards.facts import Facts, Guard

__all__ = ["GUARDS", "Facts", "Guard"]

GUARDS: dict[str, Guard] = {
    guard.__name__: guard
    for guard in (
        setup.initialized,
        setup.overwriting,
        setup.config_decodes,
        setup.trusted,
        setup.config_verified,
        setup.commands_proven,
        setup.baseline_valid,
        setup.baseline_taken,
        setup.no_git_operation,
        setup.commit_exists,
        session.no_session_open,
        session.session_open,
        session.usage_new,
        session.no_experiment_open,
        session.experiment_open,
        verdict.verdict_given,
        verdict.change_present,
        verdict.tree_is_new,
        verdict.tree_as_measured,
        verdict.scope_respected,
        verdict.harness_untouched,
        verdict.guardrails_passed,
        verdict.metric_improved,
        verdict.holdout_failed,
        verdict.verdict_uncertain,
        verdict.measurement_crashed,
        verdict.rerun_left,
        session.budget_left,
        session.budget_for_more,
        session.budget_left_after_keep,
        session.budget_left_after_discard,
        session.wins_exist,
        session.confirmation_wanted,
        landing.commit_wanted,
        landing.repository_writable,
        landing.none_waiting,
        landing.wins_waiting,
        landing.ending_known,
        landing.branch_at_win,
        landing.candidates_exist,
    )
}
