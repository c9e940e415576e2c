from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from exchange_world import KINDS, World, read

from autoloop import exchange
from autoloop.errors import CommandError, StateError
from autoloop.exchange import copying

pytestmark = pytest.mark.usefixtures("_unsynced")

CHANGING = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.utime", "os.symlink", "shutil.copyfile"}


def journalled(planned: exchange.Exchange) -> exchange.Exchange:
    """Through JSON and back, as a resumed program gets it."""
    return msgspec.convert(json.loads(msgspec.json.encode(planned)), exchange.Exchange)


def test_every_kind_of_change_there_and_back(tmp_path, kind):
    world = World(tmp_path, *kind)
    planned = journalled(world.prepare())
    assert exchange.side_present(planned) == "candidate"
    for _ in range(3):
        exchange.put(planned, "incumbent")
        assert exchange.side_present(planned) == "incumbent"
        assert world.has(kind[0])
        exchange.put(planned, "incumbent")
        exchange.put(planned, "candidate")
        assert read(world.root) == world.before
    exchange.put(planned, "incumbent")
    assert exchange.restore(planned) == ()
    assert read(world.root) == world.before
    assert not list((world.root / ".autoloop" / "scratch").iterdir())
    assert exchange.restore(planned) == ()


def test_bystanders_are_not_touched(tmp_path, kind):
    world = World(tmp_path, *kind)
    bystanders = [world.root / os.fsdecode(name) for name, what in kind[2].items() if what is not None]
    before = [(path.stat().st_mtime_ns, path.stat().st_ino) for path in bystanders]
    planned = world.prepare()
    exchange.put(planned, "incumbent")
    exchange.restore(planned)
    assert [(path.stat().st_mtime_ns, path.stat().st_ino) for path in bystanders] == before


def _killed_at(step: int, work) -> bool:
    """Do ``work`` in a fork that kills itself before its ``step``-th change of a file; whether it came to that."""
    child = os.fork()
    if child == 0:
        left = step

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            writing = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
            if event in CHANGING or writing:
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            sys.addaudithook(hook)
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in {0, signal.SIGKILL}
    return status != 0


@pytest.mark.parametrize("side", ["incumbent", "candidate"])
def test_sigkill_at_every_step(tmp_path, kind, side):
    step = 0
    killed = True
    while killed:
        step += 1
        world = World(tmp_path / str(step), *kind)
        planned = world.prepare()
        if side == "candidate":
            exchange.put(planned, "incumbent")
        killed = _killed_at(step, lambda plan=planned: exchange.put(plan, side))
        assert exchange.side_present(planned) != "foreign"
        assert exchange.restore(planned) == ()
        assert read(world.root) == world.before, f"killed before step {step}"
    assert step > 2


@pytest.mark.parametrize("name", ["file to directory", "directory to link", "renamed", "names"])
def test_sigkill_at_every_step_of_restoring(tmp_path, name):
    step = 0
    killed = True
    while killed:
        step += 1
        world = World(tmp_path / str(step), *KINDS[name])
        planned = world.prepare()
        exchange.put(planned, "incumbent")
        killed = _killed_at(step, lambda plan=planned: exchange.restore(plan))
        again = _killed_at(step, lambda plan=planned: exchange.restore(plan)) if killed else False
        exchange.restore(planned)
        assert read(world.root) == world.before, f"killed before step {step}, again {again}"


def test_times_only_ever_move_forward(tmp_path):
    world = World(tmp_path, {b"a": b"1", b"gone": b"1"}, {b"a": b"2", b"new": b"2"}, {})
    future = 4_000_000_000
    os.utime(world.root / "new", (future, future))
    planned = world.prepare()
    last = future
    for side in ["incumbent", "candidate"] * 4:
        exchange.put(planned, side)
        for name in ("a", "gone" if side == "incumbent" else "new"):
            seconds = (world.root / name).stat().st_mtime
            assert seconds == int(seconds)
            assert seconds >= last + 1
        last = seconds
    exchange.put(planned, "incumbent")
    exchange.restore(planned)
    assert (world.root / "a").stat().st_mtime >= last + 2


def test_python_runs_the_code_that_is_there(tmp_path):
    world = World(tmp_path, {b"m.py": b"print('A')\n"}, {b"m.py": b"print('B')\n"}, {b"main.py": b"import m\n"})
    planned = world.prepare()
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    for side, says in [("candidate", b"B\n"), ("incumbent", b"A\n")] * 4:
        exchange.put(planned, side)
        assert subprocess.check_output([sys.executable, "main.py"], cwd=world.root, env=environ) == says
    assert list(world.root.glob("__pycache__/m.*.pyc"))
    exchange.put(planned, "incumbent")
    subprocess.check_output([sys.executable, "main.py"], cwd=world.root, env=environ)
    exchange.restore(planned)
    assert subprocess.check_output([sys.executable, "main.py"], cwd=world.root, env=environ) == b"B\n"


def test_make_builds_what_is_there(tmp_path):
    makefile = b"out: src\n\tcp src out\n"
    world = World(tmp_path, {b"src": b"A\n"}, {b"src": b"B\n"}, {b"Makefile": makefile})
    planned = world.prepare()
    for side, says in [("candidate", "B\n"), ("incumbent", "A\n")] * 3:
        exchange.put(planned, side)
        subprocess.run(["make", "-s"], cwd=world.root, check=True, stderr=subprocess.DEVNULL)
        assert (world.root / "out").read_text() == says


def test_edited_file_is_left_and_named(tmp_path):
    world = World(tmp_path, {b"a": b"1", b"b": b"1"}, {b"a": b"2", b"b": b"2"}, {})
    planned = world.prepare()
    exchange.put(planned, "incumbent")
    (world.root / "b").write_text("mine")
    assert exchange.side_present(planned) == "foreign"
    with pytest.raises(CommandError) as caught:
        exchange.put(planned, "candidate")
    assert caught.value.code == "edited_meanwhile"
    assert (world.root / "a").read_text() == "1"
    assert exchange.restore(planned) == ("b",)
    assert (world.root / "a").read_text() == "2"
    assert (world.root / "b").read_text() == "mine"
    assert (planned.folder("candidate") / "b").read_text() == "2"


def test_mixed_sides(tmp_path):
    world = World(tmp_path, {b"a": b"1", b"b": b"1"}, {b"a": b"2", b"b": b"2"}, {})
    planned = world.prepare()
    (world.root / "a").write_text("1")
    assert exchange.side_present(planned) == "mixed"


def test_nothing_is_written_through_a_link_out_of_the_tree(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_text("theirs")
    world = World(tmp_path, {b"d/x": b"1"}, {b"d/x": b"2"}, {})
    planned = world.prepare()
    (world.root / "d" / "x").unlink()
    (world.root / "d").rmdir()
    (world.root / "d").symlink_to(outside)
    with pytest.raises(CommandError):
        exchange.put(planned, "incumbent")
    assert exchange.restore(planned) == ("d/x",)
    assert (outside / "x").read_text() == "theirs"


def test_pipe_in_the_place_of_a_file(tmp_path):
    world = World(tmp_path, {b"p": b"1"}, {}, {})
    os.mkfifo(world.root / "p")
    world.before = read(world.root)
    planned = world.prepare()
    exchange.put(planned, "incumbent")
    assert (world.root / "p").read_text() == "1"
    exchange.restore(planned)
    assert read(world.root) == world.before


def test_refusal_of_the_file_system_is_told(tmp_path, monkeypatch):
    world = World(tmp_path, {b"a": b"1"}, {b"a": b"2"}, {})
    planned = world.prepare()

    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("shutil.copyfile", full)
        with pytest.raises(StateError) as caught:
            exchange.put(planned, "incumbent")
    assert caught.value.code == "not_exchanged"
    assert "No space left" in caught.value.why
    assert read(world.root) == world.before
    assert exchange.restore(planned) == ()


def test_many_files_quickly(tmp_path):
    names = [f"d{number % 20}/f{number}".encode() for number in range(600)]
    world = World(tmp_path, dict.fromkeys(names, b"1"), dict.fromkeys(names, b"2"), {})
    planned = world.prepare()
    exchange.put(planned, "incumbent")
    assert exchange.side_present(planned) == "incumbent"
    exchange.restore(planned)
    assert read(world.root) == world.before


def test_copies_are_on_the_disk_before_anything_moves(tmp_path, monkeypatch):
    flushed = []
    monkeypatch.setattr(exchange, "sync", copying.sync)
    monkeypatch.setattr("os.fsync", lambda fd: flushed.append(Path(f"/proc/self/fd/{fd}").readlink().name))
    World(tmp_path, {b"d/a": b"1", b"l": b"1"}, {b"d/a": b"2", b"l": "to"}, {}).prepare()
    assert sorted(flushed) == ["a", "candidate", "d"]


def test_a_root_that_is_no_unicode(tmp_path):
    home = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    home.mkdir()
    world = World(home, {b"a": b"1"}, {b"a": b"2"}, {})
    planned = journalled(world.prepare())
    exchange.put(planned, "incumbent")
    assert (world.root / "a").read_text() == "1"
    exchange.restore(planned)
    assert read(world.root) == world.before
