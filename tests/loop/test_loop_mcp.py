"""The tools for agents, asked by the protocol's own client over stdin and stdout."""

from __future__ import annotations

import json
import subprocess
import sys

import anyio
import pytest
from mcp import types
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters

ALWAYS = {"status", "next", "history", "show", "diff", "learn", "wait"}


def conversation(world, talk, mode="auto", *options):
    """Run ``talk(client, heard)`` with a client of a fresh server; ``heard`` collects what the server announces."""
    heard: list[str] = []

    async def listen(message: object) -> None:
        heard.append(type(message).__name__)

    async def main() -> None:
        server = StdioServerParameters(
            command=sys.executable, args=["-m", "autoloop", *options, "mcp"], env=world.env, cwd=world.root
        )
        with anyio.fail_after(120):
            async with Client(server, mode=mode, message_handler=listen) as client:
                await talk(client, heard)

    anyio.run(main)


async def offered(client) -> dict[str, types.Tool]:
    listed = await client.list_tools(cache_mode="refresh")
    return {tool.name: tool for tool in listed.tools}


async def verdict(client, tool: str, arguments: dict | None = None) -> dict:
    """Start a measurement and poll until it is there."""
    answer = await client.call_tool(tool, arguments or {})
    assert not answer.is_error, answer.content
    while answer.structured_content.get("running"):
        answer = await client.call_tool("wait", {"timeout": "5s"})
        assert not answer.is_error, answer.content
    return answer.structured_content


def document(answer) -> dict:
    return json.loads(answer.content[0].text)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_whole_experiment(world, mode):
    async def talk(client, heard):
        tools = await offered(client)
        assert {"pre", "session_start"} < set(tools)
        assert "keep" not in tools
        assert tools["pre"].input_schema["required"] == ["description"]
        assert tools["status"].annotations.read_only_hint
        assert not tools["pre"].annotations.read_only_hint

        opened = await client.call_tool("pre", {"description": "a win"})
        assert opened.structured_content["experiment"] == {"id": 1, "description": "a win"}
        if mode == "legacy":
            await until(lambda: "ToolListChangedNotification" in heard)
        assert "pre" not in await offered(client)

        early = await client.call_tool("keep", {})
        assert early.is_error
        assert [reason["code"] for reason in document(early)["error"]["reasons"]] == ["no_verdict"]
        world.write("cost.txt", "80\n")
        found = await verdict(client, "eval")
        assert found["verdict"] == "keep"
        tools = await offered(client)
        assert {"keep", "discard"} < set(tools)
        assert tools["discard"].annotations.destructive_hint

        kept = await client.call_tool("keep", {"description": "a much better name"})
        assert kept.structured_content["experiment"]["status"] == "kept"
        assert document(kept)["state"] == "ready"
        history = await client.call_tool("history", {})
        assert history.structured_content == world.result("history")
        status = await client.call_tool("status", {})
        assert status.structured_content == world.result("status")

    conversation(world, talk, mode)
    assert world.git("log", "-1", "--format=%s").strip() == "exp-001: a much better name"


async def until(condition) -> None:
    with anyio.fail_after(120):
        while not condition():  # noqa: ASYNC110 - the client calls us, there is nobody to set an event
            await anyio.sleep(0.02)


def test_every_answer_fits_the_schema_that_was_promised(world):
    from jsonschema import Draft202012Validator

    async def talk(client, _heard):
        for tool in (await offered(client)).values():
            assert tool.input_schema["type"] == tool.output_schema["type"] == "object"
            Draft202012Validator.check_schema(tool.input_schema)
            Draft202012Validator.check_schema(tool.output_schema)
        found = await verdict(client, "doctor")
        assert found["healthy"]
        found = await verdict(client, "baseline", {"samples": 3})
        assert found["metric"]["samples"] == 3
        started = await client.call_tool("session_start", {"experiments": 1, "goal": "less"})
        assert started.structured_content["session"]["limits"]["experiments"] == 1

    conversation(world, talk)


def test_what_makes_no_sense_is_said(world):
    async def talk(client, _heard):
        for tool, arguments, code in (
            ("pre", {}, "usage"),
            ("pre", {"description": "x", "bogus": 1}, "usage"),
            ("show", {"number": 0}, "usage"),
            ("show", {"number": 7}, "experiment_unknown"),
            ("no_such_tool", {}, "usage"),
            ("wait", {"timeout": "soon"}, "duration_invalid"),
            ("wait", {}, "nothing_running"),
        ):
            answer = await client.call_tool(tool, arguments)
            assert answer.is_error, tool
            error = document(answer)["error"]
            assert error["code"] == code, (tool, error)
            assert error["what"]

    conversation(world, talk)


def test_resources(world):
    world.win("80")
    world.result("learn")

    async def talk(client, _heard):
        listed = (await client.list_resources()).resources
        assert {one.uri for one in listed} == {"autoloop://learnings", "autoloop://history"}
        read = await client.read_resource("autoloop://learnings")
        assert read.contents[0].text == world.read(".autoloop/learnings.md")
        read = await client.read_resource("autoloop://history")
        assert json.loads(read.contents[0].text)["result"]["total"] == 1

    conversation(world, talk)


def test_commands_of_a_clone_are_not_approved_by_an_agent(configured):
    async def refused(client, _heard):
        answer = await client.call_tool("doctor", {})
        assert answer.is_error
        assert document(answer)["error"]["code"] == "config_not_trusted"

    async def approved(client, _heard):
        assert (await verdict(client, "doctor"))["healthy"]

    conversation(configured, refused)
    conversation(configured, approved, "auto", "--yes")


def test_without_the_extra_the_install_line_is_said(world):
    (world.root.parent / "hidden").mkdir()
    (world.root.parent / "hidden" / "mcp.py").write_text("raise ImportError('not here')\n")
    done = subprocess.run(
        [sys.executable, "-m", "autoloop", "mcp", "--json"],
        cwd=world.root,
        env=world.env | {"PYTHONPATH": str(world.root.parent / "hidden")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    error = json.loads(done.stdout)["error"]
    assert done.returncode == 2
    assert error["code"] == "extra_missing"
    assert "pip install 'autoloop-fsm[mcp]'" in error["fix"]
