"""A scan of a directory that nobody vouches for ends soon, reads little and follows nothing."""

from __future__ import annotations

import os
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autoloop import config
from autoloop.detect import config_text, scan
from autoloop.detect.parse import xml, yaml
from autoloop.detect.tree import Tree

NAMES = [
    *("pyproject.toml", "package.json", "Cargo.toml", "pom.xml", "a.csproj", "Taskfile.yml", "Makefile", "justfile"),
    *("composer.json", "mix.exs", "build.zig", "CMakeLists.txt", "meson.build", "Rakefile", "go.mod", "deno.json"),
    *(
        ".github/workflows/ci.yml",
        "README.md",
        "noxfile.py",
        "tox.ini",
        "bench.py",
        "train.py",
        "bench.sh",
        "a_test.go",
    ),
    *("package-lock.json", "Package.swift", "build.gradle.kts", "asv.conf.json", "pnpm-workspace.yaml", "Gemfile"),
]
FRAGMENTS = st.sampled_from(
    ["[project]\n", "tool = 3\n", '{"scripts": {"bench": ',
     '"x"}}', "bench:\n\t", "- run: ", "name: ", "\x00", "é", "<a>", "&amp;", '"""',
     "def test_x(benchmark", "METRIC a=", "``` \n",
     "option(A_BENCH ", "task :bench", "{{", "$(", "*x", "&x [", "<<: *x\n", "]]", "\\", "\r\n"]
)  # fmt: skip


def write(root: Path, **files: str) -> Path:
    for name, text in files.items():
        (root / name).write_text(text)
    return root


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(NAMES), st.lists(FRAGMENTS, max_size=12).map("".join), max_size=6))
def test_no_content_breaks_a_scan(tmp_path_factory, files):
    root = tmp_path_factory.mktemp("fuzz")
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    answer = scan(root, deadline=20)
    config.decode(config_text(answer, chosen=answer.evals[0] if answer.evals else None))


@pytest.mark.parametrize(
    "word",
    [
        "`",
        "``` \n",
        "(",
        "[[",
        " ",
        "\n",
        "\\\n",
        "def test_x(",
        "METRIC ",
        "go test -bench ",
        "option(A_BENCH ",
        "add_argument('x' ",
    ],
)
def test_repetition_does_not_take_for_ever(tmp_path, word):
    text = word * (300_000 // len(word))
    for name in (
        "README.md",
        "bench.py",
        "Makefile",
        "noxfile.py",
        "CMakeLists.txt",
        "Rakefile",
        "tox.ini",
        "a_test.go",
        "train.py",
    ):
        (tmp_path / name).write_text(text)
    write(tmp_path, **{"go.mod": "module a", "pyproject.toml": "", "Gemfile": "", "a.rb": "", "a.c": ""})
    begin = process_time()
    scan(tmp_path, deadline=3)
    assert process_time() - begin < 8  # seconds of this process, however busy the machine is


def test_links_pipes_and_loops(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "package.json").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pyproject.toml")
    os.mkfifo(tmp_path / ".gitignore")
    (tmp_path / "a.py").write_text("x = 1\n")
    answer = scan(tmp_path)
    assert answer.confidence == "none"
    assert Tree(tmp_path).files == ("a.py",)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_unreadable_directory_is_named(tmp_path):
    (tmp_path / "shut").mkdir()
    (tmp_path / "shut").chmod(0)
    try:
        assert any("shut" in line for line in scan(tmp_path).skipped)
    finally:
        (tmp_path / "shut").chmod(0o700)


def test_vanished_directory_is_named(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    real = os.scandir

    def scandir(path):
        if str(path).endswith("gone"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert any(line.startswith("gone: Permission denied") for line in scan(tmp_path).skipped)


def test_names_no_command_can_carry_are_left_out_and_mentioned(tmp_path):
    os.mkdir(os.fsencode(tmp_path) + b"/bad\xff")
    (tmp_path / "new\nline.py").write_text("")
    tree = Tree(tmp_path)
    assert tree.files == ()
    assert len(tree.skipped) == 2


def test_heavy_generated_and_ignored_directories_are_not_entered(tmp_path):
    for place in ("node_modules/x", "target/debug", "venv/lib", "my-env/lib", "generated/y", "src"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "bench.py").write_text("print('METRIC a=1')")
    write(tmp_path, **{"Cargo.toml": "", ".gitignore": "generated/\n"})
    (tmp_path / "my-env" / "pyvenv.cfg").write_text("")
    assert [path for path in Tree(tmp_path).files if path.endswith(".py")] == ["src/bench.py"]


def test_target_is_a_source_directory_where_no_cargo_makes_it(tmp_path):
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "bench.py").write_text("")
    assert Tree(tmp_path).files == ("target/bench.py",)


def test_large_manifest_is_not_parsed_whole(tmp_path):
    write(tmp_path, **{"package.json": '{"scripts": {' + '"a": "b", ' * 200_000 + '"bench": "node x.js"}}'})
    answer = scan(tmp_path)
    assert answer.evals == ()
    assert any("package.json" in line and "not parsed" in line for line in answer.skipped)


def test_deadline_is_kept_and_said(tmp_path):
    write(tmp_path, **{f"bench_{number}.py": "" for number in range(50)})
    answer = scan(tmp_path, deadline=0.0)
    assert any("stopped" in line for line in answer.skipped)


def test_entity_bombs_are_refused():
    with pytest.raises(ValueError, match="document type"):
        xml('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')


def test_merge_keys_that_multiply_are_refused():
    chain = "a0: &a0 {k0: 1}\n" + "".join(f"a{n}: &a{n}\n  k{n}: 1\n  <<: *a{n - 1}\n" for n in range(1, 4000))
    with pytest.raises(ValueError, match="merge"):
        yaml(chain)


def test_a_doubling_merge_bomb_is_refused_or_harmless():
    """Newer releases of PyYAML take a repeated merge once; with the others the bound stops it."""
    bomb = "a0: &a0 {k: 1}\n" + "".join(f"a{n}: &a{n}\n  x{n}: 1\n  <<: [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    try:
        data = yaml(bomb)
    except ValueError as error:
        assert "merge" in str(error)
    else:
        assert isinstance(data, dict)
        assert max(len(inner) for inner in data.values()) <= 40


def test_windows_and_wide_texts_are_read(tmp_path):
    (tmp_path / "Makefile").write_bytes(b"bench:\r\n\t./run\r\n")
    (tmp_path / "a.txt").write_bytes("latency".encode("utf-16"))
    tree = Tree(tmp_path)
    assert tree.text("Makefile") == "bench:\n\t./run\n"
    assert tree.text("a.txt") == "latency"
