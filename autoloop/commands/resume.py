"""``autoloop resume``: finishes whatever a crash interrupted."""

from __future__ import annotations

from autoloop.commands.app import Answer, App, command
from autoloop.commands.detached import detachable
from autoloop.commands.firing import engine
from autoloop.payloads import Resumed


@command("resume", short_help="Finish whatever a crash interrupted.")
@detachable
def resume(app: App) -> Answer:
    """Finish whatever a crash interrupted, and say what was done. Nothing to do is no error.

    \b
    autoloop resume
    """
    if app.workspace.record().state == "uninitialized":
        return Answer(Resumed("There is nothing to resume: AutoLoop is not set up here."), app.workspace.record())
    done = engine(app).resume()
    if not done.recovered:
        return Answer(Resumed(f"There was nothing to resume; the state is {done.record.state}."), done.record)
    did = f"Finished the interrupted {done.recovered.replace('_', ' ')}; the state is {done.record.state}."
    return Answer(Resumed(did, done.recovered, done.notes), done.record, recovered=True, notes=done.notes)
