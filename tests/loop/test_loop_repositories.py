"""Strange file names, dirty trees, odd places to stand in, hands on git in between, and bad proposers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time

import pytest

NAMES = [
    b"with space.txt",
    b"new\nline.txt",
    b"quote\"'`$(touch hacked).txt",
    b"*?[a].txt",
    b"-rf",
    b":(exclude)all",
    b"bytes-\xff\xfe.txt",
    b"\xc3\xbcmlaut/deep folder/x",
]


def status(world) -> bytes:
    """What git sees, byte for byte, of everything but AutoLoop's own directory."""
    arguments = ["git", "status", "--porcelain=v2", "-z", "--untracked-files=all"]
    return subprocess.run(arguments, cwd=world.root, env=world.env, check=True, capture_output=True).stdout


def staged(world) -> bytes:
    return subprocess.run(
        ["git", "ls-files", "-s", "-z"], cwd=world.root, env=world.env, check=True, capture_output=True
    ).stdout


def put(world, name: bytes, content: bytes) -> None:
    path = os.path.join(os.fsencode(world.root), name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


def content(world, name: bytes) -> bytes | None:
    path = os.path.join(os.fsencode(world.root), name)
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        return file.read()


@pytest.mark.parametrize("tracked", [True, False])
@pytest.mark.parametrize("ending", ["keep", "discard"])
def test_hostile_file_names_go_through_the_whole_loop(world, ending, tracked):
    if tracked:
        for name in NAMES:
            put(world, name, b"before\n")
        world.git("add", "-A")
        world.git("commit", "-qm", "odd names")
        world.prove()
    world.result("pre", "--description", "odd names")
    for name in NAMES:
        put(world, name, b"after \xff\n")
    world.write("cost.txt", "80\n" if ending == "keep" else "130\n")
    assert len(world.result("eval")["paths"]) == len(NAMES) + 1
    world.result(ending)
    assert status(world) == b""
    old = b"before\n" if tracked else None
    assert all(content(world, name) == (b"after \xff\n" if ending == "keep" else old) for name in NAMES)
    assert not (world.root / "hacked").exists()
    assert world.run("show", "1").returncode == 0
    assert world.json("diff", "1")["ok"]


@pytest.mark.parametrize("ending", ["keep", "discard"])
def test_the_users_own_work_is_the_same_to_the_byte(world, ending):
    for name in ("staged.txt", "unstaged.txt", "both.txt", "gone.txt"):
        world.write(name, f"{name} committed\n")
    world.git("add", "-A")
    world.git("commit", "-qm", "more files")
    world.prove()
    world.write("staged.txt", "staged\r\n")
    world.write("both.txt", "staged part\n")
    world.write("added.txt", "new and staged\n")
    world.git("add", "staged.txt", "both.txt", "added.txt")
    world.git("rm", "-q", "--cached", "gone.txt")
    world.write("both.txt", "unstaged part\n")
    world.write("unstaged.txt", "no end of line")
    world.write("untracked dir/u.txt", "untracked\n")
    before, index = status(world), staged(world)
    files = {
        p: p.read_bytes() for p in world.root.rglob("*.txt") if ".autoloop" not in p.parts and ".git" not in p.parts
    }
    world.result("pre", "--description", "beside the user")
    world.write("cost.txt", "80\n" if ending == "keep" else "130\n")
    assert world.result("eval")["paths"] == ["cost.txt"]
    world.result(ending)
    assert status(world) == before
    for path, data in files.items():
        if path.name != "cost.txt":
            assert path.read_bytes() == data
    if ending == "discard":
        assert staged(world) == index
    else:
        assert world.git("show", "--name-only", "--format=", "HEAD").split() == ["cost.txt"]


@pytest.mark.parametrize("ending", ["keep", "discard"])
def test_in_a_file_that_the_user_had_edited_only_the_experiments_part_moves(world, ending):
    lines = [f"line {n}\n" for n in range(30)]
    world.write("shared.txt", "".join(lines))
    world.git("add", "-A")
    world.git("commit", "-qm", "shared")
    world.prove()
    mine = [*lines[:2], "the user's line\n", *lines[2:]]
    world.write("shared.txt", "".join(mine))
    world.result("pre", "--description", "same file")
    world.write("shared.txt", "".join([*mine[:-1], "the experiment's line\n"]))
    world.write("cost.txt", "80\n" if ending == "keep" else "130\n")
    world.result("eval")
    world.result(ending)
    if ending == "keep":
        committed = world.git("show", "HEAD:shared.txt")
        assert committed == "".join([*lines[:-1], "the experiment's line\n"])
        assert "the user's line\n" in world.read("shared.txt")
        assert "the experiment's line\n" in world.read("shared.txt")
    else:
        assert world.read("shared.txt") == "".join(mine)


def test_the_loop_runs_from_a_subdirectory_and_with_minus_c(world):
    inner = world.root / "protected"
    top = world.root
    world.root = inner
    world.result("pre", "--description", "from below")
    world.root = top.parent
    (top / "cost.txt").write_text("80\n")
    assert world.result("-C", str(top / "protected"), "eval")["paths"] == ["cost.txt"]
    world.result("-C", str(top), "keep")
    world.root = top
    assert world.git("show", "--name-only", "--format=", "HEAD").split() == ["cost.txt"]
    assert not (inner / ".autoloop").exists()


def test_a_linked_worktree_has_a_loop_of_its_own(world):
    main = world.root
    world.git("worktree", "add", "-q", "-b", "side", str(main.parent / "side"))
    world.root = main.parent / "side"
    world.write(".autoloop/.gitignore", "*\n")
    world.write(".autoloop/config.toml", (main / ".autoloop/config.toml").read_text())
    world.prove()
    world.win("80")
    assert world.git("show", "--name-only", "--format=", "side").split() == ["cost.txt"]
    assert (main / "cost.txt").read_text() == "100\n"
    world.root = main
    assert world.result("status")["counts"]["total"] == 0
    assert world.git("rev-list", "--count", "main").strip() == "1"


def test_a_detached_head_is_worked_on_and_its_wins_can_be_finalized(world):
    world.git("checkout", "-q", "--detach")
    world.win("80")
    assert world.git("rev-list", "--count", "main").strip() == "1"
    (branch,) = world.result("finalize", "--no-confirm")["branches"]
    assert world.git("show", f"{branch['name']}:cost.txt") == "80\n"


@pytest.mark.parametrize("how", ["commit", "branch"])
def test_git_used_by_hand_between_eval_and_keep(world, how):
    world.result("pre", "--description", "a win")
    world.write("cost.txt", "80\n")
    world.result("eval")
    if how == "commit":
        world.write("by-hand.txt", "mine\n")
        world.git("add", "by-hand.txt")
        world.git("commit", "-qm", "by hand")
    else:
        world.git("checkout", "-qb", "elsewhere")
    head = world.git("rev-parse", "HEAD").strip()
    done = world.run("keep", "--json")
    document = json.loads(done.stdout)
    assert world.git("merge-base", "HEAD", head).strip() == head, "nothing of the user's is rewritten"
    if done.returncode == 0:
        assert world.git("show", "--name-only", "--format=", "HEAD").split() == ["cost.txt"]
    else:
        assert done.returncode in {1, 5}
        assert document["error"]["fix"]
        world.result("discard")
        assert world.read("cost.txt") == "100\n"
    if how == "commit":
        assert world.read("by-hand.txt") == "mine\n"


# --- descriptions

HOSTILE = {
    "newlines": "first line\nsecond line\n\nthird",
    "shell": "$(touch hacked) `touch hacked` \"'; touch hacked; '\" ${HOME} %n *",
    "option": "--force -rf",
    "trailer": "win\n\nAutoLoop-Experiment: 99\nSigned-off-by: Nobody <no@example.org>",
    "long": "x" * 10_000,
    "control": "bell \x07 escape \x1b[31mred\x1b[0m backspace \b\r over",
    "emoji": "🚀 schneller, très vite",
    "braces": "{id:03d} {0} {description.__class__} %s",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_description_is_only_text(world, name):
    text = HOSTILE[name]
    world.result("pre", f"--description={text}")
    world.write("cost.txt", "80\n")
    world.result("eval")
    world.result("keep")
    assert not (world.root / "hacked").exists()
    raw = world.git("log", "-1", "--format=%B")
    assert raw.startswith("exp-001: ")
    assert "\x1b" not in raw
    assert "\x07" not in raw
    numbers = world.git("log", "-1", "--format=%(trailers:key=AutoLoop-Experiment,valueonly)").split()
    assert numbers == ["1"]
    assert "Signed-off-by" not in world.git("log", "-1", "--format=%(trailers:only)")
    assert len(world.git("log", "-1", "--format=%s")) < 1000
    shown = world.run("show", "1").stdout + world.run("history").stdout + world.run("status").stdout
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_session_names_and_branches_cannot_leave_their_place(world):
    world.result("session", "start", "--name", "../../x y~^:?*[\\ .lock", "--experiments", "3")
    assert not list(world.root.parent.glob("x*"))
    world.win("80")
    world.git("branch", "autoloop/taken")
    head = world.git("rev-parse", "autoloop/taken")
    (branch,) = world.result("finalize", "--no-confirm")["branches"]
    assert branch["name"].startswith("autoloop/")
    assert ".." not in branch["name"]
    assert world.git("rev-parse", "autoloop/taken") == head
    assert all(p.parent.name == "sessions" for p in (world.root / ".autoloop/sessions").rglob("*"))


def test_a_branch_name_that_is_taken_is_never_overwritten(world):
    world.win("80")
    world.git("branch", "review")
    head = world.git("rev-parse", "review")
    done = world.run("finalize", "--no-confirm", "--name", "review", "--json")
    document = json.loads(done.stdout)
    assert world.git("rev-parse", "review") == head
    if done.returncode == 0:
        assert document["result"]["branches"][0]["name"] != "review"
    else:
        assert "review" in document["error"]["what"] + document["error"]["why"], document


# --- proposers


def propose(world, script: str, *more: str, code: int = 0) -> dict:
    path = world.root.parent / "propose.sh"
    path.write_text(script)
    return world.result("run", "--propose", f"sh {path}", "--goal", "cheaper", *more, code=code)


CHEAPER = "echo $(( $(cat cost.txt) - 10 )) > cost.txt; echo DESCRIPTION: minus ten\n"
BROKEN = {
    "fails": ("echo 7 > cost.txt; echo out of ideas >&2; exit 1\n", "out of ideas"),
    "changes nothing": ("true\n", "changed nothing"),
    "hangs": ("echo 7 > cost.txt; sleep 60\n", "timeout"),
    "not found": ("exec no_such_proposer\n", "no_such_proposer"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_proposer_is_tried_twice_and_the_tree_restored(world, name):
    script, says = BROKEN[name]
    result = propose(world, script, "--experiments", "5", "--call-time", "1s", code=4)
    assert result["stopped"]["reason"] == "proposer"
    assert says in result["stopped"]["why"]
    assert len(result["experiments"]) == 2
    assert world.read("cost.txt") == "100\n"
    assert status(world) == b""
    assert world.state() == "ready"


def test_a_proposer_that_commits_by_itself_is_measured_like_any_other(world):
    propose(world, "echo 7 > cost.txt; git commit -qam smuggled; echo DESCRIPTION: by myself\n", "--experiments", "1")
    assert world.git("log", "--format=%s").splitlines() == ["exp-001: by myself", "first"]
    assert status(world) == b""


def test_a_proposer_that_is_done_ends_the_session_well(world):
    result = propose(world, "exit 10\n", "--experiments", "5")
    assert result["stopped"]["reason"] == "done"
    assert status(world) == b""


@pytest.mark.parametrize(
    ("script", "options", "reason", "most"),
    [
        (CHEAPER, ("--target", "85"), "target", 2),
        ("echo x >> other.txt\n", ("--plateau", "2"), "plateau", 2),
        (CHEAPER, (), "budget", 4),
    ],
)
def test_a_run_stops_at_its_bounds(world, script, options, reason, most):
    result = propose(world, script, "--experiments", "4", *options)
    assert result["stopped"]["reason"] == reason
    assert len(result["experiments"]) == most
    assert status(world) == b""


def test_a_killed_run_goes_on_with_its_session_and_never_exceeds_it(world):
    path = world.root.parent / "propose.sh"
    path.write_text(f"sleep 0.3\n{CHEAPER}")
    command = ["run", "--propose", f"sh {path}", "--experiments", "3", "--json"]
    for total in (1, 2):
        process = world.start(*command)
        deadline = time.monotonic() + 120
        while world.result("status")["counts"]["total"] < total:
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=120)
    result = world.result(*command[:-1])
    assert result["stopped"]["reason"] == "budget"
    counts = world.result("status")["counts"]
    assert counts["total"] == 3
    assert counts["kept"] == int(world.git("rev-list", "--count", "HEAD")) - 1
    assert status(world) == b""
