"""The harness is worth something: it sees every call, and it finds mistakes that were planted for it."""

from __future__ import annotations

import errno
import itertools
import os
import re
import shutil
import subprocess
import sys
from collections import Counter

import pytest
from interposer import FAIL, KILL, Fault, Interposer
from judge import UnsoundError
from scenes import copied
from stages import sampled
from test_crash_sample import numbers

# mistake: the command, the call around which it shows, how the trial is recovered, what the harness says
FOUND = {
    "no_intent": ("keep", "rename .git/refs/heads/main", "resume"),
    "committed_again": ("keep", "rename .git/refs/heads/main", "committed twice"),
    "state_before_journal": ("keep", "rename .autoloop/state.json", "resume ended with 3"),
    "lock_in_two_steps": ("keep", "write .git/index.lock", "index_locked"),
    "litter_stays": ("keep", "rename .autoloop/scratch/git-*/index", "left behind"),
    "index_forgotten": ("keep", "rename .git/refs/heads/main", "index"),
}


@pytest.mark.parametrize("mistake", sampled(list(FOUND), ["no_intent"]))
def test_a_planted_mistake_is_found(stage, mistake):
    scene, call, said = FOUND[mistake]
    set_ = stage(scene, mistake)
    first = numbers(set_.points, call)[0]
    with pytest.raises(UnsoundError, match=said):
        around(set_, first)


def around(set_, at):
    for number in (at, at + 1):
        for resume in (True, False):
            set_.attempt(Fault(number, KILL), resume=resume)


@pytest.mark.exhaustive
def test_a_planted_mistake_about_errors_is_found(stage):
    set_ = stage("keep", "failed_sync_ignored").count_syncs()
    at = numbers(set_.points_with_syncs, "fsync .autoloop/history.jsonl")[0]
    with pytest.raises(UnsoundError, match="acknowledged although"):
        set_.attempt(Fault(at, FAIL, errno.EIO, syncs=True), resume=True)


@pytest.mark.exhaustive
def test_a_fork_passes_the_same_points_as_the_program_itself(stage):
    set_ = stage("keep")
    world = copied(set_.world, set_.place / "program")
    trace = set_.place / "program.trace"
    faults = Interposer(world.root.parent / "page", world.root, Fault(), trace)
    subprocess.run(
        [sys.executable, "-m", "autoloop", *set_.scene.command],
        cwd=world.root,
        env={**world.env, **faults.env},
        check=True,
        capture_output=True,
        timeout=60,
    )
    lines = sorted((line.split(" ", 1) for line in trace.read_text().splitlines()), key=lambda pair: int(pair[0]))
    points = [point.replace(f"{world.root}/", "") for _, point in lines]
    assert once_each(points) == once_each(set_.points)


# what is called after the time of day (objects that hold it, and directories for them) or at random
CALLED_ANYHOW = r"objects/[0-9a-f]{2}/(tmp_obj_)?\w+|(?<=/)git-[\w-]+|discard-\w+|refs/autoloop/\w+"


def steady(points):
    """Without what differs from run to run: such names, and the file that is written whenever some time has passed."""
    plain = [re.sub(CALLED_ANYHOW, "*", point) for point in points]
    return [point for point in plain if "live.json" not in point and not re.search(r"objects/[0-9a-f]{2}$", point)]


def once_each(points):
    """The order of what is done: git opens a file again when it first had to make the directory."""
    return [point for point, _ in itertools.groupby(steady(points))]


# the calls that the library is to see, as the kernel names them
KERNEL = (
    "openat,open,creat,write,pwrite64,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,"
    "rmdir,mkdir,mkdirat,chmod,fchmod,fchmodat,truncate,ftruncate,utimensat,sendfile,copy_file_range"
)


@pytest.mark.exhaustive
@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace here to compare with")
def test_the_library_misses_nothing_that_the_kernel_sees(stage):
    set_ = stage("discard")
    world = copied(set_.world, set_.place / "traced")
    log = set_.place / "strace"
    done = subprocess.run(
        ["strace", "-f", "-y", "-qq", "-o", log, "-e", f"trace={KERNEL}", sys.executable, "-m", "autoloop",
         *set_.scene.command],
        cwd=world.root, env=world.env, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"tracing is not allowed here: {done.stderr.decode()[:200]}")
    seen = [path for line in log.read_text(errors="replace").splitlines() if (path := changed(line, str(world.root)))]
    counted = [point.partition(" ")[2] for point in set_.points]
    assert len(seen) > 100, log.read_text()[:2000]
    missed = Counter(steady(seen)) - Counter(steady(counted))
    assert not missed, missed


# a path as strace writes it: where it counts from, and the path itself
PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
OPENED = re.compile(r"\d+<([^>]*)>")


def changed(line: str, root: str) -> str:
    """The file below ``root`` that a call may have changed: where it goes, for a call with two names."""
    call = re.match(r"\d+ +(\w+)\((.*)", line)
    if (
        call is None
        or " = -1 ENOENT" in line
        or (call[1].startswith("open") and not re.search("O_CREAT|O_TRUNC", call[2]))
    ):
        return ""
    arguments = call[2].rpartition(" = ")[0] or call[2]
    by_descriptor = call[1] in {"write", "pwrite64", "ftruncate", "fchmod", "sendfile", "copy_file_range"}
    if by_descriptor or not (names := PATH.findall(arguments)):
        found = OPENED.findall(arguments)[1 if call[1] == "copy_file_range" else 0 :][:1]
        path = found[0] if found else ""
    else:
        path = os.path.join(names[-1][0] or root, names[-1][1])
    return os.path.relpath(path, root) if path.startswith(f"{root}/") else ""
