from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_world import Experiment, Record, check_sound, play, seen, step_init, step_pre, told

from autoloop.errors import StateError, UsageError
from autoloop.paths import Layout
from autoloop.store import Store


def test_an_empty_workspace_has_nothing(store):
    assert not store.exists()
    assert store.load(Record) is None
    assert list(store.history()) == []
    assert store.experiments(Experiment) == []
    assert store.experiment(1, Experiment) is None
    assert store.baseline(dict) is None
    assert store.verify_chain().ok
    assert store.foreign() is None
    assert not store.layout.home.exists()


def test_what_is_committed_is_read_back(store):
    assert play(store) == []
    assert store.exists()
    assert store.load(Record) == Record("ready", 2, None, 1.0)
    assert store.experiment(1, Experiment) == Experiment(1, "reduce", (1.0, 2.5))
    assert store.experiment(2, Experiment) is None
    assert store.session(1, dict) == {"id": 1, "wins": [1]}
    assert store.sessions(dict) == [{"id": 1, "wins": [1]}]
    assert store.baseline(dict) == {"value": 2.0}
    check_sound(store)


def test_only_fields_that_changed_are_written(store):
    with store.writing("test") as writer:
        step_init(writer)
        writer.commit("pre", record=Record("editing"))
        writer.commit("same", record=Record("editing"))
    same, pre, init = store.history()
    assert (same.record, pre.record) == ({}, {"state": "editing"})
    assert set(init.record) == {"state", "count", "experiment", "best"}


def test_fields_that_are_gone_stay_gone(store):
    with store.writing("test") as writer:
        writer.commit("one", record={"a": 1, "b": None})
        writer.commit("two", record={"b": None})
    store.layout.state.unlink()
    assert store.load(dict) == {"b": None}


def test_an_empty_record_is_a_record(store):
    with store.writing("test") as writer:
        writer.commit("init", record={})
    assert store.load(Record) == Record()


def test_the_writer_knows_the_record(store):
    with store.writing("test") as writer:
        assert writer.load(Record) is None
        step_pre(writer)
        assert writer.load(Record) == store.load(Record)
        assert writer.seq == 1


def test_notes_do_not_change_the_state(store):
    with store.writing("test") as writer:
        step_init(writer)
        before = store.layout.state.read_bytes()
        writer.note("sample", {"value": 1.0})
        assert store.layout.state.read_bytes() == before
        assert store.load(Record) == Record()
    (note,) = store.history(1)
    assert (note.kind, note.note, note.step, note.data(dict[str, float])) == (
        "sample",
        {"value": 1.0},
        False,
        {"value": 1.0},
    )


def test_history_is_newest_first_and_bounded(store):
    play(store)
    assert [event.seq for event in store.history()] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert [event.seq for event in store.history(2)] == [8, 7]
    assert [event.seq for event in store.history(since=5)] == [8, 7, 6]
    assert list(store.history(0)) == []


def test_history_crosses_the_edges_of_what_is_read_at_once(store):
    with store.writing("test") as writer:
        step_init(writer)
        for size in [10, 70_000, 65_500, 200_000, 1, 65_536 - 145]:
            writer.note("sample", "x" * size)
    assert [event.seq for event in store.history()] == [7, 6, 5, 4, 3, 2, 1]


def test_recent_history_does_not_read_the_beginning(store):
    with store.writing("test") as writer:
        step_init(writer)
        for number in range(2000):
            writer.note("sample", number)
    data = store.layout.journal.read_bytes()
    store.layout.journal.write_bytes(b"?" + data[1:])
    assert [event.note for event in store.history(3)] == [1999, 1998, 1997]
    with pytest.raises(StateError, match="Line 1 "):
        list(store.history())


def test_only_the_experiments_asked_for_are_opened(store):
    with store.writing("test") as writer:
        writer.commit("fill", record=Record(), experiments={f"{n:03d}-x": Experiment(n) for n in range(1, 1200)})
    (store.layout.experiments / "001-x.json").unlink()
    (store.layout.experiments / "001-x.json").mkdir()
    assert [each.id for each in store.experiments(Experiment, 3)] == [1199, 1198, 1197]
    assert store.experiment(1000, Experiment) == Experiment(1000)
    with pytest.raises(StateError):
        store.experiment(1, Experiment)


def test_names_of_documents_lead_nowhere_else(store):
    with store.writing("test") as writer:
        step_init(writer)
        for name in ["../../001-x", "001-x/../../y", "001-X", "001", "", "001-a\n", "-1-x", "001-a--b", "٣٣٣-a"]:
            with pytest.raises(StateError, match="not the name of a document"):
                writer.commit("pre", record=Record(), experiments={name: {}})
        assert writer.seq == 1


def test_texts_are_recorded_verbatim(store):
    text = "\n\r\0\x1b[31m\"'`$(id)` -- ../ \u2028 😀 ﷽" + "x" * 100_000
    with store.writing("test") as writer:
        writer.commit(
            "pre", record=Record("editing", 1, Experiment(1, text)), experiments={"001-x": Experiment(1, text)}
        )
    assert store.experiment(1, Experiment).text == store.load(Record).experiment.text == text
    check_sound(store)


@pytest.mark.parametrize("where", ["record", "experiments", "note", "kind"])
def test_what_is_not_unicode_is_refused_before_anything_is_written(store, where):
    bad = "\udcff"
    arguments = {"record": Record(), "note": None, "experiments": {}}
    arguments |= {where: {"001-x": bad} if where == "experiments" else bad} if where != "kind" else {}
    with store.writing("test") as writer:
        step_init(writer)
        with pytest.raises(UsageError):
            writer.commit(bad if where == "kind" else "pre", **arguments)
        assert step_pre(writer) == 2
    check_sound(store)


def test_a_record_of_another_type_is_explained(store):
    with store.writing("test") as writer:
        writer.commit("init", record={"state": 3})
    with pytest.raises(StateError, match="state record"):
        store.load(Record)


def test_other_files_are_replaced_whole(store):
    path = store.layout.home / "briefs" / "one.md"
    with store.writing("test") as writer:
        writer.write_text(store.layout.config, "[eval]\n")
        writer.write_text(store.layout.config, "[eval] # é\n")
        writer.write_bytes(path, b"\0\xff")
        for outside in [store.layout.root / "x", store.layout.home / ".." / "x"]:
            with pytest.raises(ValueError, match="x"):
                writer.write_text(outside, "")
    assert store.read_text(store.layout.config) == "[eval] # é\n"
    assert store.read_text(store.layout.learnings) is None
    with pytest.raises(StateError, match="UTF-8"):
        store.read_text(path)


def test_the_clock_is_not_asked_for_the_order(tmp_path):
    times = iter([2e9, 1e9, -5.0, 4e10, 0.0, 1.0, 2.0, 3.0, 4.0])
    store = Store(Layout(tmp_path), clock=lambda: next(times))
    play(store)
    assert [event.at for event in store.history(limit=6)] == [3.0, 2.0, 1.0, 0.0, 4e10, -5.0]
    assert [event.seq for event in store.history(limit=3)] == [8, 7, 6]
    check_sound(store)


def test_foreign_content_is_named(store):
    home = store.layout.home
    home.mkdir()
    assert store.foreign() is None
    (home / "loops.db").write_text("{}\n")
    assert "loops.db" in store.foreign()
    (home / "loops.db").rename(home / "state.json")
    assert "state.json" in store.foreign()
    (home / "state.json").unlink()
    with store.writing("init") as writer:
        step_init(writer)
    (home / "experiments.jsonl").write_text("{}\n")
    assert store.foreign() is None


@pytest.mark.parametrize(
    ("name", "text"),
    [("experiments.jsonl", "{}\n"), ("last_eval.json", "{}"), ("config.toml", '[metric]\nname = "p99"\n')],
)
def test_what_the_original_tool_left_is_recognised(store, name, text):
    store.layout.home.mkdir()
    assert store.original() is None
    (store.layout.home / name).write_text(text)
    assert name in store.original()
    with store.writing("init") as writer:
        step_init(writer)
    assert store.original() is None


def test_a_configuration_of_ours_is_not_the_original_tools(store):
    store.layout.home.mkdir()
    store.layout.config.write_text('schema_version = 1\n[eval]\ncommand = "x"\n')
    assert store.original() is None


def test_what_is_set_aside_is_found_again_newest_first(store):
    store.layout.home.mkdir()
    assert store.backups(store.layout.config) == ()
    for number in range(12):
        store.write_text(store.layout.config, f"{number}\n")
        store.set_aside(store.layout.config)
    kept = [store.read_text(path) for path in store.backups(store.layout.config)]
    assert kept == [f"{number}\n" for number in range(11, -1, -1)]


def test_a_closed_stdout_does_not_matter(tmp_path):
    script = (
        "import os, sys; os.close(1); os.close(2)\n"
        "from pathlib import Path; from autoloop.paths import Layout; from autoloop.store import Store\n"
        "with Store(Layout(Path(sys.argv[1]))).writing('init') as w: w.commit('init', record={'state': 'ready'})\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, timeout=120)
    store = Store(Layout(tmp_path))
    assert store.load(dict) == {"state": "ready"}
    check_sound(store)


def test_reading_imports_nothing_slow(tmp_path):
    with Store(Layout(tmp_path)).writing("init") as writer:
        step_init(writer)
    script = (
        "import sys; from pathlib import Path\n"
        "from autoloop.paths import Layout; from autoloop.store import Store\n"
        "assert Store(Layout(Path(sys.argv[1]))).load(dict)\n"
        "slow = {'hashlib', 'json', 'sh', 'structlog', 'yaml', 'tempfile', 'dataclasses'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, timeout=120, capture_output=True)
    assert done.stdout.split() == [b"[]"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=3,
)
RECORDS = st.dictionaries(st.sampled_from(["a", "b", "c", "seq", "sum"]), VALUES, max_size=4)
DOCUMENTS = st.dictionaries(st.sampled_from(["001-a", "002-b"]), VALUES, max_size=2)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(RECORDS, DOCUMENTS), min_size=1, max_size=4))
def test_folding_the_journal_gives_the_last_record_and_documents(tmp_path_factory, steps):
    store = Store(Layout(tmp_path_factory.mktemp("fold")))
    expected: dict[str, object] = {}
    with store.writing("test") as writer:
        for record, documents in steps:
            writer.commit("step", record=record, experiments=documents)
            expected |= documents
    story = told(store.layout.journal.read_bytes())
    assert story["record"] == steps[-1][0] == store.load(dict)
    assert story["documents"] == {f"experiments/{k}": v for k, v in expected.items() if v is not None}
    store.layout.state.unlink()
    assert store.load(dict) == steps[-1][0]


def test_state_json_is_what_the_pages_say(store):
    play(store)
    state = json.loads(store.layout.state.read_text())
    assert list(state) == ["schema_version", "seq", "journal_bytes", "hash", "record", "sum"]
    assert (state["schema_version"], state["seq"]) == (1, 8)
    assert state["journal_bytes"] == store.layout.journal.stat().st_size
    assert seen(store)["record"] == state["record"]
