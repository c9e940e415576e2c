"""What is installed, as rules on texts: what a file should hold, whether it does, and what it is without us. Pure."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Literal

import msgspec

from autoloop.agents import blocks, jsontext
from autoloop.agents.blocks import Marks

Standing = Literal["missing", "current", "outdated", "modified", "foreign"]
_STAMP = re.compile(r"autoloop (\S+) ([0-9a-f]{12})")
_EXPLAINED = "written by autoloop install"


class UnusableError(ValueError):
    """A file that cannot take our part; the text says why."""


class Whole(msgspec.Struct, frozen=True):
    """A file that is ours alone; a comment carries the version that wrote it and a digest of the rest."""

    path: str
    body: str
    version: str
    marks: Marks = blocks.HTML

    def put(self, text: str | None) -> str:  # noqa: ARG002 - one signature for all targets
        """The whole file."""
        stamp = f"autoloop {self.version} {blocks.digest(self.body)}, {_EXPLAINED}"
        return f"{self.body.rstrip()}\n\n{self.marks.open}{stamp}{self.marks.close}\n"

    def standing(self, text: str | None) -> Standing:
        """What is there now."""
        if text is None:
            return "missing"
        plain = text.replace("\r\n", "\n")
        if plain == self.put(None):
            return "current"
        *lines, last = plain.rstrip().split("\n")
        stamp = _STAMP.search(last)
        if stamp is None:
            return "foreign"
        return "outdated" if blocks.digest("\n".join(lines)) == stamp[2] else "modified"

    def without(self, text: str) -> str | None:  # noqa: ARG002
        """Nothing is left."""
        return None


class Part(msgspec.Struct, frozen=True):
    """A marked block in a file that may hold other things; ``agents`` in the mark says who it was installed for."""

    path: str
    body: str
    version: str
    agents: tuple[str, ...] = ()
    marks: Marks = blocks.HTML

    @property
    def _stamp(self) -> str:
        owners = f" for {', '.join(self.agents)}" if self.agents else ""
        return f"autoloop {self.version}{owners}, {_EXPLAINED}"

    def put(self, text: str | None) -> str:
        """The file with the block."""
        try:
            made = blocks.put(text, self.body, self._stamp, self.marks)
        except blocks.BrokenBlockError as error:
            raise UnusableError(f"its autoloop marks are broken: {error}") from None
        if self.path.endswith(".toml"):
            _check_toml(made)
        return made

    def standing(self, text: str | None) -> Standing:
        """What is there now."""
        if text is None:
            return "missing"
        try:
            block = blocks.find(text, self.marks)
        except blocks.BrokenBlockError:
            return "foreign"
        if block is None:
            return "missing"
        if blocks.edited(block):
            return "modified"
        return "current" if self.put(text) == text else "outdated"

    def without(self, text: str) -> str | None:
        """The file without the block."""
        return blocks.without(text, self.marks)


def _check_toml(text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnusableError(f"it would be no valid TOML with our part: {error}") from None


class Entry(msgspec.Struct, frozen=True):
    """One member of a JSON file that may hold other things."""

    path: str
    at: tuple[str, str]
    value: dict[str, object]

    def put(self, text: str | None) -> str:
        """The file with the member."""
        try:
            return jsontext.put(text, self.at, self.value)
        except ValueError as error:
            by_hand = json.dumps({self.at[0]: {self.at[1]: self.value}})
            why = f"it cannot be read as JSON ({error}); leave out --mcp and add this by hand: {by_hand}"
            raise UnusableError(why) from None

    def standing(self, text: str | None) -> Standing:
        """What is there now."""
        if text is None or not text.strip():
            return "missing"
        try:
            found = jsontext.get(text, self.at)
        except ValueError:
            return "foreign"
        if found is None:
            return "missing"
        return "current" if found == self.value else "modified"

    def without(self, text: str) -> str | None:
        """The file without the member."""
        return jsontext.without(text, self.at)


Target = Whole | Part | Entry


def agents_in(text: str) -> tuple[str, ...]:
    """The agents that a block says it was installed for."""
    try:
        block = blocks.find(text, blocks.HTML)
    except blocks.BrokenBlockError:
        return ()
    named = re.search(r" for ([a-z, -]+), written", block.stamp) if block else None
    return tuple(named[1].split(", ")) if named else ()
