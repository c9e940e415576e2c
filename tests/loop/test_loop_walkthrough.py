"""From the first command to the last, through the command line, on a real repository."""

from __future__ import annotations


def test_a_deterministic_win_is_kept_at_once_and_committed_alone(world):
    world.write("notes.txt", "edited by the user\n")
    world.git("add", "notes.txt")
    world.result("pre", "--description", "make it cheaper")
    world.write("cost.txt", "80\n")
    answer = world.json("eval")
    result = answer["result"]
    assert answer["state"] == "keepable"
    assert result["verdict"] == "keep"
    numbers = {"value": 80.0, "incumbent": 100.0, "baseline": 100.0}
    assert result["metric"] == {"name": "cost", "unit": "ms", **numbers, "format": "metric_lines"}
    assert round(result["improvement"]["percent"], 6) == 20
    assert result["samples"]["candidate"] <= 2
    assert result["paths"] == ["cost.txt"]
    assert {rail["name"]: rail["passed"] for rail in result["guardrails"]} == {"tests": True, "size": True}
    kept = world.result("keep", "--commit")["experiment"]
    assert kept["status"] == "kept"
    assert world.git("rev-parse", "HEAD").strip() == kept["commit"]
    assert world.git("show", "--name-only", "--format=%s", "HEAD").split("\n")[:3] == [
        "exp-001: make it cheaper",
        "",
        "cost.txt",
    ]
    trailers = world.git("log", "-1", "--format=%(trailers:only)")
    assert "AutoLoop-Experiment: 1" in trailers
    assert "AutoLoop-Before: 100" in trailers
    assert "AutoLoop-After: 80" in trailers
    assert world.git("diff", "--cached", "--name-only").split() == ["notes.txt"]


def test_a_loss_cannot_be_kept_and_discard_restores_every_byte(world):
    before = world.read("cost.txt")
    world.result("pre", "--description", "worse")
    world.write("cost.txt", "130\n")
    world.write("new.txt", "made by the experiment\n")
    assert world.result("eval")["verdict"] == "discard"
    assert world.refused("keep")["code"] == "verdict_discard"
    ended = world.result("discard", "--revert")["experiment"]
    assert ended["status"] == "discarded"
    assert world.read("cost.txt") == before
    assert not (world.root / "new.txt").exists()
    assert world.git("status", "--porcelain") == ""
    held = world.git("show", f"{ended['ref']}:new.txt")
    assert held == "made by the experiment\n"


def test_candidates_are_judged_against_the_incumbent_not_the_first_baseline(world):
    world.win("80")
    world.result("pre", "--description", "no better than the incumbent")
    world.write("other.txt", "a change without effect\n")
    result = world.result("eval")
    assert result["verdict"] == "discard"
    assert result["metric"]["incumbent"] == 80
    assert result["metric"]["baseline"] == 100


def test_a_failed_guardrail_forbids_the_keep_and_all_guardrails_are_named(world):
    world.result("pre", "--description", "faster but broken")
    world.write("cost.txt", "10\n")
    world.write("broken", "")
    world.write("size.txt", "60\n")
    result = world.result("eval")
    assert result["verdict"] == "discard"
    assert [(rail["name"], rail["passed"]) for rail in result["guardrails"]] == [("tests", False), ("size", None)]
    assert "not measured" in result["guardrails"][1]["why"]
    error = world.refused("keep")
    assert error["code"] == "guardrail_failed"
    assert "discard" in error["fix"]


def test_numeric_guardrails_hold_against_incumbent_and_session_baseline(world):
    """Two losses of 4 % are allowed one by one, but not together."""
    world.write("size.txt", "52\n")
    world.win("80", "four per cent larger")
    world.result("pre", "--description", "another four per cent")
    world.write("size.txt", "54\n")
    world.write("cost.txt", "60\n")
    result = world.result("eval")
    size = next(rail for rail in result["guardrails"] if rail["name"] == "size")
    assert size["passed"] is False
    assert result["verdict"] == "discard"


def test_protected_paths_make_the_verdict_discard_without_a_run(world):
    world.result("pre", "--description", "edit the benchmark")
    world.write("bench.py", 'print("METRIC cost=1ms")\nprint("METRIC size=1")\n')
    result = world.result("eval")
    assert result["verdict"] == "discard"
    assert result["samples"] == {"candidate": 0, "incumbent": 0}
    assert "bench.py" in result["reasons"][0]
    assert world.refused("keep")["code"] == "harness_changed"
    world.result("discard")
    assert "warming up" in world.read("bench.py")


def test_eval_opens_the_experiment_itself(world):
    world.write("cost.txt", "50\n")
    result = world.result("eval", "--description", "straight away")
    assert result["experiment"] == {"id": 1, "description": "straight away"}
    assert result["verdict"] == "keep"
    world.result("keep")
    assert world.git("log", "-1", "--format=%s").strip() == "exp-001: straight away"


def test_an_edit_after_the_eval_is_answered_by_run_eval_again(world):
    world.result("pre", "--description", "twice")
    world.write("cost.txt", "90\n")
    world.result("eval")
    world.write("cost.txt", "70\n")
    error = world.refused("keep")
    assert error["code"] == "tree_changed"
    assert "autoloop eval" in error["fix"]
    assert world.result("eval")["metric"]["value"] == 70
    world.result("keep")
    assert world.git("show", "HEAD:cost.txt") == "70\n"


def test_what_the_eval_writes_is_not_part_of_the_experiment(world):
    world.write(
        "bench.py", world.read("bench.py") + '(here / "result.json").write_text(str(len(list(here.iterdir()))))\n'
    )
    world.git("commit", "-qam", "a benchmark that leaves a file")
    world.result("baseline")
    world.result("pre", "--description", "with litter")
    world.write("cost.txt", "70\n")
    assert world.result("eval")["paths"] == ["cost.txt"]
    assert world.result("keep")["experiment"]["paths"] == ["cost.txt"]


def test_a_crashed_eval_is_recorded_and_the_same_experiment_goes_on_after_a_fix(world):
    world.result("pre", "--description", "typo first")
    world.write("cost.txt", "nan\n")
    document = world.json("eval", code=4)
    assert document["state"] == "crashed"
    assert document["result"]["verdict"] == "crash"
    assert "warming up" in document["result"]["reasons"][0]
    world.write("cost.txt", "60\n")
    result = world.result("eval")
    assert result["verdict"] == "keep"
    assert result["experiment"]["id"] == 1


def test_the_budget_is_a_guard_that_no_command_gets_around(world):
    world.result("session", "start", "--name", "short", "--experiments", "2")
    for number in range(2):
        world.result("pre", "--description", f"attempt {number}")
        world.write("cost.txt", f"{120 + number}\n")
        world.result("eval")
        world.result("discard")
    assert world.state() == "exhausted"
    assert world.refused("pre", "--description", "one more", code=6)["code"] == "budget_experiments"
    world.write("cost.txt", "1\n")
    assert world.refused("eval", code=6)["code"] == "budget_experiments"
    assert world.json("status")["budget"]["experiments"] == {"limit": 2, "spent": 2, "left": 0}


def test_the_target_stops_the_session(world):
    world.result("session", "start", "--target", "30%")
    world.win("69")
    assert world.state() == "exhausted"
    assert world.refused("pre", "--description", "more", code=6)["code"] == "budget_target"


def test_next_says_what_is_allowed_and_why_the_rest_is_not(world):
    result = world.result("next")
    allowed = {offer["action"]: offer["argv"] for offer in result["allowed"]}
    assert allowed["pre"][:2] == ["autoloop", "pre"]
    reasons = {item["action"]: item["reasons"] for item in result["blocked"]}
    assert reasons["eval"][0]["code"] == "no_change"
    assert all(reason["why"] and reason["fix"] for found in reasons.values() for reason in found)


def test_finalize_builds_a_branch_of_wins_and_touches_nothing(world):
    world.win("90", "first win")
    world.result("pre", "--description", "a loss")
    world.write("cost.txt", "95\n")
    world.result("eval")
    world.result("discard")
    world.win("70", "second win")
    world.write("notes.txt", "dirty\n")
    head, index = world.git("rev-parse", "HEAD"), world.git("ls-files", "-s")
    document = world.json("finalize")
    result = document["result"]
    assert document["state"] == "finalized"
    (branch,) = result["branches"]
    assert branch["experiments"] == [1, 3]
    subjects = world.git("log", "--reverse", "--format=%s", f"{branch['base']}..{branch['name']}").splitlines()
    assert subjects == ["exp-001: first win", "exp-003: second win"]
    assert round(result["confirmed"]["percent"], 6) == 30
    assert (world.git("rev-parse", "HEAD"), world.git("ls-files", "-s")) == (head, index)
    assert world.read("notes.txt") == "dirty\n"
    body = world.read(result["pr"]["body_file"])
    assert "first win" in body
    assert "confirmed" in body
    assert result["pr"]["argv"][:3] == ["gh", "pr", "create"]


def test_learn_refreshes_its_part_and_leaves_the_rest(world):
    world.win("90", "cache the table")
    world.write(".autoloop/learnings.md", "# My own notes\n\nkeep me\n")
    result = world.result("learn")
    text = world.read(result["file"])
    assert text.startswith("# My own notes\n\nkeep me\n")
    assert "#1" in text


def test_every_looking_command_answers_one_document_in_every_state(repository):
    for arguments in (
        ["status"],
        ["next"],
        ["history"],
        ["machine"],
        ["schema", "eval"],
        ["session", "list"],
        ["learn"],
    ):
        assert repository.json(*arguments)["ok"], arguments


def test_history_show_and_diff_tell_of_what_was_tried(world):
    world.result("pre", "--description", "worse")
    world.write("cost.txt", "130\n")
    world.result("eval")
    world.result("discard", "--reason", "no good")
    (row,) = world.result("history")["experiments"]
    assert (row["status"], row["reason"]) == ("discarded", "no good")
    shown = world.result("show", "1")["experiment"]
    assert shown["evaluation"]["runs"]
    assert "+130" in world.result("diff", "1")["text"]
    assert world.refused("show", "9", code=2)["code"] == "experiment_unknown"


def test_people_read_words_and_pipes_get_no_colour(world):
    world.win("90", "first win")
    for arguments in (["status"], ["history"], ["show", "1"], ["next"], ["diff", "1"]):
        done = world.run(*arguments)
        assert done.returncode == 0
        assert "\x1b" not in done.stdout
        assert done.stdout.strip()
    assert "first win" in world.run("status").stdout


def test_the_journal_rebuilds_every_derived_file(world):
    world.win("90", "first win")
    before = world.result("status")
    for name in ("state.json", "baseline.json"):
        (world.root / ".autoloop" / name).unlink()
    for path in (world.root / ".autoloop" / "experiments").iterdir():
        path.unlink()
    world.run("doctor", "--rebuild")
    assert world.result("status") == before
    assert (world.root / ".autoloop" / "experiments" / "001-first-win.json").exists()


def test_a_discard_may_say_what_was_really_tried(world):
    world.result("pre", "--description", "an idea")
    world.write("cost.txt", "120\n")
    world.result("eval")
    ended = world.result("discard", "--description", "another idea", "--reason", "no use")["experiment"]
    assert ended["description"] == "another idea"
    found = world.result("show", "1")["experiment"]
    assert (found["description"], found["reason"], found["status"]) == ("another idea", "no use", "discarded")
    documents = [path.name for path in (world.root / ".autoloop/experiments").iterdir()]
    assert documents == ["001-another-idea.json"]
