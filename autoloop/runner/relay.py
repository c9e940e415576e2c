"""The two lines of shell between the supervisor and the user's command.

Why not simply start the command: the kernel counts the resident set that a process had before its
exec in ``ru_maxrss``, and that was a copy of ours, so every command would seem to need as much memory as AutoLoop. Only
a process forked from something small has a clean account. So the supervisor starts a shell, which forks a second
one; that one ends its parent, is thereby adopted by the supervisor (a subreaper), which can now wait for it and read
its account, says who it is, waits at the gate, and becomes the command.

Where there is no subreaper the first shell goes through the gate itself.
"""

from __future__ import annotations

from autoloop.runner.records import Command

SHELL = "/bin/sh"
READY_FD = 3
GATE_FD = 4

# Orphaned only when there really are two shells; without a word from the gate nothing is started.
_FORK = f'inner=$1; shift; {SHELL} -c "$inner" autoloop "$PPID" "$@"; :'
_LEAVE = '[ "$PPID" = "$1" ] || kill -9 "$PPID"; shift; '
_PASS_GATE = f'echo "$$" >&{READY_FD}; read -r go <&{GATE_FD} || exit 125; exec {READY_FD}>&- {GATE_FD}<&-; exec "$@"'


def argv(command: Command, *, adopted: bool) -> tuple[str, ...]:
    """The shell that becomes the command once the gate opens.

    Args:
        command: what to run.
        adopted: whether orphans are adopted by the supervisor.
    """
    wanted = (SHELL, "-c", command.shell) if command.shell is not None else command.argv
    if adopted:
        return (SHELL, "-c", _FORK, "autoloop", _LEAVE + _PASS_GATE, *wanted)
    return (SHELL, "-c", _PASS_GATE, "autoloop", *wanted)
