"""Which changed paths are forgiven, which are not, and which of them would fool the harness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoloop.scope import HARNESS, Trespass, bad_pattern, imported, shadows, trespass

ALL = ("**",)


def outside(path, editable):
    return trespass([path], editable, ()).outside == (path,)


def protected(path, patterns, editable=ALL):
    return trespass([path], editable, patterns).protected == (path,)


@pytest.mark.parametrize(
    ("path", "editable", "allowed"),
    [
        ("src/a.py", ("**",), True),
        ("a.py", ("**",), True),
        ("deep/er/a.py", ("src/**",), False),
        ("src/deep/er/a.py", ("src/**",), True),
        ("src/a.py", ("src/",), True),
        ("lib/src/a.py", ("/src/",), False),
        ("lib/src/a.py", ("src/",), True),
        ("a.txt", ("*.py",), False),
        ("x/y/a.py", ("*.py",), True),
        ("a.py", (), False),
        ("src/a.py", ("src/**", "!src/a.py"), False),
        ("src/a.py", ("!src/a.py", "src/**"), True),
        ("with space/a b.py", ("with space/**",), True),
        ("ünï/a.py", ("ünï/**",), True),
        ("src/[x].py", ("src/\\[x\\].py",), True),
    ],
)
def test_editable_patterns_are_gitignore_patterns(path, editable, allowed):
    assert outside(path, editable) is not allowed


@pytest.mark.parametrize(
    ("path", "patterns", "hit"),
    [
        ("bench/run.py", ("bench/**",), True),
        ("bench/deep/run.py", ("bench/",), True),
        ("src/bench.py", ("bench/**",), False),
        ("bench/README.md", ("bench/**", "!bench/README.md"), False),
        ("bench/run.py", ("bench/**", "!bench/README.md"), True),
    ],
)
def test_protected_patterns(path, patterns, hit):
    assert protected(path, patterns) is hit


def test_protected_wins_over_editable():
    found = trespass(["bench/run.py"], ("bench/**", "bench/run.py"), ("bench/**",))
    assert found == Trespass(outside=(), protected=("bench/run.py",))


def test_each_path_is_named_once_and_in_order():
    found = trespass(["b", "bench/x", "src/a", "a", "uv.lock"], ("src/**",), ("bench/**",))
    assert found == Trespass(outside=("b", "a"), protected=("bench/x", "uv.lock"))
    assert bool(found)
    assert not trespass(["src/a"], ("src/**",), ("bench/**",))
    assert not trespass([], (), ())


BUILT_IN = [
    "conftest.py",
    "tests/deep/conftest.py",
    "sitecustomize.py",
    "src/usercustomize.py",
    "package.json",
    "web/package.json",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "uv.lock",
    "poetry.lock",
    "Cargo.lock",
    "go.sum",
    "Gemfile.lock",
    "pytest.ini",
    "tox.ini",
    "lib/evil.pth",
    ".cargo/config.toml",
    ".autoloop/config.toml",
    ".autoloop/state.json",
]


@pytest.mark.parametrize("path", BUILT_IN)
@pytest.mark.parametrize("editable", [("**",), ("*",), ("**/*.py", "**/*.json", "**"), ("/**/*",)])
def test_what_decides_the_harness_is_protected_however_wide_the_patterns_are(path, editable):
    assert protected(path, (), editable)


@pytest.mark.parametrize("path", [path for path in BUILT_IN if not path.startswith(".autoloop/") and "*" not in path])
def test_what_is_named_explicitly_may_be_edited(path):
    assert not trespass([path], ("src/**", path), ())
    assert protected(path, (path,), ("**", path))


def test_what_python_sources_import():
    sources = [
        b"import os, json.decoder as j\nfrom statistics import mean\nfrom . import own\n",
        b"not ( python",
        b"\0",
    ]
    assert imported(sources) == {"os", "json", "statistics"}


@pytest.mark.parametrize(
    ("new", "shadowing"),
    [
        ("statistics.py", True),
        ("bench/statistics/__init__.py", True),
        ("app/statistics.py", False),
        ("work.py", False),
        ("queue.py", False),
    ],
)
def test_a_module_that_the_harness_imports_from_elsewhere_is_not_replaced(new, shadowing):
    files = ["bench/run.py", "app/__init__.py", "src/work.py"]
    assert bool(shadows([new], ["bench/run.py"], files, {"statistics", "work"})) is shadowing


@pytest.mark.parametrize("folder", ["web", "src/deep"])
def test_a_folder_does_not_name_what_is_in_it(folder):
    assert protected(f"{folder}/conftest.py", (), (f"{folder}/**",))
    assert protected(f"{folder}/conftest.py", (), (f"{folder}/",))
    assert not trespass([f"{folder}/conftest.py"], (f"{folder}/conftest.py",), ())
    assert protected("elsewhere/conftest.py", (), (f"{folder}/conftest.py",))


def test_our_own_directory_is_never_free():
    for editable in (("**",), (".autoloop/**",), (".autoloop/",), (".autoloop",)):
        assert protected(".autoloop/config.toml", (), editable)


@pytest.mark.parametrize("path", ["myconftest.py", "package.json.md", "docs/uv.lock.txt", "src/package/json"])
def test_names_that_only_look_alike_are_free(path):
    assert not trespass([path], ALL, ())


def test_the_built_in_patterns_are_sound():
    assert [bad_pattern(pattern) for pattern in HARNESS] == [""] * len(HARNESS)
    assert len(set(HARNESS)) == len(HARNESS)


@pytest.mark.parametrize("pattern", ["", " ", "/", "#x", "[", "!", "\\", "[z-a]"])
def test_patterns_that_match_nothing_are_found(pattern):
    assert repr(pattern) in bad_pattern(pattern)


@given(st.text(max_size=12))
def test_a_pattern_that_is_not_refused_can_be_used(pattern):
    if not bad_pattern(pattern):
        trespass(["a/b.py"], (pattern,), (pattern,))


# --- shadows


@pytest.mark.parametrize(
    "new",
    [
        "data.py",
        "src/data.py",
        "bench/data/__init__.py",
        "data/__init__.py",
        "data.cpython-311-x86_64-linux-gnu.so",
        "data.pyc",
        "__pycache__/data.cpython-311.pyc",
    ],
)
def test_a_module_of_the_same_name_is_a_shadow(new):
    assert shadows(["src/other.py", new], ["bench/data.py", "bench/run.sh"]) == (new,)


@pytest.mark.parametrize(
    "new", ["database.py", "src/mydata.py", "data.txt", "data/readme.md", "run.py", "src/__init__.py"]
)
def test_other_names_are_none(new):
    assert shadows([new], ["bench/data.py", "bench/run.sh", "bench/__init__.py"]) == ()


def test_a_package_can_be_shadowed_by_a_module():
    assert shadows(["helpers.py"], ["bench/helpers/__init__.py"]) == ("helpers.py",)
    assert shadows(["data.py"], []) == ()
