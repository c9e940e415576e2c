"""What the program answers about itself: the machine, schemas, the configuration, pages (see payloads)."""

from __future__ import annotations

import msgspec


class MachineShown(msgspec.Struct, frozen=True):
    """Answer of ``machine``: the declared workflow."""

    workflow: dict[str, object]
    mermaid: str = ""


class SchemaShown(msgspec.Struct, frozen=True):
    """Answer of ``schema``."""

    name: str
    schema: dict[str, object]


class ConfigShown(msgspec.Struct, frozen=True):
    """Answer of ``config``: the file with all defaults filled in."""

    path: str
    config: dict[str, object]
    digest: str
    sealed: bool


class Verbatim(msgspec.Struct, frozen=True):
    """A document for other programs, such as a table: printed as it is, with its tabs and long lines."""

    text: str


class Text(msgspec.Struct, frozen=True):
    """An answer that is a text, such as a completion script."""

    text: str


class Help(msgspec.Struct, frozen=True):
    """Answer of ``help``: a page as Markdown, and the titles of all pages by name."""

    topic: str
    text: str
    topics: dict[str, str]
