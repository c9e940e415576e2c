"""Guards about what became of experiments: wins that wait to land, endings to take back, candidates to bring back."""

from __future__ import annotations

from autoloop.guards.facts import Facts
from autoloop.model import Blocked
from autoloop.units import counted


def commit_wanted(facts: Facts) -> Blocked | None:
    """The win is to be on the branch at once."""
    if facts.options.get("commit", True):
        return None
    return Blocked("commit_declined", "--no-commit was given", "autoloop keep --commit")


def repository_writable(facts: Facts) -> Blocked | None:
    """Git can move branches here."""
    if facts.writable:
        return None
    why = "the git directory cannot be written here (read-only, or a sandbox)"
    return Blocked("not_writable", why, "type it outside the sandbox, in this directory", exit=5)


def none_waiting(facts: Facts) -> Blocked | None:
    """No win waits to land: a commit would be built on commits that the branch does not have."""
    waiting = facts.record.waiting
    if not waiting:
        return None
    return Blocked("wins_wait", f"{_wins(len(waiting))} to land first", "autoloop land")


def wins_waiting(facts: Facts) -> Blocked | None:
    """There is something to land."""
    if facts.record.waiting:
        return None
    return Blocked("nothing_waits", "no win waits to land: every kept one is on its branch", "autoloop next")


def _wins(number: int) -> str:
    return f"{counted(number, 'win')} {'waits' if number == 1 else 'wait'}"


def ending_known(facts: Facts) -> Blocked | None:
    """There is a keep or discard to take back."""
    if facts.record.ending is not None:
        return None
    why = "there is no keep or discard to take back; what came after it (a session, a baseline, a landing) stands on it"
    fix = "autoloop revive N" if facts.record.counts.total else "autoloop next"
    return Blocked("nothing_to_undo", why, fix)


def branch_at_win(facts: Facts) -> Blocked | None:
    """The branch is still at the commit that the keep made."""
    ending = facts.record.ending
    if ending is None or ending.commit is None or facts.commit == ending.commit:
        return None
    why = f"HEAD is no longer at {ending.commit[:10]}, the commit of experiment {ending.experiment}"
    return Blocked("branch_moved", why, f"git revert {ending.commit[:10]}", exit=5)


def candidates_exist(facts: Facts) -> Blocked | None:
    """Something was tried that could be brought back."""
    if facts.record.counts.total:
        return None
    return Blocked("no_candidates", "nothing was tried yet", "autoloop pre --description TEXT")
