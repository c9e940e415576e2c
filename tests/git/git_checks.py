"""What must hold after a keep or a discard, whoever did it."""

from __future__ import annotations

from autoloop.git import path_bytes


def check_restored(world, began, edited, case):
    """All as it was but what is out of bounds by design: ignored files, other repositories, HEAD moved by hand."""
    now = world.fingerprint()
    if case.discard == "done":
        assert now == began
    elif case.discard == "moved":
        assert now["files"] == began["files"]
        assert now["refs"] == edited["refs"]
    else:
        foreign = (b"debug.log", b"theirs", b"sub", b"run.sh")
        mine = {path for path in now["files"] if not path.startswith(foreign)}
        assert {path: now["files"][path] for path in mine} == {
            p: c for p, c in began["files"].items() if not p.startswith(foreign)
        }
        assert now["index"] == began["index"]
        assert {p: c for p, c in now["files"].items() if p.startswith(foreign)} == {
            p: c for p, c in edited["files"].items() if p.startswith(foreign)
        }


def check_commit(world, plan, changes, case, head):
    """The commit holds the changed paths and no others, with the measured content or what the table says."""
    written = world.git(
        "diff-tree",
        "-r",
        "-z",
        "--no-renames",
        "--name-only",
        "--root",
        "--no-commit-id",
        *([head] if head else []),
        plan.commit,
    )
    absent = {path_bytes(path) for path, content in case.committed.items() if content is None}
    there = entries(world.git("ls-tree", "-r", "-z", head)) if head else {}
    absent |= {
        path_bytes(one.path)
        for one in changes
        if one.new and there.get(path_bytes(one.path)) == (one.new_mode, one.new_oid)
    }
    assert set(written.split(b"\0")) - {b""} == {path_bytes(change.path) for change in changes} - absent
    committed = entries(world.git("ls-tree", "-r", "-z", "HEAD"))
    staged = {path: entry.split() for path, (entry, _) in world.index().items()}
    for change in changes:
        name = path_bytes(change.path)
        if change.path not in case.committed:
            assert committed.get(name) == (change.new_mode and (change.new_mode, change.new_oid))
            assert [part.decode() for part in staged.get(name, [])[:2]] == (
                [change.new_mode, change.new_oid] if change.new_mode else []
            )
    for path, content in case.committed.items():
        assert blob(world, committed.get(path_bytes(path), (None, None))[1]) == content
    for path, content in case.staged.items():
        assert blob(world, staged[path_bytes(path)][1].decode() if path_bytes(path) in staged else None) == content


def check_rest(world, plan, edited, changes):
    """No file has changed, and neither has any other reference."""
    now = world.fingerprint()
    assert now["files"] == edited["files"]
    moved = [line for line in now["refs"] if line not in edited["refs"]]
    assert all(plan.commit.encode() in line for line in moved)
    assert len(moved) <= 1
    assert now["head"] == (edited["head"] if plan.ref != "HEAD" else plan.commit.encode() + b"\n")


def check_index(world, former, changes):
    """The other entries are what they were before the experiment, and the changed ones have kept their flags."""
    now = world.index()
    touched = {path_bytes(change.path) for change in changes}
    others = {path: entry for path, entry in former["index"].items() if path not in touched}
    assert {path: entry for path, entry in now.items() if path not in touched} == others
    flags = {path: flag for path, (_, flag) in former["index"].items() if path in now}
    assert {path: flag for path, (_, flag) in now.items() if path in former["index"]} == flags


def entries(listing: bytes) -> dict[bytes, tuple[str, str]]:
    found = {}
    for record in listing.split(b"\0")[:-1]:
        meta, _, path = record.partition(b"\t")
        mode, _, oid = meta.decode().split()
        found[path] = (mode, oid)
    return found


def blob(world, oid):
    return None if oid is None else world.git("cat-file", "blob", oid)
