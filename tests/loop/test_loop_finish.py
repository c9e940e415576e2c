"""What is left at the end: the branch under its name, the pull request, and not more raw output than is of use."""

from __future__ import annotations

from pathlib import Path

import pytest
from loop_world import World

from autoloop.works.tidy import KEPT, tidy


@pytest.fixture
def won(world: World) -> World:
    """A session with a branch of its own name, and one win."""
    world.result("session", "start", "--name", "Faster", "--branch", "perf/faster")
    world.win("80")
    return world


def with_gh(world: World, script: str) -> None:
    """A `gh` of ours in front of everything else."""
    folder = world.root.parent / "bin"
    folder.mkdir()
    (folder / "gh").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "gh").chmod(0o755)
    world.env["PATH"] = f"{folder}:{world.env['PATH']}"


def test_the_branch_has_the_name_that_the_session_asked_for(won):
    (branch,) = won.result("finalize", "--no-confirm")["branches"]
    assert branch["name"] == "perf/faster"
    assert won.git("rev-parse", "perf/faster").strip() == branch["head"]


def test_the_pull_request_is_opened_when_asked_for(won, tmp_path):
    with_gh(won, f'printf "%s\\n" "$@" > {tmp_path}/asked; echo https://example.org/pull/7')
    pr = won.result("finalize", "--no-confirm", "--pr")["pr"]
    assert pr["url"] == "https://example.org/pull/7"
    assert (tmp_path / "asked").read_text().splitlines() == pr["argv"][1:]


TWO_FILES = """\
print("METRIC cost=%sms" % sum(float(open(name).read()) for name in ("cost.txt", "more.txt")))
print("METRIC size=" + open("size.txt").read())
"""


def test_every_independent_branch_has_a_request_of_its_own(configured):
    configured.write("bench.py", TWO_FILES)
    configured.write("more.txt", "50\n")
    configured.git("add", "-A")
    configured.git("commit", "-qm", "two files")
    configured.prove()
    for name in ("cost.txt", "more.txt"):
        configured.write(name, "20\n")
        assert configured.result("eval", "--description", f"less in {name}")["verdict"] == "keep"
        configured.result("keep")
    found = configured.result("finalize", "--split", "--no-confirm")
    for branch, number, other in zip(found["branches"], (1, 2), (2, 1), strict=True):
        request = branch["pr"]
        assert request["argv"][3:5] == ["--head", branch["name"]]
        assert f"branch {number} of 2" in request["title"]
        text = configured.read(request["body_file"])
        assert f"autoloop reproduce {number}" in text
        assert f"autoloop reproduce {other}" not in text
    assert found["pr"] == found["branches"][0]["pr"]
    lines = configured.run("finalize", "--split", "--no-confirm").stdout.splitlines()
    assert [line.split(" --head ")[1].split()[0] for line in lines if "gh pr create" in line] == [
        branch["name"] for branch in found["branches"]
    ]


def test_a_request_that_cannot_be_opened_leaves_the_branch_and_says_what_to_type(won):
    with_gh(won, "echo must first push the branch >&2; exit 1")
    error = won.refused("finalize", "--no-confirm", "--pr", code=4)
    assert error["code"] == "pr_failed"
    assert "must first push" in error["why"]
    assert "git push -u origin perf/faster && gh pr create" in error["fix"]
    assert won.git("rev-parse", "perf/faster")
    assert won.state() == "finalized"


def test_without_gh_nothing_is_begun(won, tmp_path):
    folder = tmp_path / "only"
    folder.mkdir()
    for name in ("git", "sh", "python3"):
        found = next(path for path in won.env["PATH"].split(":") if (Path(path) / name).exists())
        (folder / name).symlink_to(Path(found) / name)
    won.env["PATH"] = str(folder)
    error = won.refused("finalize", "--pr", code=4)
    assert error["code"] == "gh_missing"
    assert won.state() == "ready"


def test_raw_output_of_old_experiments_is_removed_and_nothing_else(tmp_path):
    for name in ("001/001-candidate.out", "002/x.out", "doctor/1.out", "proposals/001.md", "proposals/101.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    tidy(tmp_path, 1 + KEPT)
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["002/x.out", "doctor/1.out", "proposals/101.md"]


def test_a_win_that_the_base_has_already_is_left_out_and_said(world):
    world.win("80")
    world.win("70")
    result = world.result("finalize", "--base", "HEAD~1", "--no-confirm")
    assert result["skipped"] == [{"experiment": 1, "why": "the base has it already"}]
    assert [branch["experiments"] for branch in result["branches"]] == [[2]]
