"""Ideas through the program: noted at any time, shown to agents until they were tried."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor


def test_ideas_are_noted_listed_dropped_and_shown_until_tried(world):
    world.result("idea", "add", "lower the cost by caching")
    (idea,) = world.result("idea", "add", "sort the postings")["ideas"][1:]
    assert (idea["number"], idea["text"], idea["standing"]) == (2, "sort the postings", "untried")
    assert world.result("next")["ideas"] == ["lower the cost by caching", "sort the postings"]
    world.win("90", "Lower the cost by caching")
    assert world.result("next")["ideas"] == ["sort the postings"]
    assert [one["standing"] for one in world.result("idea", "list")["ideas"]] == ["kept", "untried"]
    assert "sort the postings" in world.run("idea", "list").stdout
    assert "sort the postings" in str(world.result("learn")["insights"]["ideas"])
    assert world.result("idea", "drop", "2")["ideas"][-1]["number"] == 1
    assert world.refused("idea", "drop", "7", code=2)["code"] == "idea_unknown"
    assert world.refused("idea", "add", "  ", code=2)["code"] == "idea_empty"


def test_many_at_once_lose_no_idea(world):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: world.result("idea", "add", f"idea number {number}"), range(8)))
    assert len(world.result("idea", "list")["ideas"]) == 8


def test_an_idea_may_be_noted_while_something_is_measured(world):
    world.write("bench.py", world.read("bench.py") + "import time; time.sleep(0.2)\n")
    world.git("commit", "-qam", "slower")
    measuring = world.start("baseline")
    try:
        world.result("idea", "add", "meanwhile")
        assert measuring.poll() is None
    finally:
        measuring.communicate(timeout=60)


def test_nothing_is_noted_where_nothing_is_set_up(repository):
    assert repository.refused("idea", "add", "x", code=2)["code"] == "uninitialized"
    assert not (repository.root / ".autoloop").exists()
