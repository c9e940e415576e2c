"""Made-up experiments and sessions for the tests of similarity and learn."""

from __future__ import annotations

from autoloop.model import (
    Confirmation,
    Evaluation,
    Experiment,
    GuardrailResult,
    Improvement,
    Limits,
    Session,
)

STATUS = {"keep": "kept", "discard": "discarded", "rerun": "discarded", "crash": "crashed"}


def experiment(
    number,
    description,
    decision="discard",
    percent=None,
    *,
    paths=(),
    failures=(),
    **more,
):
    """A closed experiment; with ``decision`` None it was never measured."""
    about = {"id": number, "slug": str(number), "session": more.pop("session", 1), "opened": 0.0, "before": "b"}
    fields = {"status": STATUS.get(decision, "discarded"), "paths": tuple(paths)}
    evaluation = None
    if decision is not None:
        half = more.pop("half_width", 1.0)
        low, high = (None, None) if percent is None else (percent - half, percent + half)
        evaluation = Evaluation(
            tree=more.pop("tree", f"tree-{number}"),
            attempt=1,
            decision=decision,
            reasons=tuple(more.pop("reasons", ("no gain to be seen",))),
            failures=tuple(failures),
            improvement=Improvement(percent, low, high, expected=None if percent is None else percent * 0.9),
            paths=tuple(paths),
            value=more.pop("value", None),
            guardrails=more.pop("guardrails", ()),
            metrics=more.pop("metrics", {}),
            incumbent_metrics=more.pop("incumbent_metrics", {}),
            caveats=more.pop("caveats", ()),
        )
    return Experiment(**about, description=description, evaluation=evaluation, **{**fields, **more})


def broken(number, description, percent=None, *, rail="tests", why="2 tests failed", **more):
    """An experiment that a guardrail stopped."""
    return experiment(
        number,
        description,
        percent=percent,
        failures=("guardrail_failed",),
        reasons=(f"guardrail {rail} failed: {why}",),
        guardrails=(GuardrailResult(rail, passed=False, why=why), GuardrailResult("lint", passed=True)),
        **more,
    )


def session(number=1, wins=(), claimed=0.0, confirmed=None, low=None, high=None, **more):
    again = None if confirmed is None else Confirmation(confirmed, low, high, 10, 2.0, 1.0)
    about = {"name": f"pass-{number}", "opened": 0.0, "base_commit": "c", "limits": Limits()}
    return Session(id=number, wins=tuple(wins), claimed=claimed, confirmation=again, **about, **more)
