"""Undo, revive and prune as users type them; what was counted, won and spent goes back along with the files."""

from __future__ import annotations

import json
import os

from loop_world import World


def lose(world: World, cost: str, description: str = "a loss") -> None:
    world.result("pre", "--description", description)
    world.write("cost.txt", cost + "\n")
    assert world.result("eval")["verdict"] == "discard"
    world.result("discard", "--revert")


def told(world: World) -> dict:
    """What a status says, without what time changes."""
    found = world.result("status")
    return {name: found[name] for name in ("counts", "best", "streak", "incumbent", "session", "experiment")}


def test_a_keep_is_taken_back_and_can_be_made_again(world):
    world.result("pre", "--description", "idea")
    world.write("cost.txt", "80\n")
    world.result("eval")
    before, head = told(world), world.git("rev-parse", "HEAD")
    world.result("keep")
    document = world.json("undo")
    assert document["state"] == "keepable"
    assert document["result"]["undone"] == "keep"
    assert document["result"]["experiment"]["verdict"] == "keep"
    assert "keep" in {offer["action"] for offer in document["next"]}
    assert told(world) == before
    assert world.git("rev-parse", "HEAD") == head
    assert world.read("cost.txt") == "80\n"
    assert world.git("status", "--porcelain") == " M cost.txt\n"
    assert world.result("show", "1")["experiment"]["status"] == "open"
    world.result("keep")
    assert world.git("rev-list", "--count", "HEAD") == "2\n"
    assert world.result("status")["counts"]["kept"] == 1


def test_a_discard_is_taken_back_with_its_verdict(world):
    world.result("pre", "--description", "idea")
    world.write("cost.txt", "130\n")
    world.write("new/file.txt", "new\n")
    world.write("notes.txt", "my own edit\n")
    world.result("eval")
    before = told(world)
    world.result("discard", "--revert")
    assert world.read("cost.txt") == "100\n"
    document = world.json("undo")
    assert document["state"] == "discardable"
    assert world.read("cost.txt") == "130\n"
    assert world.read("new/file.txt") == "new\n"
    assert told(world) == before
    assert world.refused("eval")["code"] == "already_measured"
    world.result("discard", "--revert")
    counts = world.result("status")["counts"]
    assert (counts["total"], counts["discarded"], counts["kept"]) == (1, 1, 0)


def test_only_the_last_ending_can_be_taken_back(world):
    assert world.refused("undo")["code"] == "nothing_to_undo"
    world.win("80")
    world.result("pre", "--description", "next")
    assert world.refused("undo")["code"] == "experiment_open"
    world.result("discard", "--no-revert")
    assert world.json("undo")["state"] == "editing"
    world.result("discard")
    world.result("session", "end")
    assert world.refused("undo")["code"] == "nothing_to_undo"


def test_a_branch_that_moved_since_is_not_taken_back(world):
    world.win("80")
    world.git("commit", "-q", "--allow-empty", "-m", "mine")
    error = world.refused("undo", code=5)
    assert error["code"] == "branch_moved"
    assert error["fix"].startswith("git revert ")
    blocked = {item["action"]: item["reasons"] for item in world.result("next")["blocked"]}
    assert blocked["undo"][0]["code"] == "branch_moved"
    assert world.state() == "ready"


def test_an_edit_since_the_discard_stops_the_undo_and_stays(world):
    lose(world, "130")
    world.write("cost.txt", "99\n")
    error = world.refused("undo", code=5)
    assert error["code"] == "edited_since"
    assert "cost.txt" in error["why"]
    assert world.read("cost.txt") == "99\n"
    assert world.state() == "ready"


def test_a_discarded_candidate_is_revived_and_judged_against_today(world):
    lose(world, "130", "slow at first")
    world.write("size.txt", "50\n")
    document = world.json("revive", "1")
    assert document["state"] == "editing"
    result = document["result"]
    assert (result["origin"], result["paths"]) == (1, ["cost.txt"])
    assert result["experiment"] == {"id": 2, "description": "revive #1: slow at first"}
    assert world.read("cost.txt") == "130\n"
    assert world.result("show", "2")["experiment"]["origin"] == 1
    assert world.result("eval")["verdict"] == "discard"
    world.result("discard")
    assert world.read("cost.txt") == "100\n"


def test_a_candidate_that_does_not_fit_opens_nothing(world):
    lose(world, "130")
    world.win("80")
    error = world.refused("revive", "1", code=5)
    assert error["code"] == "revive_conflict"
    assert "cost.txt" in error["why"]
    assert world.read("cost.txt") == "80\n"
    assert world.result("status")["counts"]["total"] == 2
    assert world.refused("revive", "9", code=2)["code"] == "experiment_unknown"
    assert world.state() == "ready"


def test_pruning_lets_go_of_the_oldest_that_were_not_kept(world):
    world.win("80")
    lose(world, "130", "first loss")
    lose(world, "140", "second loss")
    lose(world, "150", "last loss")
    held = {one["id"]: one for one in world.result("history", "--refs")["held"]}
    assert sorted(held) == [1, 2, 3, 4]
    assert held[2]["refs"]
    assert held[2]["bytes"] > 0
    dry = world.result("prune", "--keep", "0", "--dry-run")
    assert [one["id"] for one in dry["pruned"]] == [3, 2]  # the last one can still be taken back
    assert world.git("for-each-ref", "--format=%(refname)").count("/2/")
    assert world.result("prune", "--keep", "2")["held"] == 2
    assert not (world.root / ".autoloop/runs/002").exists()
    assert (world.root / ".autoloop/runs/003").exists()
    assert "/2/" not in world.git("for-each-ref", "--format=%(refname)")
    assert world.result("show", "2")["experiment"]["pruned"] > 0
    assert "pruned" in world.run("show", "2").stdout
    assert world.refused("revive", "2", code=5)["code"] == "candidate_pruned"
    assert world.result("prune", "--keep", "0")["held"] == 1
    assert sorted(one["id"] for one in world.result("history", "--refs")["held"]) == [1, 4]
    world.result("undo")
    assert world.read("cost.txt") == "150\n"


def test_doctor_offers_to_prune(world):
    config = world.read(".autoloop/config.toml")
    world.write(".autoloop/config.toml", config + "\n[git]\nretention = 1\n")
    world.prove()
    for cost in ("130", "140", "150"):
        lose(world, cost)
    checks = {check["id"]: check for check in world.result("doctor", "--yes")["checks"]}
    assert checks["retention"]["fix"] == "autoloop prune"
    assert checks["git_writable"]["status"] == "pass"
    assert [one["id"] for one in world.result("prune")["pruned"]] == [2, 1]
    assert "retention" not in {check["id"] for check in world.result("doctor")["checks"]}


def killed_in(world: World, state: str, *arguments: str) -> None:
    """Run a command and kill it as soon as the journal says that its work has begun."""
    running = world.start(*arguments)
    journal = world.root / ".autoloop/history.jsonl"
    while f'"{state}"' not in journal.read_text().splitlines()[-1] and running.poll() is None:
        pass
    running.kill()
    running.communicate(timeout=120)


def test_a_prune_that_was_killed_is_finished(world):
    lose(world, "130", "first loss")
    lose(world, "140", "last loss")
    world.git("pack-refs", "--all")
    # what git leaves when it is killed at it: an empty lock, and a draft that it never removes itself
    left = [world.root / ".git" / name for name in ("packed-refs.lock", "packed-refs.new")]
    for path in left:
        path.touch()
    killed_in(world, "prune", "prune", "--keep", "0")
    for path in left:
        os.utime(path, (0, 0))
    assert world.refused("revive", "1", code=5)["code"] == "candidate_pruned"
    assert not [path for path in left if path.exists()]
    assert "/1/" not in world.git("for-each-ref", "--format=%(refname)")
    assert world.result("prune", "--keep", "0")["pruned"] == []


def test_a_killed_prune_typed_again_says_what_went(world):
    lose(world, "130", "first loss")
    lose(world, "140", "last loss")
    lock = world.root / ".git/packed-refs.lock"
    lock.touch()
    killed_in(world, "prune", "prune", "--keep", "0")
    lock.unlink()
    document = world.json("prune", "--keep", "0")
    assert document["recovered"]
    assert [one["id"] for one in document["result"]["pruned"]] == [1]
    assert not (world.root / ".autoloop/runs/001").exists()
    assert world.git("for-each-ref", "--format=%(refname)", "refs/heads") == "refs/heads/main\n"


def test_an_undo_that_was_killed_is_finished_once(world):
    lose(world, "130")
    killed_in(world, "undoing", "undo")
    document = json.loads(world.run("resume", "--json").stdout)
    assert document["state"] == "discardable", document
    assert world.read("cost.txt") == "130\n"
    assert world.result("status")["counts"]["discarded"] == 0
    world.result("discard")
    killed_in(world, "reviving", "revive", "1")
    world.result("resume")
    if world.state() == "ready":  # it was killed before it had begun, or had ended
        world.result("revive", "1")
    assert world.state() == "editing"
    assert world.result("status")["counts"]["total"] == 2
    assert world.read("cost.txt") == "130\n"
