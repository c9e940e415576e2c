"""File names as text: every name comes back, ordinary ones look ordinary."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from git_cases import HOSTILE
from hypothesis import example, given
from hypothesis import strategies as st

from autoloop.git import names

NAMES = st.binary(min_size=1).map(lambda raw: raw.replace(b"\0", b"0"))


@given(NAMES)
@example(b'"')
@example(b'"a\\351"')
@example(b"caf\xe9\\")
def test_every_name_survives_json(raw):
    assert names.decode(json.loads(json.dumps(names.encode(raw), ensure_ascii=False).encode().decode())) == raw


@given(NAMES, NAMES)
def test_two_names_are_two_texts(one, other):
    assert (names.encode(one) == names.encode(other)) == (one == other)


@pytest.mark.parametrize("name", ["src/a b.py", "100%.txt", "naïve", "a\\b", "-x", "new\nline"])
def test_ordinary_names_are_written_as_they_are(name):
    assert names.encode(name.encode()) == name


def test_other_names_are_quoted_the_way_git_does(world):
    for raw in (b"caf\xe9", b'\xff"x\\', b"\xfe new"):
        world.write(raw, b"")
        world.git("add", "-A")
        listed = world.git("-c", "core.quotePath=true", "ls-files", "--", b":(literal)" + raw).decode().strip()
        assert names.encode(raw) == listed


def test_names_that_git_refuses(world):
    for raw in (b".git", b"a/.GIT/b", b"git~1", b".git. ", b".git::$INDEX_ALLOCATION", b".Git"):
        assert names.forbidden(raw)
    for raw in (*HOSTILE.values(), b".gitignore", b"git~2", b"a.git", b".github/x"):
        assert not names.forbidden(raw)


def test_our_own_directory():
    assert names.ours(b".autoloop")
    assert names.ours(b".autoloop/x")
    assert not names.ours(b".autoloop2")
    assert not names.ours(b"a/.autoloop/x")


def test_parents_outermost_first():
    assert names.parents(b"a/b/c") == [b"a", b"a/b"]
    assert names.parents(b"a") == []


def test_where_a_name_is(tmp_path):
    (tmp_path / "x").mkdir()
    names.locate(tmp_path, b"x/caf\xe9").write_bytes(b"1")
    assert [bytes(path) for path in Path(tmp_path / "x").iterdir()] == [bytes(tmp_path) + b"/x/caf\xe9"]
