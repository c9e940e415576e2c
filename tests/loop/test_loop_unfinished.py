"""An error in the middle of a deed: what was begun is finished once the cause is gone, and never given up."""

from __future__ import annotations

import shutil

import pytest
from loop_world import World

# a disk that is full as soon as the branch has moved, or a file of the experiment has been put aside or is back
FULL = """\
#!/bin/sh
case "$*" in
  *update-ref*autoloop*:*) {git} "$@" && touch {moved}; exit ;;
  *update-index*)
    for sign in {moved} new.txt .autoloop/scratch/discard-*/aside/*; do
      [ -e {mended} ] || [ ! -e "$sign" ] || full=yes
    done
    if [ "$full" ]; then
      echo "fatal: unable to write new index file: No space left on device" >&2
      exit 128
    fi ;;
esac
exec {git} "$@"
"""


class Disk:
    """A git whose disk is full, until it is mended."""

    def __init__(self, world: World, place) -> None:
        self.mended = place / "mended"
        self.moved = place / "moved"
        program = place / "bin" / "git"
        program.parent.mkdir()
        program.write_text(FULL.format(git=shutil.which("git"), moved=self.moved, mended=self.mended))
        program.chmod(0o755)
        world.env["PATH"] = f"{program.parent}:{world.env['PATH']}"
        self.mended.touch()

    def fills(self) -> None:
        self.moved.unlink(missing_ok=True)
        self.mended.unlink()

    def empties(self) -> None:
        self.mended.touch()


@pytest.fixture
def disk(world, tmp_path):
    return Disk(world, tmp_path)


def measured(world, cost):
    world.result("pre", "--description", "idea")
    world.write("cost.txt", f"{cost}\n")
    return world.result("eval")["verdict"]


def fails_half_way(world, state, *command):
    assert world.refused(*command, code=5)["code"] == "disk_full"
    assert world.state() == state
    assert [offer["action"] for offer in world.json("next")["next"]] == ["resume"]


def test_a_keep_whose_branch_has_moved_is_finished(world, disk):
    assert measured(world, 80) == "keep"
    disk.fills()
    fails_half_way(world, "keeping", "keep")
    assert world.git("rev-list", "--count", "HEAD") == "2\n"
    disk.empties()
    document = world.json("keep")
    assert (document["recovered"], document["state"]) == (True, "ready")
    assert world.git("rev-list", "--count", "HEAD") == "2\n"
    assert world.git("status", "--porcelain") == ""


def test_a_discard_that_has_put_a_file_aside_is_finished(world, disk):
    assert measured(world, 130) == "discard"
    disk.fills()
    fails_half_way(world, "discarding", "discard", "--revert")
    disk.empties()
    assert world.json("resume")["state"] == "ready"
    assert world.read("cost.txt") == "100\n"
    assert world.git("status", "--porcelain") == ""


def test_an_undo_whose_branch_is_back_is_finished(world, disk):
    measured(world, 80)
    world.result("keep")
    disk.fills()
    fails_half_way(world, "undoing", "undo")
    disk.empties()
    assert world.json("undo")["state"] == "keepable"
    assert world.git("rev-list", "--count", "HEAD") == "1\n"
    assert world.git("status", "--porcelain") == " M cost.txt\n"


def test_a_revival_that_has_brought_a_file_is_finished(world, disk):
    world.result("pre", "--description", "idea")
    world.write("new.txt", "new\n")
    world.result("eval")
    world.result("discard", "--revert")
    disk.fills()
    fails_half_way(world, "reviving", "revive", "1")
    assert world.read("new.txt") == "new\n"
    disk.empties()
    assert world.json("revive", "1")["state"] == "editing"
    assert world.result("status")["experiment"]["id"] == 2
    world.result("discard", "--revert")
    assert not (world.root / "new.txt").exists()


def test_a_driven_session_does_not_discard_a_win_that_is_half_kept(world, disk, tmp_path):
    script = tmp_path / "propose.sh"
    script.write_text("echo 80 > cost.txt; echo DESCRIPTION: cheaper\n")
    disk.fills()
    command = ["run", "--propose", f"sh {script}", "--experiments", "1"]
    assert world.refused(*command, code=5)["code"] == "disk_full"
    disk.empties()
    assert world.json("resume")["result"]
    assert world.result("status")["counts"] | {"kept": 1, "discarded": 0} == world.result("status")["counts"]
    assert world.read("cost.txt") == "80\n"


def test_an_error_before_anything_has_moved_gives_the_keep_up(world):
    assert measured(world, 80) == "keep"
    lock = world.root / ".git/refs/heads/main.lock"
    lock.write_bytes(b"somebody else's")
    assert world.refused("keep", code=5)["code"] == "ref_locked"
    assert world.state() == "keepable"
    lock.unlink()
    assert world.json("keep")["state"] == "ready"
