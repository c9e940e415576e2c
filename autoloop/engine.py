"""Decide, save, work, save: the one place where the machine, the store and the works meet.

A step is decided purely, the record is saved, only then the work runs, and its result is one more pure step. A crash
therefore always leaves a record that says what was going on, and ``resume`` finishes it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import msgspec

from autoloop import documents, log, machine, workflow
from autoloop.errors import AutoLoopError, GitError, InterruptedBySignalError, RefusedError
from autoloop.facts import LiveFacts
from autoloop.git import sweep
from autoloop.guards import GUARDS
from autoloop.job import Job
from autoloop.model import Blocked, Offer, Record
from autoloop.offers import blockers, offered
from autoloop.opened import OpenWorkspace
from autoloop.paths import numbered
from autoloop.progress import Notify, Progress, silent
from autoloop.store import LiveFile, Writer
from autoloop.works import ABANDON, BEGUN, WORKS, mirror, sides

_MEASURING = {"evaluating", "confirming", "checking", "baselining"}


class Done(msgspec.Struct, frozen=True):
    """What firing a trigger came to.

    Attributes:
        before: the record when the command began.
        record: the record now.
        result: what the work came to; None for triggers without work.
        recovered: an interrupted piece of work was finished; ``answers`` it was what this command asks for.
    """

    before: Record
    record: Record
    result: object = None
    recovered: str = ""
    notes: tuple[str, ...] = ()
    seq: int = 0


class Engine:
    """Fires triggers in one workspace.

    Args:
        workspace: where.
        clock: Unix time, frozen in tests.
        notify: hears progress.
        lock_wait: seconds to wait for another command of the same workspace.
        verbose: log details too.
    """

    def __init__(
        self,
        workspace: OpenWorkspace,
        *,
        clock: Callable[[], float] = time.time,
        notify: Notify = silent,
        lock_wait: float = 10.0,
        verbose: bool = False,
    ) -> None:
        self.workspace = workspace
        self.clock = clock
        self.listener = notify
        self.lock_wait = lock_wait
        self.verbose = verbose
        self._live: LiveFile | None = None

    def notify(self, progress: Progress) -> None:
        """Tell the listener, and those who look from other processes."""
        if self._live is not None:
            self._live.tell(progress)
        self.listener(progress)

    @contextmanager
    def visible(self, command: str) -> Iterator[None]:
        """Let other processes see what this one is at, until the outermost of these ends."""
        if self._live is not None:
            yield
            return
        self._live = self.workspace.store.live(command)
        try:
            yield
        finally:
            self._live.close()
            self._live = None

    @cached_property
    def workflow(self) -> workflow.Workflow:
        """The table."""
        return workflow.load()

    @cached_property
    def _machine(self) -> Any:  # noqa: ANN401 - the library's machine, typed where it is built
        return machine.build(self.workflow)

    def facts(self, record: Record, trigger: str = "", options: Mapping[str, object] | None = None) -> LiveFacts:
        """The facts of a step that was not decided yet."""
        return LiveFacts(self.workspace, record, trigger, options, clock=self.clock)

    def demand(self, trigger: str, options: Mapping[str, object]) -> None:
        """Refuse now what `fire` would refuse, before anything is prepared for it.

        Raises:
            RefusedError: a guard says no.
        """
        record = self.workspace.record()
        if reasons := blockers(self.workflow, trigger, self.facts(record, trigger, options)):
            raise refused(trigger, reasons, record.state)

    def fire(self, trigger: str, options: Mapping[str, object] | None = None) -> Done:
        """Take the step ``trigger``, do its work, and answer when everything is on disk.

        Work that an earlier process left unfinished comes first. If it was begun by the very same trigger, finishing
        it is the answer (``recovered``), and nothing is done twice.

        Raises:
            RefusedError: a guard said no; every reason is in ``reasons``.
            AutoLoopError: the work failed; the record says where we are.
        """
        with self.workspace.store.writing(trigger, wait=self.lock_wait) as writer, self.visible(trigger):
            return _Turn(self, writer, trigger).fire(trigger, options or {})

    def resume(self) -> Done:
        """Finish whatever a crash interrupted; nothing to do is no error."""
        with self.workspace.store.writing("resume", wait=self.lock_wait) as writer, self.visible("resume"):
            return _Turn(self, writer, "resume").resume()


class _Turn:
    """One command under the lock."""

    def __init__(self, engine: Engine, writer: Writer, command: str) -> None:
        self.engine = engine
        self.log = log.opened(engine.workspace.layout.log, verbose=engine.verbose, command=command)
        self.writer = writer
        if engine.workspace.layout.objects.is_dir():  # git could not be written when these were made
            engine.workspace.repository.absorb()
        engine.workspace.store.forget_worker()
        self.record = engine.workspace.record()
        self.before = self.record
        self.notes: list[str] = []

    def fire(self, trigger: str, options: Mapping[str, object]) -> Done:
        recovered = self._recover(trigger)
        if recovered is not None and recovered.recovered == trigger:
            return recovered
        facts = self.engine.facts(self.record, trigger, options)
        self._step(trigger, facts)
        result = self._work()
        self._mirror()
        return self._done(result)

    def resume(self) -> Done:
        return self._recover("resume") or self._done(None)

    def _recover(self, trigger: str) -> Done | None:
        """Bring unfinished work to its end: forwards, or back when it was a measurement nobody is asking for."""
        self._clear_away()
        state = self.record.state
        if not self.engine.workflow.working(state):
            return None
        if (reason := GUARDS["trusted"](self.engine.facts(self.record, trigger))) is not None:
            raise refused(trigger, (reason,), state)
        begun_by = self.record.request.trigger if self.record.request else state
        self._job(recovering=True).end_leftovers()
        if state in _MEASURING and trigger not in {"resume", begun_by}:
            self._abandon(state)
            return None
        result = self._work(recovering=True)
        self._mirror()
        return msgspec.structs.replace(self._done(result), recovered=begun_by)

    def _clear_away(self) -> None:
        """Remove what earlier commands left and nobody needs: private directories, locks that were ours."""
        workspace = self.engine.workspace
        workspace.repository.release_index()
        sweep(workspace.layout.scratch)
        sides.sweep(workspace.layout.scratch)
        if self.record.request is None or not self.record.request.plan:
            workspace.repository.clear_scratch(workspace.layout.scratch)
        if self.writer.after_death and self.record.loop:
            workspace.repository.clear_locks(f"refs/autoloop/{self.record.loop}")
        if self.record.pruning:
            self._finish_pruning()

    def _finish_pruning(self) -> None:
        """Let go what a killed prune was letting go; where git does not allow it yet, nothing has to wait for that."""
        from autoloop import retention

        try:
            self.record = retention.finish(self.engine.workspace, self.writer, self.record, again=True)
        except GitError as error:
            self.notes.append(f"a prune that was interrupted is not finished yet: {error.what} {error.why}")

    def _abandon(self, state: str) -> None:
        job = self._job(recovering=True)
        if state in ABANDON:
            ABANDON[state](job)
        self._step("interrupted", self.engine.facts(self.record, "interrupted"))

    def _work(self, *, recovering: bool = False) -> object:
        """Do the work of working states until somebody else has to act; answers with the last result that says much."""
        results: list[object] = []
        while self.engine.workflow.working(self.record.state):
            state = self.engine.workflow.states[self.record.state]
            job = self._job(recovering=recovering)
            job.tell(self.record.state, state.describe)
            result = self._attempt(state.work or "", job)
            self.notes += job.notes
            self.record = job.record
            results.append(result)
            facts = LiveFacts(
                self.engine.workspace, self.record, state.then or "", result=result, clock=self.engine.clock
            )
            self._step(state.then or "", facts)
            recovering = False
        return results[-1] if results else None

    def _attempt(self, work: str, job: Job) -> object:
        """Do one work; when it gives up cleanly, the record goes back to where somebody can act."""
        began = time.monotonic()
        try:
            return WORKS[work](job)
        except AutoLoopError as error:
            self.record = job.record
            error.unfinished = _half_done(error, job)
            if not error.unfinished:
                state = self.record.state
                if state in ABANDON:
                    ABANDON[state](job)
                self._step("interrupted", self.engine.facts(self.record, "interrupted"))
            raise
        finally:
            self.log.debug("work", work=work, seconds=time.monotonic() - began, recovering=job.recovering)

    def _mirror(self) -> None:
        """Copy the journal to where ``git clean`` does not reach; what was done is done even where that fails."""
        try:
            mirror.keep(self.engine.workspace, self.record)
        except InterruptedBySignalError:
            raise
        except (AutoLoopError, OSError) as error:
            self.log.info("mirror_failed", error=str(error))

    def _job(self, *, recovering: bool) -> Job:
        engine = self.engine
        facts = LiveFacts(engine.workspace, self.record, clock=engine.clock)
        return Job(
            engine.workspace, self.writer, self.record, facts, engine.notify, engine.clock, recovering=recovering
        )

    def _step(self, trigger: str, facts: LiveFacts) -> None:
        engine = self.engine
        stepped = machine.step(engine.workflow, engine._machine, trigger, facts)  # noqa: SLF001 - its own engine
        if isinstance(stepped, machine.Refusal):
            self.log.info("refused", trigger=trigger, state=self.record.state, codes=[r.code for r in stepped.reasons])
            raise refused(trigger, stepped.reasons, self.record.state)
        after = msgspec.structs.replace(stepped, next=self._offers(stepped))
        changed = documents.changed(self.record, after, facts)
        experiments: dict[str, Any] = {
            numbered(e.id, e.slug): e for e in (changed.experiment, *changed.landed) if e is not None
        }
        if experiments and (old := self.record.experiment) is not None:
            experiments = {numbered(old.id, old.slug): None, **experiments}  # a new description is a new file name
        sessions = {numbered(s.id, s.name): s for s in changed.sessions}
        extra: dict[str, Any] = {"baseline": changed.baseline} if changed.baseline is not None else {}
        self.writer.commit(trigger, record=after, experiments=experiments, sessions=sessions, **extra)
        self.log.info("step", trigger=trigger, left=self.record.state, reached=after.state)
        self.record = after

    def _offers(self, record: Record) -> tuple[Offer, ...]:
        return offered(self.engine.workflow, _Foreseen(self.engine.workspace, record))

    def _done(self, result: object) -> Done:
        return Done(self.before, self.record, result, notes=(*self.notes, *self.writer.warnings))


class _Foreseen(LiveFacts):
    """Facts of the moment after a step, as far as they are known without asking git again.

    The work tree is the one that was measured, or will differ from the beginning by the time anybody acts.
    """

    operation = None

    @property
    def commit(self) -> str:
        """Where a keep has just left it."""
        ending = self.record.ending
        return (ending.commit if ending else None) or "somewhere"

    @property
    def tree(self) -> str:
        """The measured tree, else one that differs from everything."""
        experiment = self.record.experiment
        evaluation = experiment.evaluation if experiment else None
        return evaluation.tree if evaluation else "changed"


def _half_done(error: AutoLoopError, job: Job) -> bool:
    """Whether the journalled deed was begun: then it is finished by ``resume``, and never given up."""
    if job.record.request is None or not job.record.request.plan:
        return False
    if isinstance(error, InterruptedBySignalError):
        return True
    begun = BEGUN.get(job.record.state)
    try:
        return begun is not None and begun(job)
    except (AutoLoopError, OSError):
        return True  # a disk that cannot be looked at tells nobody that nothing has happened


def refused(trigger: str, reasons: tuple[Blocked, ...], state: str) -> RefusedError:
    """The refusal as an error; it carries every reason, and the exit code of the gravest."""
    first = max(reasons, key=lambda reason: reason.exit) if reasons else Blocked("refused", "", "autoloop next")
    told = dict.fromkeys([first.why, *(reason.why for reason in reasons)])
    error = RefusedError(
        first.code,
        f"{trigger.replace('_', ' ')} is not possible now (state: {state}).",
        why="; ".join(told),
        fix=first.fix,
    )
    error.exit_code = first.exit
    error.reasons = reasons
    return error
