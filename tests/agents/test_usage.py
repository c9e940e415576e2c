"""What clients say they used, from their own recorded output; unknown stays unknown."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from autoloop import agents
from autoloop.driver import Patience, Price
from autoloop.driver.agent import judged, unchanged
from autoloop.driver.command import described
from autoloop.usage import Usage

DATA = Path(__file__).parent.parent / "data" / "agents"


def report(name, *documents):
    lines = [msgspec.json.encode(document) for document in documents]
    return agents.client(name).report(agents.events(lines))


@pytest.mark.parametrize(
    ("name", "written", "usd"),
    [("codex", 450, None), ("claude-code", 450, 0.0492), ("gemini-cli", 507, None), ("opencode", 450, 0.00849)],
)
def test_recorded_outputs(name, written, usd):
    found = agents.client(name).report(agents.events((DATA / f"{name}.jsonl").read_bytes().splitlines()))
    assert msgspec.structs.replace(found.usage, usd=None) == Usage(input=21000, cached=14900, output=written)
    assert found.usage.usd == (None if usd is None else pytest.approx(usd))
    assert found.finished
    assert found.message.endswith("DESCRIPTION: the cheap way")


def turn(read, cached, written):
    used = {"input_tokens": read, "cached_input_tokens": cached, "output_tokens": written}
    return {"type": "turn.completed", "usage": used}


def test_totals_of_a_codex_thread_are_cumulative():
    started = {"type": "thread.started", "thread_id": "a"}
    other = {"type": "thread.started", "thread_id": "b"}
    found = report("codex", started, turn(6000, 3200, 180), started, turn(12000, 6400, 360), other, turn(10, 0, 1))
    assert found.usage == Usage(12010, 6400, 361)


def test_claude_counts_the_cache_beside_the_input():
    used = {
        "input_tokens": 2800,
        "cache_read_input_tokens": 3200,
        "cache_creation_input_tokens": 0,
        "output_tokens": 180,
    }
    found = report("claude-code", {"type": "result", "subtype": "success", "usage": used, "total_cost_usd": 0.5})
    assert found.usage == Usage(6000, 3200, 180, 0.5)
    assert found.finished


def test_a_claude_that_was_killed_tells_what_its_messages_told():
    message = {"id": "m", "usage": {"input_tokens": 5, "cache_read_input_tokens": 7, "output_tokens": 1}}
    found = report("claude-code", *[{"type": "assistant", "message": message}] * 2)
    assert found.usage == Usage(12, 7, 1)
    assert not found.finished


def test_thoughts_of_gemini_are_what_the_total_holds_beyond():
    stats = {"input_tokens": 6000, "output_tokens": 180, "cached": 3200, "total_tokens": 6204}
    assert report("gemini-cli", {"type": "result", "status": "success", "stats": stats}).usage == Usage(6000, 3200, 204)
    tokens = {"prompt": 6000, "cached": 3200, "candidates": 180, "thoughts": 24}
    document = {"response": "done", "stats": {"models": {"m": {"tokens": tokens}}}}
    assert report("gemini-cli", document).usage == Usage(6000, 3200, 204)


def test_steps_of_opencode_are_added_up():
    tokens = {"input": 600, "output": 40, "reasoning": 10, "cache": {"read": 400, "write": 0}}
    step = {"type": "step_finish", "part": {"reason": "stop", "tokens": tokens, "cost": 0.25}}
    found = report("opencode", step, step)
    assert found.usage == Usage(2000, 800, 100, 0.5)
    assert found.finished
    assert not report("opencode", step, {"type": "error", "error": {"name": "APIError"}}).finished


@pytest.mark.parametrize("name", agents.DRIVEN)
def test_silence_and_nonsense_are_unknown_never_zero(name):
    lines = [b"", b"not json", b"[1]", b'{"type": "result", "usage": {"input_tokens": "many"}}', b'{"cut']
    found = agents.client(name).report(agents.events(lines))
    assert found.usage == Usage()
    assert found.usage.tokens is None


def test_unknown_and_known_make_what_is_known():
    assert Usage().plus(Usage()) == Usage()
    assert Usage(1, None, 2).plus(Usage(None, 3, 4, 0.5)) == Usage(1, 3, 6, 0.5)
    assert Usage(input=7).tokens == 7


def test_a_price_makes_tokens_money_but_not_unknown_ones():
    price = Price(1.0, 0.1, 10.0)
    assert price.applied(Usage(2_000_000, 1_000_000, 100_000)).usd == pytest.approx(1.0 + 0.1 + 1.0)
    assert price.applied(Usage()).usd is None
    assert price.applied(Usage(1, 0, 1, 0.25)).usd == 0.25


@pytest.mark.parametrize(
    ("error", "outcome", "event"),
    [
        ("", "timeout", "overrun"),
        ("", "not_found", "not_found"),
        ("exceeded retry limit, last status: 429 Too Many Requests", "failed", "rate_limited"),
        ("We're currently experiencing high demand, which may cause temporary errors.", "failed", "rate_limited"),
        ("API Error: 529 Overloaded", "failed", "rate_limited"),
        ("unexpected status 503 Service Unavailable", "failed", "rate_limited"),
        ("500 tests failed temporarily", "failed", "crashed"),
        ("unexpected status 401 Unauthorized", "failed", "not_logged_in"),
        ("Invalid API key", "failed", "not_logged_in"),
        ("panic", "failed", "crashed"),
        ("", "killed", "crashed"),
        ("", "ok", "premature"),
    ],
)
def test_how_a_call_ended(error, outcome, event):
    assert judged(agents.Report(error=error), outcome, "")[0] == event
    assert judged(agents.Report(finished=True), "ok", "429")[0] == "proposed"


def test_what_a_call_without_a_change_was():
    assert unchanged(" ")[0] == "silent"
    assert unchanged("I'm sorry, but I can't help with that.")[0] == "refused"
    assert unchanged("All is well already.")[0] == "unchanged"


def test_the_last_description_counts():
    assert described("x\nDESCRIPTION: one\n**DESCRIPTION: two**\n") == "two"
    assert described("nothing of the kind") == ""


def test_patience_with_rate_limits_grows_and_ends():
    patience = Patience(first_wait=30, rate_limited=3)
    assert [patience.wait(n, None) for n in (1, 2, 3, 4)] == [30, 60, 120, None]
    assert patience.wait(2, 59) is None
