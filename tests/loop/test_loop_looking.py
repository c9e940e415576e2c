"""What people see: on any width, in a pipe, of one experiment, of a session."""

from __future__ import annotations

import pty
import re
import subprocess
import sys
from os import close, read

from autoloop import workflow
from autoloop.commands.standing import SAID


def seen(world, *arguments: str, columns: int) -> str:
    """What a terminal of that width is sent."""
    ours, theirs = pty.openpty()
    env = {**world.env, "COLUMNS": str(columns), "LINES": "200", "TERM": "xterm", "NO_COLOR": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "autoloop", *arguments],
        cwd=world.root,
        env=env,
        stdout=theirs,
        stdin=theirs,
        stderr=theirs,
    )
    close(theirs)
    text = b""
    while True:
        try:
            part = read(ours, 65536)
        except OSError:
            part = b""
        if not part:
            break
        text += part
    close(ours)
    assert process.wait(timeout=120) == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", text.decode()).replace("\r\n", "\n")


def test_status_fits_any_terminal(world):
    world.win("90", "a first win with a description that is longer than a narrow terminal is wide, by far")
    world.result("session", "end")
    world.result("session", "start", "--name", "second", "--goal", "less", "--experiments", "5")
    for columns in (40, 80, 120, 200):
        text = seen(world, "status", columns=columns)
        assert max(len(line) for line in text.splitlines()) <= columns, text
        assert "kept" in text
        assert "+10.00 %" in text
        assert "●" in text, "the effect is drawn at any width"
    wide = seen(world, "status", columns=120)
    assert re.search(r"experiments +0 +5 ", wide)
    assert "second (open): less\nNo win yet." in wide
    assert sum("first win" in line for line in wide.splitlines()) == 1


def test_status_says_of_a_state_what_the_workflow_says():
    states = workflow.load().states
    assert {name: states[name].describe for name in SAID} == SAID
    about_experiments = {"editing", "keepable", "discardable", "uncertain", "crashed"}
    assert {name for name, state in states.items() if state.kind == "waiting"} - about_experiments == set(SAID)


def test_tables_become_lists_where_they_do_not_fit(world):
    world.win("90", "first win")
    wide, narrow = (seen(world, "session", "list", columns=columns) for columns in (120, 40))
    assert re.search(r"# +session +status +experiments", wide)
    assert "1  session-1\n  status open · experiments 1 · wins 1" in narrow
    listed = seen(world, "next", columns=40)
    assert "\nautoloop pre --description TEXT\n  " in listed


def test_a_row_is_a_line_in_a_pipe(world):
    world.win("90", "long " * 60)
    lines = world.run("history").stdout.splitlines()
    assert sum("long long" in line for line in lines) == 1


def test_no_line_of_a_difference_is_cut(world):
    world.result("pre", "--description", "wide")
    world.write("cost.txt", "90\n" + "x" * 300 + "\n")
    for columns in (40, 100):
        assert "+" + "x" * 300 in seen(world, "diff", columns=columns)


def test_show_draws_the_samples_and_brings_the_difference(world):
    world.win("90", "first win")
    text = world.run("show", "1").stdout
    assert "samples" in text
    assert "-100\n+90" in text
    assert "pass  guardrail tests" in text
    document = world.result("show", "1")
    assert "+90" in document["diff"]
    assert not document["truncated"]


def test_show_without_the_trees_still_shows_the_rest(world):
    world.win("90", "first win")
    document = world.root / ".autoloop" / "experiments" / "001-first-win.json"
    assert document.exists()
    for ref in world.git("for-each-ref", "--format=%(refname)", "refs/autoloop").split():
        world.git("update-ref", "-d", ref)
    world.git("update-ref", "refs/heads/main", "main~1")
    world.git("reflog", "expire", "--expire=now", "--all")
    world.git("gc", "-q", "--prune=now")
    assert "first win" in world.run("show", "1").stdout


def test_diff_of_a_session_is_its_wins_together_and_nothing_else(world):
    world.win("90", "first")
    world.write("mine.txt", "the user's own\n")
    world.git("add", "mine.txt")
    world.git("commit", "-qm", "by hand")
    world.win("80", "second")
    found = world.result("diff", "--session")
    assert found["paths"] == ["cost.txt"]
    assert "-100\n+80" in found["text"]
    assert world.result("diff", "--session", "1")["paths"] == ["cost.txt"]
    assert world.refused("diff", "--session", "nope", code=2)["code"] == "session_unknown"


def test_diff_alone_shows_what_the_open_experiment_changed_so_far(world):
    assert world.refused("diff", code=2)["code"] == "usage"
    world.result("pre", "--description", "x")
    world.write("cost.txt", "70\n")
    assert "+70" in world.result("diff")["text"]
