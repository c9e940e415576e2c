"""Errors of the system at every change: a clear error, and the state as before; nothing acknowledged is lost."""

from __future__ import annotations

import errno
import resource
import shutil
import subprocess
import sys

import pytest
from store_world import (
    STEPS,
    CountingIo,
    FailingIo,
    Record,
    check_sound,
    in_child,
    legal_states,
    play,
    seen,
    step_init,
    step_keep,
    step_pre,
    step_sample,
)

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.store import Store

pytestmark = pytest.mark.usefixtures("_impatient")

CODES = {errno.ENOSPC: "disk_full", errno.EIO: "io_error", errno.EROFS: "read_only", errno.EMFILE: "too_many_files"}


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    return legal_states(tmp_path_factory.mktemp("legal") / "work")


def safe(steps: int) -> int:
    while steps and STEPS[steps - 1] is step_sample:
        steps -= 1
    return steps


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_an_error_at_every_change(tmp_path, states, code, lasting):
    io = CountingIo()
    (tmp_path / "count").mkdir()
    play(Store(Layout(tmp_path / "count"), io, clock=lambda: 0.0))
    stopped = went_on = 0
    for number in range(1, len(io.calls) + 1):
        root = tmp_path / f"{number}"
        root.mkdir()
        done = 0

        def acknowledge():
            nonlocal done
            done += 1

        try:
            warnings = play(Store(Layout(root), FailingIo(number, code, lasting), clock=lambda: 0.0), acknowledge)
        except StateError as error:
            stopped += 1
            assert (error.code, bool(error.why), bool(error.fix)) == (CODES[code], True, True)
            warnings = []
        else:
            went_on += 1
            assert done == len(STEPS)
            assert warnings or io.calls[number - 1].startswith("unlink")
        store = Store(Layout(root), clock=lambda: 0.0)
        unsure = 1 if lasting else 0
        legal = states[safe(done) : done + 1 + unsure]
        assert (store.load(dict) or {}) in [state["record"] for state in legal]
        with store.writing("next", wait=1.0):
            pass
        assert seen(store) in legal
        check_sound(store)
    assert stopped > 10
    assert went_on > 10 or lasting


def test_a_failed_writer_acknowledges_nothing_more(tmp_path):
    store = Store(Layout(tmp_path), io := FailingIo(10_000, errno.EIO))
    with store.writing("test") as writer:
        step_init(writer)
        step_sample(writer)
        io.left = 2
        with pytest.raises(StateError) as first:
            step_pre(writer)
        for step in (step_keep, step_sample):
            with pytest.raises(StateError) as later:
                step(writer)
            assert later.value is first.value
    assert store.load(Record) == Record()
    assert [event.kind for event in store.history()] == ["init"]


def test_the_journal_pulled_away_is_noticed(tmp_path):
    store = Store(Layout(tmp_path))
    with store.writing("test") as writer:
        step_init(writer)
        data = store.layout.journal.read_bytes()
        store.layout.journal.unlink()
        store.layout.journal.write_bytes(data)
        with pytest.raises(StateError) as caught:
            step_pre(writer)
        assert caught.value.code == "journal_changed"
    assert store.layout.journal.read_bytes() == data


def test_a_limit_on_file_size_is_a_full_disk(tmp_path):
    store = Store(Layout(tmp_path))
    with store.writing("test") as writer:
        step_init(writer)

    def work(_acknowledge):
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        with store.writing("test") as writer, pytest.raises(StateError) as caught:
            all(writer.commit("pre", record=Record("editing", number)) for number in range(100))
        assert caught.value.code == "disk_full"

    assert in_child(work) == (0, 0)
    check_sound(store)
    assert store.load(Record).count > 0


def test_no_descriptors_left(tmp_path):
    store = Store(Layout(tmp_path))
    with store.writing("test") as writer:
        step_init(writer)

    def work(_acknowledge):
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
        for doing in (
            lambda: store.load(Record),
            lambda: list(store.history()),
            lambda: store.writing("x").__enter__(),
        ):
            with pytest.raises(StateError) as caught:
                doing()
            assert caught.value.code == "too_many_files"

    assert in_child(work) == (0, 0)
    check_sound(store)


FULL = """
import sys
from pathlib import Path
from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.store import Store
store = Store(Layout(Path(sys.argv[1])))
ballast = Path(sys.argv[1]) / "ballast"
with store.writing("init") as writer:
    writer.commit("init", record={"n": 0})
ballast.write_bytes(bytes(64 * 1024))
done = 0
try:
    with store.writing("test") as writer:
        for done in range(1, 10_000):
            writer.commit("step", record={"n": done, "pad": "x" * 3000 + str(done)}, experiments={"001-x": {"n": done}})
except StateError as error:
    assert error.code == "disk_full", error.code
    done -= 1
assert 0 < done < 9_999, done
assert store.load(dict)["n"] == done, (store.load(dict)["n"], done)
assert store.verify_chain().ok
ballast.unlink()
with store.writing("test") as writer:
    writer.commit("after", record={"n": -1})
    assert not writer.warnings
assert store.experiment(1, dict) == {"n": done}
assert store.rebuild().changed == ()
print("well")
"""


def test_a_file_system_that_is_really_full(tmp_path):
    unshare = shutil.which("unshare")
    mount = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=256k none "$0" && exec "$@"', str(tmp_path)]
    if not unshare or subprocess.run([*mount, "true"], capture_output=True, timeout=120, check=False).returncode:
        pytest.skip("mounting a small file system is not permitted here")
    done = subprocess.run(
        [*mount, sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("well\n", "")
