"""What there is to know about one agent's command-line client; each module beside this one fills in one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import msgspec

from autoloop.usage import Usage

Event = Mapping[str, object]
Style = Literal["mcpServers", "opencode", "toml"]
SHARED_SKILLS = ".agents/skills"


class Report(msgspec.Struct, frozen=True):
    """What a client's machine-readable output says about one call.

    Attributes:
        usage: what it used; a figure the client does not give is None.
        finished: the final event is there and is no error; exit codes alone lie.
        error: the client's own words for what went wrong.
        message: the agent's last words.
    """

    usage: Usage = Usage()
    finished: bool = False
    error: str = ""
    message: str = ""


class Mcp(msgspec.Struct, frozen=True):
    """Where the client reads its project-local MCP servers, and in which form."""

    path: str
    style: Style


class Login(msgspec.Struct, frozen=True):
    """How a login can be recognised without using it.

    Attributes:
        variables: environment variables, any of which is one.
        files: files below the home directory, any of which is one.
        command: what the user types to log in.
    """

    variables: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    command: str = ""


class Shell(msgspec.Struct, frozen=True):
    """The shell that the client gives to its agent.

    Attributes:
        argv: how it starts a command, which is appended.
        reset_path: it is a login shell, so that the system's profile decides what PATH is.
        hides_git: the user's global git configuration is not seen.
        limit: seconds that one call may take, in the client's default.
        limited: what happens then, in words.
        git_read_only: in the usual sandbox the git directory cannot be written.
        opens_git: the option that makes it writable there.
        sandbox: runs a command in that sandbox without calling a model; the command is appended.
    """

    argv: tuple[str, ...] = ("bash", "-c")
    reset_path: bool = False
    hides_git: bool = False
    limit: float | None = None
    limited: str = ""
    git_read_only: bool = False
    opens_git: str = ""
    sandbox: tuple[str, ...] = ()


class Client(msgspec.Struct, frozen=True):
    """One agent.

    Attributes:
        name: what the user types.
        program: its executable; empty when there is none to be driven.
        install: the command that installs it.
        oldest: the oldest version that was seen to work as described here.
        instructions: file whose text the agent always sees.
        imports: the line that makes ``instructions`` include AGENTS.md.
        skills: directory of its skills.
        commands: directory of its slash commands, when skills cannot be called by name.
        call: arguments of one non-interactive call that may edit files; the prompt goes to stdin, which is then closed.
        full: the same with every permission, for users who ask for it.
        env: variables that such a call needs.
        tokens: it reports tokens; ``usd``: it reports what they cost.
        report: reads its machine-readable output.
    """

    name: str
    title: str
    program: str = ""
    install: str = ""
    oldest: tuple[int, ...] = ()
    instructions: str = "AGENTS.md"
    imports: str = ""
    skills: str = SHARED_SKILLS
    commands: str = ""
    mcp: Mcp | None = None
    call: tuple[str, ...] = ()
    full: tuple[str, ...] = ()
    env: dict[str, str] = {}
    login: Login = Login()
    shell: Shell = Shell()
    tokens: bool = False
    usd: bool = False
    report: Callable[[Iterable[Event]], Report] | None = None
