"""How often something may go wrong in a row before the session is stopped. Pure."""

from __future__ import annotations

import msgspec

from autoloop.driver.hand import Event

AT_ONCE: frozenset[Event] = frozenset({"not_found", "not_logged_in"})
"""No further call can mend these."""


class Patience(msgspec.Struct, frozen=True):
    """The limits of one run.

    Attributes:
        broken: calls in a row without a proposal that end the run.
        rate_limited: calls in a row that may be turned away before one of them counts as broken.
        first_wait: seconds to wait after the first of these; twice as long after each further one.
        unreported: calls in a row that may keep silent about their usage while a token or money limit is set.
    """

    broken: int = 3
    rate_limited: int = 6
    first_wait: float = 30.0
    unreported: int = 3

    def wait(self, turned_away: int, left: float | None) -> float | None:
        """Seconds to wait after so many rejections in a row, None when there is no more patience or time.

        Args:
            turned_away: rejections so far, at least 1.
            left: seconds left of the session, None for no limit.
        """
        seconds = self.first_wait * float(2 ** (turned_away - 1))
        if turned_away > self.rate_limited or (left is not None and seconds >= left):
            return None
        return seconds
