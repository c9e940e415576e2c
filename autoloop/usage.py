"""What agents used: the Structs that sessions and experiments keep of their calls."""

from typing import TypeVar

import msgspec

Number = TypeVar("Number", int, float)


class Usage(msgspec.Struct, frozen=True):
    """What an agent used; unknown is None, never 0.

    Attributes:
        input: tokens read, those from a cache included.
        cached: of these, the tokens read from a cache.
        output: tokens written, thoughts included.
        usd: what it cost, in US dollars.
    """

    input: int | None = None
    cached: int | None = None
    output: int | None = None
    usd: float | None = None

    @property
    def tokens(self) -> int | None:
        """All tokens, each counted once; None while nothing is known."""
        return _sum(self.input, self.output)

    def plus(self, other: "Usage") -> "Usage":
        """Both together: what is known of either."""
        return Usage(*(_sum(getattr(self, name), getattr(other, name)) for name in self.__struct_fields__))


def _sum(one: Number | None, other: Number | None) -> Number | None:
    return other if one is None else one if other is None else one + other


class AgentCall(msgspec.Struct, frozen=True):
    """One call of an agent, or of a command in its place.

    Attributes:
        agent: its name.
        event: how it ended, for example ``proposed``, ``overrun`` or ``rate_limited``.
        why: what made us think so.
    """

    agent: str
    event: str
    why: str = ""
    seconds: float = 0.0
    usage: Usage = Usage()
