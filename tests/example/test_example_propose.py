"""The scripted proposer of the search example."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROPOSALS = Path(__file__).resolve().parents[2] / "examples" / "search-proposals"


@pytest.fixture
def repo(tmp_path):
    place = tmp_path / "search"
    shutil.copytree(PROPOSALS.parent / "search", place, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(["git", "init", "-q"], cwd=place, check=True, env=environment(place))
    return place


def environment(home, **more):
    kept = {"PATH": os.environ["PATH"], "HOME": str(home)}
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **more}


def propose(repo, **variables):
    return subprocess.run(
        [sys.executable, str(PROPOSALS / "propose.py")],
        cwd=repo,
        env=environment(repo, **variables),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_every_experiment_gets_its_own_patch(repo):
    before = (repo / "tinysearch" / "index.py").read_text()
    done = propose(repo, AUTOLOOP_EXPERIMENT="4")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("DESCRIPTION: Find the words of a prefix by bisection")
    assert "bisect_left" in (repo / "tinysearch" / "index.py").read_text()
    assert "bisect_left" not in before


def test_after_the_last_patch_it_says_so(repo):
    done = propose(repo, AUTOLOOP_EXPERIMENT="8")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "No more proposals: there are 7 patches, and this is experiment 8.\n"


@pytest.mark.parametrize("number", [None, "", "0", "-1", "one"])
def test_a_number_that_is_none_is_refused(repo, number):
    done = propose(repo, **({} if number is None else {"AUTOLOOP_EXPERIMENT": number}))
    assert done.returncode == 1
    assert "AUTOLOOP_EXPERIMENT must be the experiment's number" in done.stderr


def test_a_patch_that_does_not_apply_is_an_error(repo):
    assert propose(repo, AUTOLOOP_EXPERIMENT="1").returncode == 0
    done = propose(repo, AUTOLOOP_EXPERIMENT="1")
    assert done.returncode == 1
    assert "01-weigh-a-clause-once.patch does not apply here" in done.stderr
    assert "Traceback" not in done.stderr


def test_other_patches_may_be_named(repo, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    shutil.copy(PROPOSALS / "patches" / "07-check-phrase-candidates-first.patch", mine / "1.patch")
    done = propose(repo, AUTOLOOP_EXPERIMENT="1", AUTOLOOP_EXAMPLE_PATCHES=str(mine))
    assert done.stdout.splitlines()[-1] == "DESCRIPTION: Look for a phrase only in documents that hold all of its words"
