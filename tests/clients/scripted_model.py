"""A model that says what a script says, behind the four protocols that the clients speak; loopback only.

A script is a list of shell commands and edits, and a last word. Which turn comes next follows from the conversation
that a request carries: as many tool results as it holds, so many turns are done. So a client may repeat requests as
it likes, and what it asks on the side (titles, routing) changes nothing.
"""

from __future__ import annotations

import json
import shlex
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

# usage of the n-th answer, so that sums, cached shares and thoughts can be told apart
INPUT = (1000, 2000, 3000, 4000, 5000, 6000, 7000)
CACHED = (400, 900, 1900, 2900, 3900, 4900, 5900)
OUTPUT = (50, 60, 70, 80, 90, 100, 110)
THOUGHT = (7, 8, 9, 10, 11, 12, 13)


@dataclass(frozen=True)
class Edit:
    """A file that is read, as clients demand it, and then written with the client's own tools."""

    path: str
    text: str


@dataclass
class Script:
    """What the model does in one conversation.

    Attributes:
        commands: shell commands, one a turn, and edits, two turns each.
        last: the final message.
        status: answer every request with this HTTP status instead.
        hang: never answer.
    """

    commands: list[str | Edit] = field(default_factory=list)
    last: str = "DESCRIPTION: as scripted"
    status: int = 0
    hang: bool = False

    def turn(self, done: int) -> tuple[str, str | Edit]:
        """``command``, ``read``, ``write`` or ``text``, and which."""
        turns: list[tuple[str, str | Edit]] = []
        for one in self.commands:
            turns += [("read", one), ("write", one)] if isinstance(one, Edit) else [("command", one)]
        return turns[done] if done < len(turns) else ("text", self.last)


class Model:
    """The server. ``scripts`` are taken one for each conversation, in order; the last one goes on for ever."""

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts)
        self.requests: list[dict] = []
        self.known: dict[str, Script] = {}
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"model": self}))
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)

    def script(self, conversation: str) -> Script:
        """The script of a conversation, by what it began with."""
        with self.lock:
            if conversation not in self.known:
                self.known[conversation] = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
            return self.known[conversation]

    def said(self) -> str:
        """Everything that clients sent, as one text."""
        return json.dumps(self.requests)


class Handler(BaseHTTPRequestHandler):
    model: Model
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._send(200, b"", "text/plain")

    def do_GET(self) -> None:
        self._send(200, b'{"data": [], "models": []}', "application/json")

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            body = json.loads(raw or b"{}")
        except ValueError:
            body = {}
        self.model.requests.append({"path": self.path, "body": body})
        protocol = next((found for ending, found in PROTOCOLS.items() if ending in self.path), None)
        if protocol is None:
            self._send(200, b"{}", "application/json")
            return
        self._answer(protocol, body)

    def _answer(self, protocol, body) -> None:
        if not body.get("tools"):
            self._say(protocol.text(body, "a title", 0), protocol, body)
            return
        script = self.model.script(protocol.began(body))
        if script.hang:
            self.model.closing.wait(120)
            return
        if script.status:
            error = {"error": {"message": f"scripted {script.status}", "type": "error", "code": script.status}}
            self._send(script.status, json.dumps(error).encode(), "application/json")
            return
        done = protocol.done(body)
        kind, what = script.turn(done)
        make = getattr(protocol, kind)
        self._say(make(body, what, min(done, len(INPUT) - 1)), protocol, body)

    def _say(self, said, protocol, body) -> None:
        if isinstance(said, dict):
            self._send(200, json.dumps(said).encode(), "application/json")
        else:
            lines = [f"event: {e['type']}\n" if protocol.named else "" for e in said]
            text = "".join(f"{line}data: {json.dumps(e)}\n\n" for line, e in zip(lines, said, strict=True))
            self._send(200, (text + protocol.end).encode(), "text/event-stream")

    def _send(self, status: int, data: bytes, kind: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            pass


def _tool(names: list[str], *wanted: str) -> str:
    return next(name for name in wanted if name in names)


class Responses:
    """Codex."""

    named, end = True, ""

    def began(self, body):
        texts = [item for item in body["input"] if item.get("role") == "user"]
        return json.dumps([body.get("prompt_cache_key"), texts[-1:]])

    def done(self, body):
        return sum(item.get("type") in {"function_call_output", "custom_tool_call_output"} for item in body["input"])

    def command(self, body, command, turn):
        names = [tool.get("name") for tool in body["tools"]]
        name = _tool(names, "exec_command", "shell_command", "shell")
        arguments = {"exec_command": {"cmd": command, "yield_time_ms": 30000}, "shell_command": {"command": command}}
        given = json.dumps(arguments.get(name, {"command": ["bash", "-lc", command]}))
        return self._events({"type": "function_call", "call_id": f"c{turn}", "name": name, "arguments": given}, turn)

    def read(self, body, edit, turn):
        return self.command(body, shlex.join(["cat", edit.path]), turn)

    def write(self, body, edit, turn):
        return self.command(body, f"printf %s {shlex.quote(edit.text)} > {shlex.quote(edit.path)}", turn)

    def text(self, body, text, turn):
        content = [{"type": "output_text", "text": text}]
        return self._events({"type": "message", "role": "assistant", "id": f"m{turn}", "content": content}, turn)

    def _events(self, item, turn):
        usage = {
            "input_tokens": INPUT[turn],
            "input_tokens_details": {"cached_tokens": CACHED[turn]},
            "output_tokens": OUTPUT[turn],
            "output_tokens_details": {"reasoning_tokens": THOUGHT[turn]},
            "total_tokens": INPUT[turn] + OUTPUT[turn],
        }
        return [
            {"type": "response.created", "response": {"id": f"r{turn}"}},
            {"type": "response.output_item.done", "item": item},
            {"type": "response.completed", "response": {"id": f"r{turn}", "usage": usage}},
        ]


class Messages:
    """Claude Code."""

    named, end = True, ""

    def began(self, body):
        first = body["messages"][0]["content"]  # marks of the cache move from request to request, the texts stay
        return first if isinstance(first, str) else json.dumps([part.get("text") for part in first])

    def done(self, body):
        parts = [part for message in body["messages"] for part in message["content"] if isinstance(part, dict)]
        return sum(part.get("type") == "tool_result" for part in parts)

    def command(self, body, command, turn):
        return self._call("Bash", {"command": command, "description": "as scripted"}, turn, body)

    def read(self, body, edit, turn):
        return self._call("Read", {"file_path": edit.path}, turn, body)

    def write(self, body, edit, turn):
        return self._call("Write", {"file_path": edit.path, "content": edit.text}, turn, body)

    def _call(self, name, given, turn, body):
        block = {"type": "tool_use", "id": f"toolu_{turn}", "name": name, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(given)}
        return self._events(block, delta, "tool_use", turn, body)

    def text(self, body, text, turn):
        delta = {"type": "text_delta", "text": text}
        return self._events({"type": "text", "text": ""}, delta, "end_turn", turn, body)

    def _events(self, block, delta, stop, turn, body):
        usage = {
            "input_tokens": INPUT[turn] - CACHED[turn],
            "cache_read_input_tokens": CACHED[turn],
            "cache_creation_input_tokens": 0,
            "output_tokens": OUTPUT[turn],
        }
        message = {"id": f"msg_{turn}", "type": "message", "role": "assistant", "model": body.get("model", "m")}
        message |= {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage | {"output_tokens": 1}}
        if not body.get("stream"):
            content = [{"type": "text", "text": delta.get("text", "")}]
            return message | {"content": content, "stop_reason": "end_turn", "usage": usage}
        return [
            {"type": "message_start", "message": message},
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": usage},
            {"type": "message_stop"},
        ]


class Generate:
    """Gemini CLI, streamed."""

    named, end, streamed = False, "", True

    def began(self, body):
        return json.dumps(body["contents"][:1])

    def done(self, body):
        return sum("functionResponse" in part for content in body["contents"] for part in content.get("parts", []))

    def command(self, body, command, turn):
        return self._call("run_shell_command", {"command": command}, turn)

    def read(self, body, edit, turn):
        return self._call("read_file", {"file_path": edit.path}, turn)

    def write(self, body, edit, turn):
        return self._call("write_file", {"file_path": edit.path, "content": edit.text}, turn)

    def _call(self, name, given, turn):
        return self._made({"functionCall": {"name": name, "args": given}}, turn)

    def text(self, body, text, turn):
        return self._made({"text": text}, turn)

    def _made(self, part, turn):
        usage = {
            "promptTokenCount": INPUT[turn],
            "cachedContentTokenCount": CACHED[turn],
            "candidatesTokenCount": OUTPUT[turn],
            "thoughtsTokenCount": THOUGHT[turn],
            "totalTokenCount": INPUT[turn] + OUTPUT[turn] + THOUGHT[turn],
        }
        candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
        document = {"candidates": [candidate], "usageMetadata": usage}
        return [document] if self.streamed else document


class GenerateAtOnce(Generate):
    """Gemini CLI's side questions."""

    streamed = False


class Chat:
    """opencode, through its OpenAI-compatible provider."""

    named, end = False, "data: [DONE]\n\n"

    def began(self, body):
        return json.dumps([message for message in body["messages"] if message["role"] == "user"][:1])

    def done(self, body):
        return sum(message["role"] == "tool" for message in body["messages"])

    def command(self, body, command, turn):
        return self._call("bash", {"command": command, "description": "as scripted"}, turn)

    def read(self, body, edit, turn):
        return self._call("read", {"filePath": edit.path}, turn)

    def write(self, body, edit, turn):
        return self._call("write", {"filePath": edit.path, "content": edit.text}, turn)

    def _call(self, name, given, turn):
        function = {"name": name, "arguments": json.dumps(given)}
        call = {"index": 0, "id": f"call_{turn}", "type": "function", "function": function}
        return self._chunks({"role": "assistant", "tool_calls": [call]}, "tool_calls", turn)

    def text(self, body, text, turn):
        return self._chunks({"role": "assistant", "content": text}, "stop", turn)

    def _chunks(self, delta, finish, turn):
        usage = {
            "prompt_tokens": INPUT[turn],
            "prompt_tokens_details": {"cached_tokens": CACHED[turn]},
            "completion_tokens": OUTPUT[turn],
            "completion_tokens_details": {"reasoning_tokens": THOUGHT[turn]},
            "total_tokens": INPUT[turn] + OUTPUT[turn],
        }
        base = {"id": f"chat{turn}", "object": "chat.completion.chunk", "created": int(time.time()), "model": "m"}
        return [
            base | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
            base | {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}], "usage": usage},
        ]


PROTOCOLS = {
    "/responses": Responses(),
    "/count_tokens": None,
    "/v1/messages": Messages(),
    ":streamGenerateContent": Generate(),
    ":generateContent": GenerateAtOnce(),
    "/chat/completions": Chat(),
}
