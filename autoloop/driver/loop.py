"""The loop: open a session, have one proposal after the other made, measure each, keep or discard it, stop in time.

All of its memory is the workspace's record, so a driver that was killed is simply started again: it finishes what was
interrupted, ends the experiment in hand by its verdict, and goes on with the open session.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import msgspec

from autoloop import budget
from autoloop.driver import asking, patience, standing
from autoloop.driver.agent import unchanged
from autoloop.driver.hand import Hand, Proposal
from autoloop.engine import Engine
from autoloop.errors import AutoLoopError, CommandError, InterruptedBySignalError, RefusedError
from autoloop.model import AgentCall, Evaluation, Experiment, Record
from autoloop.payloads import Stopped
from autoloop.progress import Progress

_NOTHING = "no proposal"
_STOPS = {
    "budget_target": "target",
    "budget_plateau": "plateau",
    "budget_failures": "failures",
}


class Driver:
    """Runs experiments until a limit, the target, a plateau, or a hand that does not work.

    Args:
        engine: fires the triggers.
        hand: makes the proposals.
        limits: how often what may go wrong.
        pause: waits so many seconds.
    """

    def __init__(
        self,
        engine: Engine,
        hand: Hand,
        limits: patience.Patience,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.engine = engine
        self.hand = hand
        self.limits = limits
        self.pause = pause
        self.broken = 0
        self.ran: list[int] = []
        engine.listener = standing.line(engine.workspace, engine.listener, engine.clock)

    def run(self, opening: Mapping[str, object]) -> Stopped:
        """Drive the open session, or open one with ``opening``; answers why it stopped.

        Raises:
            LockedError: another driver is at work here.
            RefusedError: ``session_open``, with other bounds than ``opening`` asks for.
            AutoLoopError: something that no further experiment can mend.
        """
        with self.engine.workspace.store.driving(self.hand.name), self.engine.visible("run"):
            return self._drive(opening)

    def _drive(self, opening: Mapping[str, object]) -> Stopped:
        standing.check_bounds(self.engine.workspace.record().session, opening)
        record = self.engine.resume().record
        begun = None
        if record.experiment is not None:
            if self._can_ask_again(record):
                begun = record
            else:
                self._end(record, "the driver was interrupted")
        elif record.session is None:
            self.engine.fire("session_start", opening)
        while (stopped := self._stopped()) is None or begun is not None:
            stopped, begun = self._experiment(begun), None
            if stopped is not None:
                return stopped
        return stopped

    def _can_ask_again(self, record: Record) -> bool:
        """Whether a call was interrupted before it changed anything: it is made again, in the same experiment."""
        if budget.time_reached(record.session, self.engine.clock()):
            return False
        try:
            self.engine.demand("eval", {})
        except RefusedError as refusal:
            return refusal.code == "no_change"
        return False

    # --- one experiment

    def _experiment(self, begun: Record | None) -> Stopped | None:
        record = begun or self.engine.fire("pre", {"description": "proposal under way"}).record
        experiment = standing.opened(record)
        self.ran.append(experiment.id)
        proposal = self._proposal(record, experiment)
        now = self.engine.workspace.record().experiment
        if now is None or now.id != experiment.id or now.evaluation is not None:
            return self._overtaken(experiment)
        if proposal.event == "nothing_left":
            self._discard(proposal.why, _NOTHING)
            return Stopped("done", proposal.why)
        if proposal.event != "proposed":
            return self._broke(proposal)
        if proposal.why:
            self._tell(f"experiment {experiment.id}: {proposal.why}")
        return self._measure(experiment, proposal)

    def _measure(self, experiment: Experiment, proposal: Proposal) -> Stopped | None:
        description = proposal.description or f"proposal {experiment.id}"
        try:
            measured = self.engine.fire("eval", {"description": description}).record
        except RefusedError as refusal:
            if refusal.code == "no_change":
                event, why = unchanged(proposal.said)
                return self._broke(msgspec.structs.replace(proposal, event=event, why=why))
            raise
        self.broken = 0
        self._end(measured)
        return None

    def _proposal(self, record: Record, experiment: Experiment) -> Proposal:
        """Ask the hand, again and again while its provider turns it away and there is time."""
        turned_away = 0
        while True:
            proposal = asking.ask(self.engine, self.hand, record, experiment)
            self._book(proposal)
            if proposal.event != "rate_limited":
                return proposal
            turned_away += 1
            session = self.engine.workspace.record().session
            seconds = self.limits.wait(turned_away, budget.time_left(session, self.engine.clock()))
            if seconds is None:
                return proposal
            self._tell(f"experiment {experiment.id}: {proposal.why}; trying again in {seconds:.0f} s")
            self.pause(seconds)
            record = self.engine.workspace.record()
            if record.experiment is None or record.experiment.id != experiment.id:
                return proposal

    def _book(self, proposal: Proposal) -> None:
        """What was used counts at once, whatever becomes of the experiment."""
        call = AgentCall(self.hand.name, proposal.event, proposal.why, round(proposal.seconds, 3), proposal.usage)
        if self.engine.workspace.record().session is not None:
            self.engine.fire("account", {"call": msgspec.to_builtins(call)})

    # --- endings

    def _end(self, record: Record, reason: str = "") -> None:
        """Keep or discard the experiment in hand, as its verdict says; an undecided one is measured once more."""
        experiment = standing.opened(record)
        found = experiment.evaluation
        if record.state == "uncertain":
            record = self._rerun(record)
            found = standing.opened(record).evaluation
        self._tell_verdict(experiment, found)
        if record.state != "keepable":
            self._discard(reason if found is None else "")
            return
        try:
            self.engine.fire("keep")
        except InterruptedBySignalError:
            raise  # the win stays as it is; the next start goes on with it
        except AutoLoopError as error:
            if error.unfinished:
                raise
            self._discard(f"could not be kept: {error.what} {error.why}")

    def _rerun(self, record: Record) -> Record:
        try:
            return self.engine.fire("rerun").record
        except RefusedError:
            return record

    def _discard(self, reason: str, description: str = "") -> None:
        told = {name: text for name, text in (("reason", reason), ("description", description)) if text}
        self.engine.fire("discard", {"revert": True, **told})

    def _broke(self, proposal: Proposal) -> Stopped | None:
        self._tell(proposal.why)
        self._discard(proposal.why, proposal.description or _NOTHING)
        self.broken += 1
        hopeless = proposal.event in patience.AT_ONCE
        return Stopped("proposer", proposal.why) if hopeless or self.broken >= self.limits.broken else None

    def _overtaken(self, experiment: Experiment) -> Stopped | None:
        """Somebody used the program meanwhile and ended our experiment: theirs is theirs, the session goes on."""
        self._tell(f"experiment {experiment.id} was ended by somebody else")
        record = self.engine.workspace.record()
        if record.session is None or record.experiment is not None:
            return Stopped("overtaken", "somebody else went on with this session")
        self.broken += 1
        why = "experiments are ended by somebody else"
        return Stopped("proposer", why) if self.broken >= self.limits.broken else None

    def _stopped(self) -> Stopped | None:
        """Whether a limit is reached now."""
        record = self.engine.workspace.record()
        incumbent, baseline = record.incumbent, record.baseline
        if incumbent is None or baseline is None:
            raise CommandError("no_baseline", "There is no baseline.", fix="autoloop baseline")
        for blocked in budget.reached(record.session, self.engine.clock(), incumbent.value, baseline.direction):
            return Stopped(_STOPS.get(blocked.code, "budget"), blocked.why)
        return self._unaccounted(record)

    def _unaccounted(self, record: Record) -> Stopped | None:
        """A limit on tokens or money is worth nothing when nobody says what was used."""
        session = record.session
        if session is None or (session.limits.tokens is None and session.limits.usd is None):
            return None
        if session.silent < self.limits.unreported:
            return None
        return Stopped(
            "usage", f"{session.silent} calls in a row did not say what they used, and there is a limit on it"
        )

    # --- words

    def _tell(self, text: str) -> None:
        self.engine.notify(Progress("run", text, notable=True))

    def _tell_verdict(self, experiment: Experiment, found: Evaluation | None) -> None:
        if found is None:
            self._tell(f"experiment {experiment.id}: given up: the driver was interrupted before it was measured")
            return
        why = found.reasons[0].splitlines()[0] if found.reasons else ""
        self._tell(f"experiment {experiment.id}: {found.decision}: {experiment.description}: {why}")
