"""A made-up world for guards and updates, and records in the shape that each state has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from autoloop.config import Config, Eval
from autoloop.errors import AutoLoopError
from autoloop.model import (
    Baseline,
    Counts,
    Ending,
    Evaluation,
    Experiment,
    Fingerprint,
    Improvement,
    Incumbent,
    Limits,
    Measurement,
    Record,
    Session,
    Spent,
    Waiting,
)
from autoloop.outcomes import Opening

replace = msgspec.structs.replace

CONFIG = Config(eval=Eval(command="true", primary_metric="ms", direction="lower_is_better"))
HERE = Fingerprint("here")
BASELINE = Baseline(
    metric="ms",
    unit="ms",
    direction="lower_is_better",
    value=100.0,
    values=(100.0, 101.0, 99.0),
    commit="c0",
    tree="base",
    taken=0.0,
    config_digest=CONFIG.measuring_digest,
    fingerprint=HERE,
    metrics={"ms": 100.0},
)
INCUMBENT = Incumbent(value=100.0, samples=(100.0, 101.0, 99.0), tree="base")
SESSION = Session(id=1, name="first", opened=0.0, base_commit="c0", limits=Limits(experiments=5, time=7200.0))
OPENING = Opening(limits=Limits(experiments=5), description="a change", commit="c0", before="base")
MEASUREMENT = Measurement("changed", seed=7)
EXPERIMENT = Experiment(id=1, slug="try", session=1, description="try", opened=0.0, before="base")

DECISION_OF = {
    "keepable": "keep",
    "discardable": "discard",
    "uncertain": "rerun",
    "crashed": "crash",
    "keeping": "keep",
    "deferring": "keep",
}
EXPERIMENT_STATES = {"editing", "evaluating", "discarding", *DECISION_OF}


def evaluation(decision: str = "keep", tree: str = "changed", **more: object) -> Evaluation:
    better = Improvement(percent=10.0, low=8.0, high=12.0, certainty=0.99, expected=9.0)
    value = None if decision == "crash" else 90.0
    given = {"reasons": ("said so",), "value": value, "improvement": better, "paths": ("src/a.py",), "seconds": 2.0}
    return Evaluation(tree=tree, decision=decision, **{"attempt": 1, **given, **more})


def at(state: str, **changes: object) -> Record:
    """A record as it typically is in ``state``; ``changes`` replace its fields."""
    record = Record(state=state, loop="loop")
    if state not in {"uninitialized", "configured", "checking"}:
        record = replace(record, config_seal=CONFIG.digest)
    if state not in {"uninitialized", "configured", "checking", "verified", "baselining"}:
        record = replace(record, baseline=BASELINE, incumbent=INCUMBENT, last_session=1, counts=Counts(sessions=1))
        session = None if state == "finalized" else SESSION
        if state == "undoing":
            record = replace(record, ending=Ending(1, "discard", Counts(total=1, sessions=1), 0, SESSION, INCUMBENT))
        if state == "landing":
            record = replace(record, waiting=(Waiting(1, "c1", "refs/heads/main"),))
        if state == "exhausted":
            session = replace(SESSION, spent=Spent(experiments=5))
        record = replace(record, session=session)
    if state in EXPERIMENT_STATES:
        experiment = EXPERIMENT
        if state in DECISION_OF:
            experiment = replace(experiment, evaluation=evaluation(DECISION_OF[state]), paths=("src/a.py",))
        if state == "evaluating":
            experiment = replace(experiment, measurement=Measurement("changed", seed=1))
        session = replace(SESSION, spent=Spent(experiments=1), first_experiment=1)
        record = replace(record, experiment=experiment, session=session, counts=Counts(total=1, sessions=1))
    return replace(record, **changes)


@dataclass
class World:
    """Facts with an answer to everything: all is well, and one file is changed."""

    record: Record
    now: float = 10.0
    trigger: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    opening: Opening = OPENING
    measurement: Measurement = MEASUREMENT
    loop: str = "fresh"
    result: object = None
    config: Config | AutoLoopError = CONFIG
    trusted: bool = True
    operation: str | None = None
    commit: str | None = "c0"
    writable: bool = True
    fingerprint: Fingerprint = HERE
    tree: str = "changed"
    before: str = "base"
