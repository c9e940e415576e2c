"""Snapshots: what is in them, what is not, and that nobody notices."""

from __future__ import annotations

import os
import shutil

import pytest
from git_world import LOOP

from autoloop.git import Change


def held(world, tree) -> set[str]:
    return set(world.repository.files(tree))


def snapshot(world, **options):
    return world.repository.snapshot(world.scratch, **options)


def test_tracked_and_untracked_but_not_ignored(world):
    world.write("new.txt", b"new\n")
    world.remove("other.txt")
    taken = snapshot(world)
    assert held(world, taken.tree) == {
        ".gitignore",
        "code.py",
        "dir/deep/leaf.txt",
        "dir/inner.txt",
        "link",
        "new.txt",
        "run.sh",
    }
    assert taken.skipped == ()


def test_the_users_index_is_not_even_opened_for_writing(world):
    index = world.work / ".git" / "index"
    stamp, content = index.stat(), index.read_bytes()
    world.write("new.txt", b"new\n")
    snapshot(world)
    world.begin()
    assert (index.stat().st_mtime_ns, index.stat().st_ino, index.read_bytes()) == (
        stamp.st_mtime_ns,
        stamp.st_ino,
        content,
    )
    assert world.leftovers() == []


def test_an_edit_of_the_same_size_within_one_tick_is_seen(world):
    """File and index are of the same age, and nothing but the content has changed."""
    world.git("config", "core.trustctime", "false")
    moment = (1_700_000_000_000_000_000,) * 2
    world.write("other.txt", b"11111\n")
    os.utime(world.path("other.txt"), ns=moment)
    world.git("add", "other.txt")
    os.utime(world.work / ".git" / "index", ns=moment)
    world.write("other.txt", b"22222\n")
    os.utime(world.path("other.txt"), ns=moment)
    for tree in (snapshot(world).tree, world.begin().tree):
        assert world.git("cat-file", "blob", f"{tree}:other.txt") == b"22222\n"


def test_files_that_are_too_big_are_left_out_and_named(world):
    world.write("big.bin", b"x" * 3_000_000)
    world.write("code.py", b"y" * 3_000_000)
    taken = snapshot(world, max_file_bytes=2 << 20)
    assert [(one.path, one.reason) for one in taken.skipped] == [
        ("big.bin", "bigger than 2 MB"),
        ("code.py", "bigger than 2 MB"),
    ]
    assert "big.bin" not in held(world, taken.tree)
    assert world.git("cat-file", "blob", f"{taken.tree}:code.py").startswith(b"line 1\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_files_that_cannot_be_read_are_left_out_and_named(world):
    world.write("secret", b"x", 0o000)
    taken = snapshot(world)
    assert [(one.path, one.reason) for one in taken.skipped] == [("secret", "permission denied")]


def test_a_file_that_fails_to_open_is_left_out_and_named(world, monkeypatch):
    world.write("secret", b"x")
    monkeypatch.setattr(
        "autoloop.git.files.problem", lambda file, _: "permission denied" if file.name == "secret" else None
    )
    taken = snapshot(world)
    assert [(one.path, one.reason) for one in taken.skipped] == [("secret", "permission denied")]


def test_names_that_git_refuses_are_left_out_and_named(world):
    world.write("a/git~1", b"x")
    assert [(one.path, one.reason) for one in snapshot(world).skipped] == [("a/git~1", "a name that git refuses")]


def test_other_repositories_are_left_out_and_named(world):
    world.write("theirs/file", b"x")
    world.git("init", "-q", cwd=world.path("theirs"))
    taken = snapshot(world)
    assert [(one.path, one.reason) for one in taken.skipped] == [("theirs/", "a repository of its own")]


def test_what_is_no_file_is_named(world):
    world.remove("other.txt")
    os.mkfifo(world.path("other.txt"))
    os.mkfifo(world.path("pipe"))
    taken = snapshot(world)
    assert [(one.path, one.reason) for one in taken.skipped] == [("other.txt", "not a regular file")]
    assert "other.txt" not in held(world, taken.tree)


def test_what_was_ignored_at_the_beginning_stays_out(world):
    before = world.begin()
    world.write(".gitignore", b"")
    world.write("debug.log", b"changed\n")
    world.write("build/more", b"more\n")
    world.write("fresh.log", b"fresh\n")
    _, changes = world.measured(before)
    assert [change.path for change in changes] == [".gitignore", "fresh.log"]


def test_what_was_seen_at_the_beginning_stays_in(world):
    world.write("mine.txt", b"mine\n")
    before = world.begin()
    world.write(".gitignore", b"*.txt\n*.tmp\n")
    world.write("new.tmp", b"new\n")
    world.write("sub/new.tmp", b"new\n")
    world.git("rm", "-q", "--cached", "other.txt")
    tree, changes = world.measured(before)
    assert [change.path for change in changes] == [".gitignore", "new.tmp", "sub/new.tmp"]
    assert {"mine.txt", "other.txt"} <= held(world, tree)


def test_what_was_seen_stays_in_whatever_hides_it(world):
    """Not only the files named .gitignore can hide something."""
    world.write("mine.txt", b"mine\n")
    before = world.begin()
    world.write(".git/info/exclude", b"*.txt\n")
    world.write("mine.txt", b"changed\n")
    tree, changes = world.measured(before)
    assert [change.path for change in changes] == ["mine.txt"]
    assert world.git("cat-file", "blob", f"{tree}:mine.txt") == b"changed\n"


def test_a_whole_directory_hidden_by_a_new_rule(world):
    before = world.begin()
    world.write(".gitignore", b"*.log\nbuild/\nhidden/\n")
    world.write("hidden/deep/new.txt", b"new\n")
    world.write("hidden/deep/x.log", b"ignored before\n")
    world.link("hidden/link", "deep")
    world.write("hidden/theirs/file", b"theirs\n")
    world.git("init", "-q", cwd=world.path("hidden/theirs"))
    _, changes = world.measured(before)
    assert [change.path for change in changes] == [".gitignore", "hidden/deep/new.txt", "hidden/link"]


def test_a_rule_in_a_directory_of_its_own(world):
    before = world.begin()
    world.write("dir/.gitignore", b"*.tmp\n")
    world.write("dir/a.tmp", b"new\n")
    _, changes = world.measured(before)
    assert [change.path for change in changes] == ["dir/.gitignore", "dir/a.tmp"]


def test_remembering_survives_the_garbage_collector(world):
    world.write("mine.txt", b"mine\n")
    before = world.begin()
    world.git("reflog", "expire", "--expire=now", "--all")
    world.git("gc", "-q", "--prune=now")
    assert world.git("cat-file", "blob", f"{before.tree}:mine.txt") == b"mine\n"
    assert world.git("cat-file", "-t", before.records) == b"tree\n"


def test_raw_bytes_are_stored_only_where_git_would_not_give_them_back(world):
    world.write("mine.txt", b"mine\n")
    before = world.begin()
    assert world.line("ls-tree", "-r", f"{before.records}:raw") == ""
    world.git("config", "core.autocrlf", "input")
    world.write("mine.txt", b"mine\r\n")
    before = world.begin()
    assert world.git("cat-file", "blob", f"{before.records}:raw/mine.txt") == b"mine\r\n"


def test_an_empty_repository(bare_world):
    taken = snapshot(bare_world)
    assert taken.tree == bare_world.repository.tree_of(None)
    assert held(bare_world, taken.tree) == set()


def test_delta_names_both_sides(world):
    before = snapshot(world).tree
    world.remove("other.txt")
    world.path("run.sh").chmod(0o644)
    world.write("new.txt", b"new\n")
    after = snapshot(world).tree
    new, old, mode = world.repository.delta(before, after)
    assert new == Change("new.txt", None, None, "100644", world.line("hash-object", "new.txt"))
    assert (old.path, old.old_mode, old.new_mode, old.new) == ("other.txt", "100644", None, None)
    assert (mode.path, mode.old_mode, mode.new_mode, mode.old_oid == mode.new_oid) == (
        "run.sh",
        "100755",
        "100644",
        True,
    )


def test_anchoring_listing_and_dropping(world):
    repository = world.repository
    commit = repository.commit_of_tree(snapshot(world).tree, (), "kept\n")
    names = {f"{LOOP}/1/before": commit, f"{LOOP}/1/after": commit, f"{LOOP}/2/before": commit}
    repository.anchor(names)
    assert repository.refs(LOOP) == names
    assert repository.refs(f"{LOOP}/1") == {name: commit for name in names if "/1/" in name}
    repository.drop([f"{LOOP}/1/before", f"{LOOP}/1/missing"])
    assert set(repository.refs(LOOP)) == {f"{LOOP}/1/after", f"{LOOP}/2/before"}
    world.git("pack-refs", "--all")
    repository.drop([f"{LOOP}/1/after"])
    assert set(repository.refs(LOOP)) == {f"{LOOP}/2/before"}
    repository.anchor({})
    assert world.line("log", "-1", "--format=%an <%ae>", commit) == "AutoLoop <autoloop@localhost>"


def test_anchors_are_not_published(world, tmp_path):
    world.begin()
    world.git("init", "-q", "--bare", str(tmp_path / "remote"))
    world.git("push", "-q", "--all", str(tmp_path / "remote"))
    world.git("push", "-q", "--tags", str(tmp_path / "remote"))
    assert world.git("for-each-ref", "refs/autoloop", cwd=tmp_path / "remote") == b""


def test_a_copied_workspace_has_no_memory_of_places(world, tmp_path):
    """Snapshots do not depend on where the work tree lies."""
    tree = snapshot(world).tree
    shutil.copytree(world.work, tmp_path / "copy", symlinks=True)
    world.work, world.scratch = tmp_path / "copy", tmp_path / "copy/.autoloop/scratch"
    world.__dict__.pop("repository")
    assert snapshot(world).tree == tree
