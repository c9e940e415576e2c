"""The search example: a healthy project whose prepared changes do what its table says, in any company."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
PATCHES = sorted((EXAMPLES / "search-proposals" / "patches").glob("*.patch"))
GOOD = {"01", "04", "07"}
BREAKS_TESTS = {"03"}
NUMBERS = ["latency_p95", "latency_p50", "index_time", "peak_memory", "queries"]


def environment(**more):
    kept = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **more}


def run(argv, cwd, **more):
    return subprocess.run(
        [str(a) for a in argv],
        cwd=cwd,
        env=environment(HOME=str(cwd), **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def apply(repo, patch, *options):
    done = run(["git", "apply", *options, patch], repo)
    assert done.returncode == 0, f"{patch.name}: {done.stderr}"


def unittests(repo):
    return run([sys.executable, "-m", "unittest", "discover", "-s", "tests", "-t", "."], repo)


def metrics(repo):
    done = run([sys.executable, "bench/bench_search.py"], repo)
    assert done.returncode == 0, done.stderr
    found = re.findall(r"^METRIC (\w+)=([0-9.]+)(ms|MiB)?$", done.stdout, re.MULTILINE)
    assert len(found) == len(done.stdout.splitlines())
    return {name: (float(value), unit) for name, value, unit in found}


@pytest.fixture
def repo(tmp_path):
    place = tmp_path / "search"
    shutil.copytree(EXAMPLES / "search", place, ignore=shutil.ignore_patterns("__pycache__"))
    run(["git", "init", "-q"], place)
    return place


def test_there_are_seven_described_patches():
    assert [patch.name[:2] for patch in PATCHES] == ["01", "02", "03", "04", "05", "06", "07"]
    titles = [patch.read_text(encoding="utf-8").splitlines()[0] for patch in PATCHES]
    assert all(20 < len(title) < 100 for title in titles)
    assert len(set(titles)) == len(titles)


def test_the_clean_example_passes_real_tests(repo):
    done = unittests(repo)
    assert done.returncode == 0, done.stderr
    assert int(re.search(r"Ran (\d+) tests", done.stderr).group(1)) > 30


def test_the_benchmark_prints_its_numbers_and_leaves_nothing_behind(repo):
    before = sorted(repo.rglob("*"))
    found = metrics(repo)
    assert list(found) == NUMBERS
    assert found["latency_p95"][0] > found["latency_p50"][0] > 0
    assert [unit for _, unit in found.values()] == ["ms", "ms", "ms", "MiB", ""]
    assert sorted(repo.rglob("*")) == before


@pytest.mark.parametrize("target", ["test", "bench"])
def test_the_makefile_names_the_same_commands(repo, target):
    recipe = run(["make", "-n", target, f"PYTHON={sys.executable}"], repo).stdout.strip()
    readme = (repo / "README.md").read_text(encoding="utf-8")
    assert recipe.replace(sys.executable, "python3") in readme.splitlines()


@pytest.mark.parametrize("patch", PATCHES, ids=lambda p: p.stem)
def test_a_patch_applies_alone_and_only_one_of_them_breaks_tests(repo, patch):
    apply(repo, patch)
    done = unittests(repo)
    assert (done.returncode != 0) == (patch.name[:2] in BREAKS_TESTS), done.stderr
    assert ("FAILED (failures=" in done.stderr) == (patch.name[:2] in BREAKS_TESTS)


@pytest.mark.parametrize("patch", PATCHES, ids=lambda p: p.stem)
def test_a_patch_applies_after_any_of_the_good_ones(repo, tmp_path, patch):
    good = [other for other in PATCHES if other.name[:2] in GOOD and other != patch]
    for number in range(len(good) + 1):
        for chosen in itertools.combinations(good, number):
            place = tmp_path / f"with-{'-'.join(other.name[:2] for other in chosen)}"
            shutil.copytree(repo, place)
            for other in chosen:
                apply(place, other)
            apply(place, patch, "--check")


def test_all_good_patches_together_pass_and_find_the_same(repo, tmp_path):
    plain = tmp_path / "plain"
    shutil.copytree(repo, plain)
    for patch in PATCHES:
        if patch.name[:2] in GOOD:
            apply(repo, patch)
    assert unittests(repo).returncode == 0
    assert answers(repo) == answers(plain)


def answers(repo):
    code = (
        "import sys, random; sys.path[:0] = ['bench', '.']\n"
        "import bench_search as b, corpus as c\n"
        "r = random.Random(5); w = c.vocabulary(r, 300); t = c.documents(r, w, 80, 40); i = b.build(t)\n"
        "for q in c.queries(r, w, t, 40): print(q, [(h.document, round(h.score, 9)) for h in b.search(i, q)])\n"
    )
    done = run([sys.executable, "-c", code], repo)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 40
    return done.stdout


def test_only_the_cheat_touches_the_protected_paths():
    touching = [p.name[:2] for p in PATCHES if re.search(r"^\+\+\+ b/(bench|tests)/", p.read_text(), re.MULTILINE)]
    assert touching == ["06"]


def test_the_table_names_every_patch():
    text = (EXAMPLES / "search-proposals" / "README.md").read_text(encoding="utf-8")
    for patch in PATCHES:
        assert f"| {patch.stem.replace('-', ' ')} |" in text
