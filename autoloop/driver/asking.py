"""One call of a hand: the brief it gets, the time it has, and a look at what it must leave alone."""

from __future__ import annotations

import msgspec

from autoloop import brief, budget
from autoloop.driver.hand import Errand, Hand, Proposal
from autoloop.driver.watch import Watch
from autoloop.engine import Engine
from autoloop.model import Experiment, Record
from autoloop.paths import DRIVEN
from autoloop.progress import Progress

_REMEMBERED = 200


def ask(engine: Engine, hand: Hand, record: Record, experiment: Experiment) -> Proposal:
    """Have one proposal made, and everything put back that was not the hand's to change."""
    workspace = engine.workspace
    engine.notify(Progress("run", f"experiment {experiment.id}: asking {hand.name} for a proposal", notable=True))
    errand = _errand(engine, hand, record, experiment)
    watch = Watch(workspace, record, f"refs/autoloop/{record.loop}/{experiment.id}/strayed")
    return watch.settle(hand.call(errand))


def _errand(engine: Engine, hand: Hand, record: Record, experiment: Experiment) -> Errand:
    workspace = engine.workspace
    store, layout = workspace.store, workspace.layout
    folder = layout.runs / "proposals"
    stem = folder / f"{experiment.id:03d}"
    history = list(store.experiments(Experiment, _REMEMBERED))
    now = engine.clock()
    notes = brief.Notes(store.read_text(layout.learnings) or "", store.read_text(layout.steering) or "")
    files = {"BRIEF": stem.with_suffix(".md"), "HISTORY": stem.with_suffix(".json")}
    store.write_text(files["BRIEF"], brief.markdown(record, workspace.config(), history, now, notes))
    slim = [msgspec.structs.replace(one, remembered={}) for one in history]
    store.write_text(files["HISTORY"], msgspec.json.encode(slim).decode())
    left = {name: line.left for name, line in budget.ledger(record.session, now).items()}
    session = record.session

    def tick(seconds: float) -> None:
        engine.notify(Progress("run", "a proposal is being made", running=hand.name, seconds=seconds))

    env = {
        "AUTOLOOP_GOAL": session.goal if session else "",
        "AUTOLOOP_SESSION": session.name if session else "",
        "AUTOLOOP_EXPERIMENT": str(experiment.id),
        "AUTOLOOP_BUDGET": msgspec.json.encode(left).decode(),
        DRIVEN: str(workspace.root.resolve()),
        **{f"AUTOLOOP_{name}": str(path) for name, path in files.items()},
    }
    return Errand(experiment.id, files["BRIEF"], stem, env, tick)
