"""What each agent needs: skills where it reads them, a block in its instructions, commands, MCP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from autoloop.agents import blocks
from autoloop.agents.client import SHARED_SKILLS, Client, Mcp
from autoloop.agents.registry import NAMES, client
from autoloop.agents.targets import Entry, Part, Target, Whole

SKILLS = ("init", "doctor", "baseline", "run", "status", "learn", "finalize")
COMMON = "AGENTS.md"
_TEXTS = Path(__file__).parent / "skills"
_SERVER = ("autoloop", "mcp")


def targets(agents: tuple[str, ...], version: str, read: Callable[[str], str | None], *, mcp: bool) -> list[Target]:
    """Everything that these agents need, each path once.

    Args:
        agents: their names.
        version: AutoLoop's, for the stamps.
        read: the present text of a file, by its path in the repository.
        mcp: also the configuration of the MCP server.
    """
    found: dict[str, Target] = {}
    for name in sorted(agents, key=NAMES.index):
        for target in _of(client(name), agents, version, read, mcp=mcp):
            found.setdefault(target.path, target)
    return list(found.values())


def _of(
    one: Client, agents: tuple[str, ...], version: str, read: Callable[[str], str | None], *, mcp: bool
) -> Iterator[Target]:
    for name in SKILLS:
        yield Whole(f"{one.skills}/autoloop-{name}/SKILL.md", skill(name, one), version)
    yield Part(COMMON, _block(_trees(agents)), version, tuple(sorted(agents, key=NAMES.index)))
    if one.instructions != COMMON and (body := _instructions(one, read(one.instructions))):
        yield Part(one.instructions, body, version)
    if one.commands:
        yield from (_command(one, name, version) for name in SKILLS)
    if mcp and one.mcp is not None:
        yield _server(one.mcp, version)


def skill(name: str, one: Client) -> str:
    """The text of one skill."""
    agent = one.name if one.skills != SHARED_SKILLS else "NAME"
    return _text(f"{name}.md").replace("{{rules}}", _text("rules.txt").rstrip()).replace("{{agent}}", agent)


def _block(trees: str) -> str:
    return _text("block.txt").rstrip().replace("{{skills}}", trees)


def _trees(agents: tuple[str, ...]) -> str:
    return "` or `".join(sorted({client(name).skills for name in agents}))


def _instructions(one: Client, text: str | None) -> str:
    """The block of the agent's own file: an import of AGENTS.md, the text itself beside other texts, or none at all."""
    own = blocks.without(text, blocks.HTML) if text is not None and _sound(text) else text
    if own is None:
        return one.imports
    imported = {line.strip() for line in own.splitlines()} & {"@AGENTS.md", "@./AGENTS.md"}
    return "" if imported else _block(one.skills)


def _sound(text: str) -> bool:
    try:
        blocks.find(text, blocks.HTML)
    except blocks.BrokenBlockError:
        return False
    return True


def _command(one: Client, name: str, version: str) -> Whole:
    described = next(line for line in _text(f"{name}.md").splitlines() if line.startswith("description: "))
    body = (
        f"description = '''{described.removeprefix('description: ')}'''\n"
        f"prompt = '''Read {one.skills}/autoloop-{name}/SKILL.md and do what it says. {{{{args}}}}'''"
    )
    return Whole(f"{one.commands}/autoloop-{name}.toml", body, version, blocks.HASH)


def _server(mcp: Mcp, version: str) -> Target:
    program, *arguments = _SERVER
    if mcp.style == "toml":
        quoted = ", ".join(f'"{argument}"' for argument in arguments)
        asked = 'default_tools_approval_mode = "approve"'
        body = f'[mcp_servers.autoloop]\ncommand = "{program}"\nargs = [{quoted}]\n{asked}'
        return Part(mcp.path, body, version, marks=blocks.HASH)
    if mcp.style == "opencode":
        return Entry(mcp.path, ("mcp", program), {"type": "local", "command": list(_SERVER), "enabled": True})
    return Entry(mcp.path, ("mcpServers", program), {"command": program, "args": arguments})


@cache
def _text(name: str) -> str:
    return (_TEXTS / name).read_text(encoding="utf-8")
