"""AutoLoop's state machine as tools for agents, over the Model Context Protocol on stdin and stdout.

Which tools there are and what they do is said by the workflow file, what they take by the commands' own options, what
they answer by the payload Structs. Only what is allowed now is listed; what is called all the same is refused with
every reason. Work that takes long is started, and ``wait`` asks how far it is: no call lasts longer than that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anyio
import anyio.to_thread
import click
import msgspec
from mcp import types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.shared.subscriptions import ToolsListChanged

from autoloop import __version__, workflow
from autoloop.called import called, found, parameters
from autoloop.commands import possible
from autoloop.commands.about import answer_schema, answer_type
from autoloop.commands.answer import App
from autoloop.document import as_ours, failed, printed
from autoloop.errors import AutoLoopError, UsageError
from autoloop.shown import Next

LOOKING = {
    "status": "Say where we are, what was gained and what is left.",
    "next": "Say what may be done now, and for everything else each reason and its remedy.",
    "history": "List experiments, newest first.",
    "show": "Show one experiment in full.",
    "diff": "Show what an experiment changed.",
    "learn": "Say what the experiments taught, and refresh learnings.md.",
    "wait": "Wait for what is running; call it again while `running` is true, then it has the command's answer.",
}
RESUME = "Finish whatever was interrupted."
_DESTRUCTIVE = {"discard", "init"}
_INSTRUCTIONS = (
    "AutoLoop measures changes of code. Call `next` to see what may be done now. Long measurements are started and "
    "answer `running: true`; then call `wait` until the verdict is there. Never exceed the budget, never edit "
    ".autoloop/config.toml or protected paths."
)

Context = ServerRequestContext[Any]


def serve(make: Callable[[], App]) -> None:
    """Serve one client until it closes stdin.

    Args:
        make: the options of each call's invocation: which repository, whether its commands are approved.
    """
    anyio.run(_Tools(make).serve)


class _Tools:
    """The tools of one workspace."""

    def __init__(self, make: Callable[[], App]) -> None:
        self._make = make
        self._table = workflow.load()
        self._acting = anyio.Lock()
        self._bus = InMemorySubscriptionBus()
        self._listed: tuple[str, ...] = ()
        self._commands = {
            name: " ".join(word for word in trigger.argv[1:] if word in {"session", "start", "end", name})
            for name, trigger in self._table.triggers.items()
            if trigger.by == "agent"
        }

    async def serve(self) -> None:
        """Talk on stdin and stdout."""
        server = Server(
            "autoloop",
            version=__version__,
            instructions=_INSTRUCTIONS,
            on_list_tools=self._list,
            on_call_tool=self._call,
            on_list_resources=self._resources,
            on_read_resource=self._read,
            on_subscriptions_listen=ListenHandler(self._bus),
        )
        options = server.create_initialization_options(NotificationOptions(tools_changed=True))
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, options)

    # --- which tools

    async def _list(self, _context: Context, _params: object) -> types.ListToolsResult:
        self._listed = await anyio.to_thread.run_sync(self._names)
        return types.ListToolsResult(tools=[self._tool(name) for name in self._listed])

    def _names(self) -> tuple[str, ...]:
        """What may be called now: looking always, actions as the machine allows them."""
        try:
            payload = possible.answer(self._make()).payload
        except AutoLoopError:
            return (*LOOKING, "doctor")  # a damaged state: it can still be looked into
        allowed = payload.allowed if isinstance(payload, Next) else ()
        return (*LOOKING, *(offer.action for offer in allowed if offer.action not in LOOKING))

    def _tool(self, name: str) -> types.Tool:
        command = found(self._commands.get(name, name))
        looks = name in LOOKING  # what `learn` writes is ours, but it does write
        says = LOOKING.get(name) or (RESUME if name == "resume" else self._table.triggers[name].describe)
        kinds = dict.fromkeys(answer_type(kind) for kind in self._answers(name))
        return types.Tool(
            name=name,
            description=says,
            input_schema=_input(command),
            output_schema=answer_schema(*kinds),
            annotations=types.ToolAnnotations(
                read_only_hint=looks and name != "learn",
                destructive_hint=name in _DESTRUCTIVE,
                idempotent_hint=looks,
                open_world_hint=False,
            ),
        )

    def _answers(self, name: str) -> tuple[str, ...]:
        """The names of the schemas of what a tool may answer with; ``wait`` ends with whatever it waited for."""
        if name == "wait":
            waited = (one for one in {**self._commands, "resume": "resume"}.values() if _detaches(found(one)))
            return (*dict.fromkeys(waited), "wait")
        own = self._commands.get(name, name).split()[0]
        return (own, "wait") if _detaches(found(self._commands.get(name, name))) else (own,)

    # --- what they do

    async def _call(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        name, arguments = params.name, dict(params.arguments or {})
        if name in LOOKING:
            result = await anyio.to_thread.run_sync(self._answer, name, arguments)
        else:
            async with self._acting:
                result = await anyio.to_thread.run_sync(self._answer, name, arguments)
        if self._listed and await anyio.to_thread.run_sync(self._names) != self._listed:
            await self._bus.publish(ToolsListChanged())
            await context.session.send_tool_list_changed()
        return result

    def _answer(self, name: str, arguments: Mapping[str, object]) -> types.CallToolResult:
        """The command's document as text, its ``result`` as structured content."""
        app = self._make()
        command = self._commands.get(name, name)
        try:
            long = {"detach": True} if _detaches(found(self._known(command))) else {}
            document = printed(app, name, called(app, command, {**arguments, **long}))
        except Exception as error:  # noqa: BLE001 - a bug is answered too, and its report written
            text = failed(app, name, as_ours(app, name, error)).decode()
            return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)
        text = document.decode()
        result = msgspec.json.decode(document)["result"]
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)], structured_content=result)

    def _known(self, command: str) -> str:
        """The command, if it is one that agents are offered.

        Raises:
            UsageError: it is none: the driver, the wrappers' installer and the like are for people.
        """
        if command not in {*LOOKING, *self._commands.values(), "resume"}:
            raise UsageError("usage", f"There is no tool {command!r}.", fix="next")
        return command

    # --- what there is to read

    async def _resources(self, _context: Context, _params: object) -> types.ListResourcesResult:
        listed = [
            types.Resource(name=name, uri=f"autoloop://{name}", description=text, mime_type=kind)
            for name, text, kind in (
                ("learnings", "What the experiments taught.", "text/markdown"),
                ("history", "The experiments, newest first.", "application/json"),
            )
        ]
        return types.ListResourcesResult(resources=listed)

    async def _read(self, _context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        uri = str(params.uri).rstrip("/")
        text, kind = await anyio.to_thread.run_sync(self._text_of, uri)
        return types.ReadResourceResult(contents=[types.TextResourceContents(uri=uri, mime_type=kind, text=text)])

    def _text_of(self, uri: str) -> tuple[str, str]:
        app = self._make()
        if uri == "autoloop://learnings":
            return app.workspace.store.read_text(app.workspace.layout.learnings) or "", "text/markdown"
        if uri == "autoloop://history":
            return printed(app, "history", called(app, "history", {})).decode(), "application/json"
        raise ValueError(f"there is no resource {uri}")


def _detaches(command: click.Command) -> bool:
    return any(parameter.name == "detach" for parameter in command.params)


def _input(command: click.Command) -> dict[str, Any]:
    """JSON Schema of what a command takes."""
    properties = {
        name: _property(parameter) for name, parameter in parameters(command) if name not in {"detach", "exit_code"}
    }
    required = [name for name, parameter in parameters(command) if parameter.required]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _property(parameter: click.Parameter) -> dict[str, Any]:
    kinds: list[tuple[type, str]] = [(click.types.BoolParamType, "boolean"), (click.types.IntParamType, "integer")]
    kinds += [(click.types.FloatParamType, "number")]
    kind = next((name for type_, name in kinds if isinstance(parameter.type, type_)), "string")
    described = {
        "type": kind,
        "description": getattr(parameter, "help", None) or parameter.make_metavar(click.Context(click.Command(""))),
    }
    lowest = getattr(parameter.type, "min", None)
    return described if lowest is None else described | {"minimum": lowest}
