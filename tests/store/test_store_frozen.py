"""AutoLoop's own files come back when somebody else changed them; what the program itself wrote stays."""

from __future__ import annotations

import shutil

import pytest
from store_world import Record, step_eval, step_init, step_keep, step_pre, step_sample

from autoloop.errors import StateError
from autoloop.paths import Layout
from autoloop.store import Store

NAMES = ("journal", "state", "config", "gitignore")


@pytest.fixture
def layout(tmp_path) -> Layout:
    """A workspace with a configuration and some steps."""
    layout = Layout(tmp_path)
    act(layout, step_init, step_sample, step_pre)
    layout.config.write_text("schema_version = 1\n")
    layout.gitignore.write_text("*\n")
    return layout


def act(layout: Layout, *steps) -> None:
    with Store(layout).writing("test", wait=1.0) as writer:
        for step in steps:
            step(writer)


def files(layout: Layout) -> dict[str, bytes | None]:
    found = {name: getattr(layout, name) for name in (*NAMES, "baseline")}
    return {name: path.read_bytes() if path.is_file() else None for name, path in found.items()}


def test_nothing_changed(layout):
    store = Store(layout)
    assert store.thaw(store.freeze()) == ()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("how", ["rewritten", "appended", "removed", "linked", "directory"])
def test_a_changed_file_is_back(layout, name, how, tmp_path):
    path = getattr(layout, name)
    store = Store(layout)
    before, frozen = files(layout), store.freeze()
    if how == "appended":
        path.write_bytes(path.read_bytes() + b'{"seq": 99}\n')
    else:
        path.unlink()
    if how == "rewritten":
        path.write_bytes(b"{}\n")
    if how == "linked":
        (tmp_path / "outside").write_bytes(b"not yours")
        path.symlink_to(tmp_path / "outside")
    if how == "directory":
        path.mkdir()
        (path / "inner").write_bytes(b"x")
    assert store.thaw(frozen) == (path.name,)
    assert files(layout) == before
    assert not path.is_symlink()
    assert how != "linked" or (tmp_path / "outside").read_bytes() == b"not yours"


def test_a_whole_directory_that_was_removed_is_back(layout):
    store = Store(layout)
    before, frozen = files(layout), store.freeze()
    for path in sorted(layout.home.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    layout.home.rmdir()
    assert set(store.thaw(frozen)) == {getattr(layout, name).name for name in NAMES}
    assert files(layout) == before


def test_a_file_that_was_not_there_is_gone_again(layout):
    store = Store(layout)
    frozen = store.freeze()
    layout.baseline.write_bytes(b"{}")
    assert store.thaw(frozen) == (layout.baseline.name,)
    assert not layout.baseline.exists()


def test_what_the_program_did_meanwhile_stays(layout):
    store = Store(layout)
    frozen = store.freeze()
    act(layout, step_sample, step_eval)
    after = files(layout)
    assert store.thaw(frozen) == ()
    assert files(layout) == after
    assert store.load(Record).state == "keepable"


def test_the_program_at_work_excuses_nobody_who_edits_the_configuration(layout):
    store = Store(layout)
    frozen = store.freeze()
    act(layout, step_sample, step_eval)
    layout.config.write_text("schema_version = 1\n# mine\n")
    assert store.thaw(frozen) == (layout.config.name,)
    assert layout.config.read_text() == "schema_version = 1\n"
    assert store.load(Record).state == "keepable"


def test_a_journal_that_goes_on_from_a_rewritten_line_is_no_work_of_the_program(layout):
    store = Store(layout)
    before, frozen = files(layout), store.freeze()
    act(layout, step_sample, step_eval, step_keep)
    layout.journal.write_bytes(layout.journal.read_bytes().replace(b"reduce", b"induce"))
    assert layout.journal.name in store.thaw(frozen)
    assert files(layout)["journal"] == before["journal"]
    assert store.load(Record).state == "editing"


def test_a_system_that_refuses_is_named(layout):
    store = Store(layout)
    frozen = store.freeze()
    shutil.rmtree(layout.home)
    layout.home.write_text("in the way")
    with pytest.raises(StateError):
        store.thaw(frozen)
