"""What is built holds what it needs, and runs where no checkout is."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
TEXTS = {str(path.relative_to(ROOT)) for path in (ROOT / "autoloop/agents/skills").iterdir()}
SOURCES = {str(path.relative_to(ROOT)) for path in (ROOT / "autoloop").rglob("*.py")} | TEXTS


def build(kind, source, target):
    """Build with what is installed here: no network."""
    command = [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = target.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def pyz(tmp_path_factory):
    spec = importlib.util.spec_from_file_location("pyz", ROOT / "bench" / "pyz.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    target = tmp_path_factory.mktemp("pyz") / "autoloop.pyz"
    module.main(target)
    return target


@pytest.fixture
def repository(tmp_path):
    """A repository with a benchmark, far from the checkout."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "bench.py").write_text('print("METRIC cost=10ms")\n')
    (folder / "README.md").write_text("Measure it: `python3 bench.py`\n")
    for command in ("init -q -b main", "add -A", "-c user.name=T -c user.email=t@localhost commit -qm one"):
        subprocess.run(["git", *command.split()], cwd=folder, env=environment(tmp_path), check=True)
    return folder


def environment(home, **more):
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": str(home)}
    lock = {"AUTOLOOP_MACHINE_LOCK": str(home / "lock"), "XDG_STATE_HOME": str(home / "state")}
    return {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(home / "cache"), **alone, **lock, **more}


def names(archive):
    with zipfile.ZipFile(archive) as opened:
        return set(opened.namelist())


def test_the_wheel_holds_the_program_the_workflow_and_the_types(wheel):
    held = names(wheel)
    assert held >= SOURCES
    assert {"autoloop/states/workflow.yaml", "autoloop/py.typed"} <= held
    data = info(wheel).replace(".dist-info", ".data")
    assert not {name.split("/")[0] for name in held} - {"autoloop", info(wheel), data}, "nothing else at the top"
    assert f"{data}/data/share/man/man1/autoloop.1" in held
    assert not [name for name in held if "__pycache__" in name]


def info(wheel):
    return next(name.split("/")[0] for name in names(wheel) if name.split("/")[0].endswith(".dist-info"))


def test_the_wheel_says_what_it_is(wheel):
    with zipfile.ZipFile(wheel) as opened:
        metadata = opened.read(f"{info(wheel)}/METADATA").decode()
        points = opened.read(f"{info(wheel)}/entry_points.txt").decode()
    assert "Name: autoloop-fsm\n" in metadata
    assert "Requires-Python: >=3.11\n" in metadata
    assert "License-Expression: MIT\n" in metadata
    assert "autoloop = autoloop.cli:main" in points
    assert any(name.endswith("/licenses/LICENSE") for name in names(wheel))


def test_the_wheel_runs_without_the_checkout(wheel, repository, tmp_path):
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(site)
    clean = environment(tmp_path, PYTHONPATH=str(site))

    def python(*arguments):
        return subprocess.run(
            [sys.executable, *arguments], cwd=repository, env=clean, capture_output=True, text=True, check=True
        )

    assert str(site) in python("-c", "import autoloop; print(autoloop.__file__)").stdout
    assert python("-m", "autoloop", "--version").stdout.startswith("autoloop ")
    assert "keepable" in python("-m", "autoloop", "machine").stdout
    assert "python3 bench.py" in python("-m", "autoloop", "init", "--dry-run").stdout
    assert "noisy-benchmarks" in python("-m", "autoloop", "help").stdout


def test_a_wheel_made_from_the_sdist_is_the_same(wheel, sdist, tmp_path):
    with tarfile.open(sdist) as opened:
        opened.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    for name in ("README.md", "CHANGELOG.md", "LICENSE", "Makefile", "docs/tutorial.md", "examples/demo.py"):
        assert (source / name).exists(), name
    assert names(build("wheel", source, tmp_path / "again")) == names(wheel)


def test_the_single_file_runs_a_verdict_from_another_directory(pyz, repository, tmp_path):
    clean = environment(tmp_path, PYTHONDONTWRITEBYTECODE="1")

    def autoloop(*arguments):
        command = [sys.executable, "-IS", str(pyz), *arguments]  # -IS: without the packages installed here
        return subprocess.run(command, cwd=repository, env=clean, capture_output=True, text=True, check=True).stdout

    assert autoloop("--version").startswith("autoloop ")
    (unpacked,) = (tmp_path / "cache" / "autoloop").iterdir()
    once = (unpacked / "complete").stat().st_mtime_ns
    assert autoloop("init", "--verify").endswith("Healthy.\nnext: autoloop baseline  |  autoloop doctor\n")
    assert "deterministic" in autoloop("baseline")
    assert "keepable" in autoloop("machine")
    assert autoloop("help", "ci").startswith("# ")
    assert (unpacked / "complete").stat().st_mtime_ns == once, "unpacked only once"


def test_the_single_file_holds_all_that_is_required(pyz):
    held = {name.split("/")[1] for name in names(pyz) if name.startswith("lib/")}
    assert held >= {"autoloop", "click", "msgspec", "pathspec", "rich", "sh", "structlog", "tomlkit", "transitions"}
    assert "lib/autoloop/states/workflow.yaml" in names(pyz)
