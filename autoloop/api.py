"""The Python face: one typed method for every command, the same engine underneath.

    from autoloop import Workspace

    workspace = Workspace("path/to/repository")
    workspace.pre("reuse the buffer")
    ...                                      # change the code
    if workspace.eval().verdict == "keep":
        workspace.keep()

A method answers with the Struct that is the command's ``result`` under ``--json``, and raises the error that the
command would have ended with (``autoloop.errors``).
"""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict, TypeVar, Unpack

import msgspec

from autoloop.called import called
from autoloop.commands.answer import Answer, App
from autoloop.model import Record
from autoloop.payloads import (
    Baselined,
    Diff,
    Doctor,
    Ended,
    Eval,
    Finalize,
    History,
    Ideas,
    Init,
    Learn,
    Next,
    Pre,
    Report,
    Resumed,
    RunAnswer,
    Running,
    SessionAnswer,
    SessionList,
    Show,
    Status,
    Steered,
    UsageAnswer,
)
from autoloop.progress import Notify, silent
from autoloop.recalled import LandAnswer, PruneAnswer, ReviveAnswer, UndoAnswer

T = TypeVar("T", bound=msgspec.Struct)


class SessionLimits(TypedDict, total=False):
    """What bounds a session; what is not given comes from the configuration.

    Durations are texts such as ``"2h"``; ``tokens`` may be ``"2M"``; ``target`` is a value or a gain such as ``"20%"``.
    """

    experiments: int
    time: str
    eval_time: str
    tokens: int | str
    usd: float
    failures: int
    plateau: int
    target: float | str


class Driving(SessionLimits, total=False):
    """What bounds a driven session, and each call of its agent.

    ``goal``: what the session is for; ``name``: what it is called. ``call_time``: for one call (``"30m"``);
    ``retry_wait``: the first wait after a rate limit (``"30s"``). ``full_access``: the agent may do everything, not
    only edit files. ``price``: US dollars per million tokens of input, of cached input and of output, if the client
    names no cost.
    """

    goal: str
    name: str
    call_time: str
    retry_wait: str
    full_access: bool
    price: tuple[float, float, float]


class Workspace:
    """A repository that AutoLoop works in.

    Args:
        repository: any directory in it.
        approve: let ``doctor`` run the commands of a configuration that came with a clone; it runs the author's code.
        notify: hears progress while something long is done.
    """

    def __init__(self, repository: str | Path = ".", *, approve: bool = False, notify: Notify = silent) -> None:
        self._repository = Path(repository).absolute()
        self._approve = approve
        self._notify = notify

    def _answer(self, command: str, /, **arguments: object) -> Answer:
        app = App(json=True)
        app.repo, app.yes, app.notify = self._repository, self._approve, self._notify
        return called(app, command, arguments)

    def _ask(self, kind: type[T], command: str, /, **arguments: object) -> T:
        payload = self._answer(command, **arguments).payload
        if not isinstance(payload, kind):
            raise TypeError(f"{command} answered with {type(payload).__name__}")
        return payload

    @property
    def record(self) -> Record:
        """The persisted record: state, open experiment, session, incumbent, baseline."""
        app = App()
        app.repo = self._repository
        return app.workspace.record()

    # --- set-up

    def init(self, *, verify: bool = False, dry_run: bool = False, force: bool = False, track: bool = False) -> Init:
        """Scan the repository and write the configuration."""
        return self._ask(Init, "init", verify=verify, dry_run=dry_run, force=force, track=track)

    def doctor(
        self, *, fix: bool = False, rebuild: bool = False, look: bool = False, agent: str | None = None
    ) -> Doctor:
        """Run every configured command for real, or ``look`` only, or check one ``agent``; look at ``healthy``."""
        return self._ask(Doctor, "doctor", fix=fix, rebuild=rebuild, look=look, agent=agent)

    def baseline(self, *, samples: int | None = None) -> Baselined:
        """Measure the starting point and its noise."""
        return self._ask(Baselined, "baseline", samples=samples)

    # --- sessions

    def session_start(
        self, *, name: str | None = None, goal: str | None = None, **limits: Unpack[SessionLimits]
    ) -> SessionAnswer:
        """Open a bounded session.

        Args:
            name: what it is called.
            goal: what it is for.
            limits: ``experiments=5, time="2h", target="20%"``, see `SessionLimits`.
        """
        return self._ask(SessionAnswer, "session start", name=name, goal=goal, **limits)

    def session_end(self) -> SessionAnswer:
        """Close the session without building a branch."""
        return self._ask(SessionAnswer, "session end")

    def sessions(self) -> SessionList:
        """All sessions, newest first."""
        return self._ask(SessionList, "session list")

    # --- the loop

    def pre(self, description: str) -> Pre:
        """Look up earlier attempts and open the next experiment."""
        return self._ask(Pre, "pre", description=description)

    def eval(self, *, description: str | None = None) -> Eval:
        """Measure the change against the incumbent and give the verdict; returns when it is there."""
        return self._ask(Eval, "eval", description=description)

    def rerun(self) -> Eval:
        """Measure an undecided change once more."""
        return self._ask(Eval, "rerun")

    def start_eval(self, *, description: str | None = None) -> Running | Eval:
        """Start measuring in a process of its own, which also goes on when this one ends."""
        return _measured(self._answer("eval", description=description, detach=True))

    def wait(self, seconds: float = 25.0) -> Running | Eval:
        """Wait for a measurement that runs here, whoever began it; a `Running` when it takes longer.

        Raises:
            AutoLoopError: what it failed with; ``nothing_running`` when there is nothing to wait for.
        """
        return _measured(self._answer("wait", timeout=f"{seconds}s"))

    def keep(self, *, commit: bool = True, description: str | None = None) -> Ended:
        """Commit exactly the experiment's paths, or without ``commit`` hold the commit until `land`."""
        return self._ask(Ended, "keep", commit=commit, description=description)

    def discard(self, *, revert: bool = True, description: str | None = None, reason: str | None = None) -> Ended:
        """Put exactly the experiment's paths back."""
        return self._ask(Ended, "discard", revert=revert, description=description, reason=reason)

    def resume(self) -> Resumed:
        """Finish whatever was interrupted."""
        return self._ask(Resumed, "resume")

    def run(
        self,
        propose: str | None = None,
        *,
        agent: str | None = None,
        agent_cmd: str | None = None,
        **options: Unpack[Driving],
    ) -> RunAnswer:
        """Drive a whole bounded session: one fresh call per experiment; see ``stopped`` for why it ended.

        Args:
            propose: run by the shell at the top of the work tree; it changes files, then ends.
            agent: instead of it, a coding agent: ``"codex"``, ``"claude-code"``, ``"gemini-cli"``, ``"cursor"`` or
                ``"opencode"``.
            agent_cmd: instead of it, the command of an agent of your own; ``{prompt_file}`` is the brief, else stdin.
            options: how each call and the session are bounded, see `Driving`.

        Raises:
            CommandError: the agent is not installed, too old or does not start.
            RefusedError: ``cap_not_enforceable``: nobody says what the limit is about.
            LockedError: another driver is at work here.
        """
        given: dict[str, object] = dict(options)
        if price := options.get("price"):
            given["price"] = ",".join(map(str, price))
        return self._ask(RunAnswer, "run", propose=propose, agent=agent, agent_cmd=agent_cmd, **given)

    def steer(self, text: str | None = None, *, clear: bool = False) -> Steered:
        """Add a note to every brief of a driven session from the next call on, or take all notes back."""
        return self._ask(Steered, "steer", text=(text,) if text else None, clear=clear)

    def usage_ingest(self, agent: str, file: str | Path) -> UsageAnswer:
        """Count what an agent used that was run by hand, from its machine-readable output; each output counts once."""
        return self._ask(UsageAnswer, "usage ingest", agent=agent, file=str(file))

    # --- what becomes of experiments after they ended

    def undo(self) -> UndoAnswer:
        """Take back the last keep or discard: the experiment is in hand again, with its verdict."""
        return self._ask(UndoAnswer, "undo")

    def revive(self, number: int, *, description: str | None = None) -> ReviveAnswer:
        """Apply what an earlier experiment tried to today's incumbent, as a new experiment."""
        return self._ask(ReviveAnswer, "revive", number=number, description=description)

    def land(self) -> LandAnswer:
        """Put wins that wait on their branch, one commit each."""
        return self._ask(LandAnswer, "land")

    def prune(self, *, keep: int | None = None, dry_run: bool = False) -> PruneAnswer:
        """Let go of the oldest candidates that were not kept; hold ``keep`` of them, or as many as configured."""
        return self._ask(PruneAnswer, "prune", keep=keep, dry_run=dry_run)

    # --- what is worth trying

    def idea_add(self, text: str) -> Ideas:
        """Note an idea, in one line; answers with the list."""
        return self._ask(Ideas, "idea add", text=text)

    def idea_drop(self, number: int) -> Ideas:
        """Take an idea off the list, by its number there."""
        return self._ask(Ideas, "idea drop", number=number)

    def ideas(self) -> Ideas:
        """The ideas, and which experiments were about them."""
        return self._ask(Ideas, "idea list")

    # --- looking

    def next(self) -> Next:
        """What may be done now, and for everything else each reason and its remedy."""
        return self._ask(Next, "next")

    def status(self, *, all_sessions: bool = False) -> Status:
        """Where we are, what was gained and what is left."""
        return self._ask(Status, "status", all=all_sessions)

    def history(self, limit: int = 20) -> History:
        """The latest experiments, newest first."""
        return self._ask(History, "history", limit=limit)

    def show(self, number: int) -> Show:
        """One experiment in full."""
        return self._ask(Show, "show", number=number)

    def diff(self, number: int, other: int | None = None) -> Diff:
        """What an experiment changed; with ``other``, how the two candidates differ."""
        return self._ask(Diff, "diff", number=number, other=other)

    def report(self, *, session: str | None = None, all_sessions: bool = False) -> Report:
        """All that happened and what it rests on, as data; of the open or latest session unless said otherwise."""
        return self._ask(Report, "report", session=session, all=all_sessions)

    # --- finishing

    def learn(self, *, session: bool = False) -> Learn:
        """Refresh learnings.md and answer with what is in it; ``session`` looks at the latest session only."""
        return self._ask(Learn, "learn", session=session)

    def finalize(
        self,
        *,
        session: str | None = None,
        split: bool = False,
        base: str | None = None,
        name: str | None = None,
        confirm: bool = True,
    ) -> Finalize:
        """Measure the gain again and build the review branch."""
        return self._ask(
            Finalize, "finalize", session=session, split=split, base=base, name=name, no_confirm=not confirm
        )


def _measured(answer: Answer) -> Running | Eval:
    payload = answer.payload
    if not isinstance(payload, Running | Eval):
        raise TypeError(f"there was something else to wait for: {type(payload).__name__}")
    return payload
