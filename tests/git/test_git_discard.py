"""Discarding while the world moves: nothing that nobody has seen is lost, nothing new is written over."""

from __future__ import annotations

import errno
import os

import pytest

from autoloop.errors import GitError
from autoloop.git import place


@pytest.fixture
def planned(world):
    """An experiment to discard, planned and not yet applied."""
    world.before = world.begin()
    world.began = world.fingerprint()
    world.edit("code.py", b"line 12\n", b"FASTER\n")
    world.write("new.txt", b"new\n")
    world.remove("other.txt")
    world.tree, world.changes = world.measured(world.before)
    return replan(world)


def replan(world):
    repository = world.repository
    world.plan = repository.plan_discard(world.before, world.tree, world.changes, world.trash, world.scratch)
    return world


def apply(world):
    return world.repository.apply_discard(world.plan, world.scratch)


def refused(action) -> GitError:
    with pytest.raises(GitError) as caught:
        action()
    assert caught.value.fix
    return caught.value


def test_the_present_tree_is_anchored_first(planned):
    assert planned.git("show", f"{planned.trash}:new.txt") == b"new\n"
    assert planned.line("rev-parse", f"{planned.trash}^{{tree}}") == planned.tree
    apply(planned)
    planned.git("gc", "-q", "--prune=now")
    assert planned.git("show", f"{planned.trash}:code.py").endswith(b"FASTER\n")


def test_edited_between_measurement_and_plan(planned):
    planned.write("code.py", b"later\n")
    replan(planned)
    assert apply(planned) == ("code.py",)
    assert planned.fingerprint() == planned.began
    assert planned.git("show", f"{planned.trash}:code.py") == b"later\n"


def test_edited_between_plan_and_discard(planned):
    planned.write("code.py", b"unseen\n")
    planned.remove("new.txt")
    planned.link("new.txt", "unseen-target")
    assert apply(planned) == ("code.py", "new.txt")
    assert planned.fingerprint() == planned.began
    assert planned.git("show", f"{planned.trash}-late:code.py") == b"unseen\n"
    assert planned.git("cat-file", "-p", f"{planned.trash}-late:new.txt") == b"unseen-target"
    assert apply(planned) == ("code.py", "new.txt")


def test_what_appears_in_a_restored_files_place_stays(planned):
    planned.write("other.txt", b"appeared\n")
    assert apply(planned) == ("other.txt",)
    assert planned.path("other.txt").read_bytes() == b"appeared\n"
    assert planned.git("show", f"{planned.before.commit}:other.txt") == b"other\n"


def test_what_appears_while_it_runs_stays(planned, monkeypatch):
    original = os.link

    def late(source, target, **options):
        if str(target).endswith("code.py"):
            planned.write("code.py", b"appeared\n")
        original(source, target, **options)

    monkeypatch.setattr(os, "link", late)
    assert apply(planned) == ("code.py",)
    assert planned.path("code.py").read_bytes() == b"appeared\n"


def test_an_edit_after_a_crash_is_not_written_over(planned, monkeypatch):
    """The restored file is in its place and the user goes on with it; then the discard is finished."""
    with monkeypatch.context() as patch:
        patch.setattr(place, "_mend", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            apply(planned)
    with planned.path("code.py").open("r+b") as file:
        file.write(b"EDIT")
    edited = planned.path("code.py").read_bytes()
    assert apply(planned) == ("code.py",)
    assert planned.path("code.py").read_bytes() == edited


def test_a_second_time_changes_nothing(planned):
    apply(planned)
    planned.write("code.py", b"next experiment\n")
    assert apply(planned) == ()
    assert planned.path("code.py").read_bytes() == b"next experiment\n"


def test_done_discards_are_swept_by_the_next(planned):
    apply(planned)
    planned.before = planned.begin()
    planned.write("again.txt", b"again\n")
    planned.tree, planned.changes = planned.measured(planned.before)
    done = planned.plan.scratch
    replan(planned)
    assert not (planned.scratch / done).exists()
    apply(planned)
    assert planned.fingerprint() == planned.began


@pytest.mark.parametrize("theirs", [{"inner.txt": b"theirs\n"}, {}])
def test_never_through_a_symbolic_link(planned, tmp_path, theirs):
    """A directory becomes a link to outside between plan and discard: nothing outside is touched."""
    outside = tmp_path / "outside"
    outside.mkdir()
    for name, content in theirs.items():
        (outside / name).write_bytes(content)
    planned.write("dir/inner.txt", b"changed\n")
    planned.tree, planned.changes = planned.measured(planned.before)
    replan(planned)
    planned.path("dir").rename(planned.work / "moved")
    planned.path("dir").symlink_to(outside)
    assert apply(planned) == ("dir/inner.txt",)
    assert {file.name: file.read_bytes() for file in outside.iterdir()} == theirs


def test_a_link_in_the_way_that_is_not_the_experiments(world, tmp_path):
    before = world.begin()
    world.remove("dir/inner.txt")
    tree, changes = world.measured(before)
    world.path("dir").rename(world.work / "moved")
    world.path("dir").symlink_to(tmp_path)
    untouched = world.fingerprint()
    error = refused(lambda: world.repository.plan_discard(before, tree, changes, world.trash, world.scratch))
    assert error.code == "in_the_way"
    assert "dir" in error.why
    assert world.fingerprint() == untouched


def test_ignored_files_in_the_way_are_not_ours(world):
    before = world.begin()
    world.remove("other.txt")
    world.write("other.txt/new", b"new\n")
    world.write("other.txt/cache.log", b"ignored\n")
    tree, changes = world.measured(before)
    untouched = world.fingerprint()
    error = refused(lambda: world.repository.plan_discard(before, tree, changes, world.trash, world.scratch))
    assert error.code == "in_the_way"
    assert "other.txt/cache.log" in error.why
    assert world.fingerprint() == untouched


def test_a_directory_with_ignored_files_stays(world):
    before = world.begin()
    world.write("fresh/new.txt", b"new\n")
    world.write("fresh/cache.log", b"ignored\n")
    tree, changes = world.measured(before)
    plan = world.repository.plan_discard(before, tree, changes, world.trash, world.scratch)
    assert world.repository.apply_discard(plan, world.scratch) == ()
    assert os.listdir(world.path("fresh")) == ["cache.log"]


def test_only_a_part_of_the_changes(planned):
    planned.changes = [change for change in planned.changes if change.path == "new.txt"]
    replan(planned)
    assert apply(planned) == ()
    assert not planned.path("new.txt").exists()
    assert planned.path("code.py").read_bytes().endswith(b"FASTER\n")
    assert not planned.path("other.txt").exists()


def test_staged_by_the_experiment_and_gone_from_the_index(planned):
    planned.git("add", "-A")
    assert apply(planned) == ()
    assert planned.fingerprint() == planned.began


def test_scripts_that_ask_the_index_see_a_clean_tree(planned):
    """Not every command refreshes the index before it compares."""
    assert apply(planned) == ()
    assert planned.git("diff-files", "--name-only") == b""
    assert planned.git("diff-index", "--name-only", "HEAD") == b""


def test_without_hard_links(planned, monkeypatch):
    def impossible(*_, **__):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", impossible)
    assert apply(planned) == ()
    assert planned.fingerprint() == planned.began


def test_a_full_disk_shows_before_anything_is_touched(planned, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    untouched = planned.fingerprint()
    monkeypatch.setattr("autoloop.git.blobs.write", full)
    error = refused(lambda: replan(planned))
    assert error.code == "disk_full"
    assert "No space" in error.why
    assert planned.fingerprint() == untouched


def test_what_the_system_says_of_a_file_is_told(planned, monkeypatch):
    def broken(*_, **__):
        raise OSError(errno.EIO, "Input/output error", "code.py")

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", broken)
        error = refused(lambda: apply(planned))
    assert error.code == "file_failed"
    assert "code.py" in error.why
    assert apply(planned) == ()
    assert planned.fingerprint() == planned.began


def test_a_missing_filter_shows_before_anything_is_touched(world):
    world.write(".gitattributes", b"*.bin filter=lfs\n")
    world.write("m.bin", b"pointer\n")
    world.commit("filter")
    world.git("config", "filter.lfs.smudge", "cat")
    before = world.begin()
    world.remove("m.bin")
    tree, changes = world.measured(before)
    world.git("config", "filter.lfs.smudge", "no-such-program")
    world.git("config", "filter.lfs.required", "true")
    untouched = world.fingerprint()
    error = refused(lambda: world.repository.plan_discard(before, tree, changes, world.trash, world.scratch))
    assert error.code == "filter_failed"
    assert world.fingerprint() == untouched


def test_files_of_a_content_addressed_filter_are_made_again(world):
    world.git("config", "filter.lfs.clean", "sed s/CONTENT/pointer/")
    world.git("config", "filter.lfs.smudge", "sed s/pointer/CONTENT/")
    world.write(".gitattributes", b"*.bin filter=lfs\n")
    world.write("m.bin", b"CONTENT\n")
    world.commit("filter")
    before = world.begin()
    began = world.fingerprint()
    world.write("m.bin", b"CONTENT, better\n")
    world.remove(".gitattributes")
    tree, changes = world.measured(before)
    plan = world.repository.plan_discard(before, tree, changes, world.trash, world.scratch)
    assert world.repository.apply_discard(plan, world.scratch) == ()
    assert world.fingerprint() == began


def test_an_experiment_that_was_never_measured(world):
    before = world.begin()
    began = world.fingerprint()
    world.write("new.txt", b"new\n")
    now = world.repository.snapshot(world.scratch, since=before).tree
    changes = world.repository.delta(before.tree, now)
    plan = world.repository.plan_discard(before, now, changes, world.trash, world.scratch)
    assert world.repository.apply_discard(plan, world.scratch) == ()
    assert world.fingerprint() == began
