"""Drives a whole bounded session from outside: one call of the proposer per experiment, everything else is ours.

All of its memory is the workspace's record, so a driver that was killed is simply started again: it finishes what was
interrupted, ends the experiment in hand by its verdict, and goes on with the open session.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from autoloop import brief, budget, runner
from autoloop.engine import Engine
from autoloop.errors import AutoLoopError, BudgetError, CommandError, InterruptedBySignalError, RefusedError
from autoloop.model import Evaluation, Experiment, Record
from autoloop.payloads import Stopped
from autoloop.progress import Progress

_BROKEN_IN_A_ROW = 2
NOTHING_LEFT = 10
_DESCRIPTION = re.compile(r"^DESCRIPTION:\s*(\S.*)$", re.MULTILINE)
_STOPS = {"budget_target": "target", "budget_plateau": "plateau", "budget_failures": "failures"}


class Driver:
    """Runs experiments until a limit, the target, a plateau, or a proposer that does not work.

    Args:
        engine: fires the triggers.
        command: the proposer, run by ``/bin/sh -c`` at the top of the work tree.
        timeout: seconds that one call may take.
    """

    def __init__(self, engine: Engine, command: str, timeout: float) -> None:
        self.engine = engine
        self.command = command
        self.timeout = timeout
        self.broken = 0
        self.ran: list[int] = []
        self.folder = engine.workspace.layout.runs / "proposals"

    def run(self, opening: Mapping[str, object]) -> Stopped:
        """Drive the open session, or open one with ``opening``; answers why it stopped.

        Raises:
            AutoLoopError: something that no further experiment can mend.
        """
        with self.engine.visible("run"):
            return self._drive(opening)

    def _drive(self, opening: Mapping[str, object]) -> Stopped:
        record = self.engine.resume().record
        if record.experiment is not None:
            self._end(record, "the driver was interrupted")
        elif record.session is None:
            self.engine.fire("session_start", opening)
        while (stopped := self._stopped()) is None:
            stopped = self._experiment()
            if stopped is not None:
                return stopped
        return stopped

    # --- one experiment

    def _experiment(self) -> Stopped | None:
        record = self.engine.fire("pre", {"description": "proposal under way"}).record
        experiment = _open(record)
        self.ran.append(experiment.id)
        finished = self._propose(record, experiment)
        if finished.exit_code == NOTHING_LEFT:
            self._discard("the proposer has nothing more to propose")
            return Stopped("done", "the proposer has nothing more to propose")
        if finished.outcome != "ok":
            return self._broke(f"the proposer failed ({finished.outcome}): {runner.tail(finished.stderr, 3).strip()}")
        description = _described(finished.stdout, experiment.id)
        try:
            measured = self.engine.fire("eval", {"description": description}).record
        except RefusedError as refusal:
            if refusal.code == "no_change":
                return self._broke("the proposer changed nothing")
            raise
        self.broken = 0
        self._end(measured)
        return None

    def _propose(self, record: Record, experiment: Experiment) -> runner.Finished:
        self._tell(f"experiment {experiment.id}: asking for a proposal")
        self.folder.mkdir(parents=True, exist_ok=True)
        stem = self.folder / f"{experiment.id:03d}"
        command = runner.Command(
            shell=self.command,
            cwd=self.engine.workspace.root,
            timeout=self.timeout,
            env=self._environment(record, experiment),
            keep_env=("*",),
        )
        return runner.run(command, stdout=stem.with_suffix(".out"), stderr=stem.with_suffix(".err"), on_tick=self._beat)

    def _environment(self, record: Record, experiment: Experiment) -> dict[str, str]:
        workspace = self.engine.workspace
        history = list(workspace.store.experiments(Experiment, 200))
        now = self.engine.clock()
        store = workspace.store
        learnings = store.read_text(workspace.layout.learnings) or ""
        text = brief.markdown(record, workspace.config(), history, now, learnings)
        files = {"BRIEF": self.folder / f"{experiment.id:03d}.md", "HISTORY": self.folder / f"{experiment.id:03d}.json"}
        store.write_text(files["BRIEF"], text)
        slim = [msgspec.structs.replace(one, remembered={}) for one in history]
        store.write_text(files["HISTORY"], msgspec.json.encode(slim).decode())
        left = {name: line.left for name, line in budget.ledger(record.session, now).items()}
        session = record.session
        return {
            "AUTOLOOP_GOAL": session.goal if session else "",
            "AUTOLOOP_SESSION": session.name if session else "",
            "AUTOLOOP_EXPERIMENT": str(experiment.id),
            "AUTOLOOP_BUDGET": msgspec.json.encode(left).decode(),
            **{f"AUTOLOOP_{name}": str(path) for name, path in files.items()},
        }

    # --- endings

    def _end(self, record: Record, reason: str = "") -> None:
        """Keep or discard the experiment in hand, as its verdict says; an undecided one is measured once more."""
        experiment = _open(record)
        found = experiment.evaluation
        if record.state == "uncertain":
            record = self._rerun(record)
            found = _open(record).evaluation
        if record.state == "keepable":
            self._tell_verdict(experiment, found)
            try:
                self.engine.fire("keep")
            except InterruptedBySignalError:
                raise  # the win stays as it is; the next start goes on with it
            except AutoLoopError as error:
                if error.unfinished:
                    raise
                self._discard(f"could not be kept: {error.what} {error.why}")
            return
        self._tell_verdict(experiment, found)
        self._discard(reason if found is None else "")

    def _rerun(self, record: Record) -> Record:
        try:
            return self.engine.fire("rerun").record
        except RefusedError:
            return record

    def _discard(self, reason: str) -> None:
        self.engine.fire("discard", {"revert": True, **({"reason": reason} if reason else {})})

    def _broke(self, why: str) -> Stopped | None:
        self._tell(why)
        self._discard(why)
        self.broken += 1
        return Stopped("proposer", why) if self.broken >= _BROKEN_IN_A_ROW else None

    def _stopped(self) -> Stopped | None:
        """Whether a limit is reached now."""
        record = self.engine.workspace.record()
        incumbent, baseline = record.incumbent, record.baseline
        if incumbent is None or baseline is None:
            raise CommandError("no_baseline", "There is no baseline.", fix="autoloop baseline")
        reached = budget.reached(record.session, self.engine.clock(), incumbent.value, baseline.direction)
        for blocked in reached:
            return Stopped(_STOPS.get(blocked.code, "budget"), blocked.why)
        return None

    # --- words

    def _beat(self, seconds: float) -> None:
        self.engine.notify(Progress("run", "waiting for a proposal", running="proposer", seconds=seconds))

    def _tell(self, text: str) -> None:
        self.engine.notify(Progress("run", text, notable=True))

    def _tell_verdict(self, experiment: Experiment, found: Evaluation | None) -> None:
        decision = found.decision if found else "not measured"
        why = found.reasons[0].splitlines()[0] if found and found.reasons else ""
        self._tell(f"experiment {experiment.id}: {decision}: {experiment.description}: {why}")


def _open(record: Record) -> Experiment:
    if record.experiment is None:
        raise BudgetError("no_experiment", "No experiment is open.", fix="autoloop next")
    return record.experiment


def _described(stdout: Path, number: int) -> str:
    found = _DESCRIPTION.findall(runner.tail(stdout, 50))
    return found[-1].strip() if found else f"proposal {number}"
