"""A few milliseconds in which no signal comes between what belongs together."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

_STOPPING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
_waiting: list[int] = []
_depth = 0


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let the signals that ask us to stop wait: they arrive when the block is done, as if they had come then.

    Blocking them is not enough: another thread takes them then, and Python has the main thread handle them at once. So
    the handler asks, too (see ``postponed``).
    """
    global _depth  # noqa: PLW0603 - as many as there are signal masks of the main thread: one
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    _depth += 1
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        _depth -= 1
        if _waiting and not _depth:
            signum = _waiting[0]
            _waiting.clear()
            signal.raise_signal(signum)


def postponed(signum: int) -> bool:
    """Whether a handler has to leave this signal for the end of an undisturbed block."""
    if _depth:
        _waiting.append(signum)
    return bool(_depth)
