"""How a measurement goes about its runs: both sides, builds, the second try, and every win left out in turn."""

from __future__ import annotations

import fcntl
import json
import time

import pytest
from gated import until

NOISY = """\
import os, pathlib
here = pathlib.Path(__file__).resolve().parent
level = float((here / "{source}").read_text())
outside = pathlib.Path("{outside}")
log = outside / "runs"
earlier = log.read_text().splitlines() if log.exists() else []
with log.open("a") as stream:
    stream.write(f"{{level:g}} {{os.getcwd()}}\\n")
mine = sum(line.split()[0] == f"{{level:g}}" for line in earlier)
noise = {noise}
print(f"METRIC cost={{level * (1 + noise[mine % len(noise)])}}ms")
print("METRIC size=50")
"""
LITTLE = "(0.001, -0.002, 0.0015, -0.0005, 0.002, -0.001)"


def noisy(world, noise=LITTLE, source="cost.txt", **settings):
    """A benchmark whose runs are counted for each side and written down outside the repository."""
    world.write("bench.py", NOISY.format(outside=world.root.parent, source=source, noise=noise))
    text = world.read(".autoloop/config.toml")
    for section, lines in settings.items():
        head = f"[{section}]\n"
        text = text.replace(head, head + lines + "\n") if head in text else f"{text}\n{head}{lines}\n"
    world.write(".autoloop/config.toml", text)
    world.git("add", "-A")
    world.git("commit", "-qm", "a benchmark with noise")
    world.prove()
    (world.root.parent / "runs").unlink()
    world.result("pre", "--description", "cheaper")
    return world


def runs(world):
    """Level and directory of every run since the experiment began."""
    return [line.split() for line in (world.root.parent / "runs").read_text().splitlines()]


def test_both_sides_are_measured_in_place(configured):
    world = noisy(configured)
    world.write("cost.txt", "80\n")
    result = world.result("eval")
    assert result["verdict"] == "keep"
    levels = [level for level, _ in runs(world)]
    assert levels.count("80") == result["samples"]["candidate"] >= 2
    assert levels.count("100") == result["samples"]["incumbent"] >= 2
    assert {where for _, where in runs(world)} == {str(world.root)}
    assert world.read("cost.txt") == "80\n"


def test_with_a_worktree_nothing_of_the_work_tree_is_exchanged(configured):
    world = noisy(configured, eval='setup = "touch was_set_up"', verdict='reference = "worktree"')
    world.write("cost.txt", "80\n")
    assert world.result("eval")["verdict"] == "keep"
    sides = {level: {where for at, where in runs(world) if at == level} for level in ("80", "100")}
    assert sides["80"] == {str(world.root)}
    (private,) = sides["100"]
    assert "/.autoloop/" in private
    assert not (world.root / "was_set_up").exists()
    assert "incumbent" not in world.git("worktree", "list")


def test_a_build_runs_after_every_exchange_and_the_first_run_of_each_side_is_thrown_away(configured):
    configured.write(".gitignore", "built.txt\n")
    world = noisy(configured, source="built.txt", eval='build = "cp cost.txt built.txt"')
    world.write("cost.txt", "80\n")
    result = world.result("eval")
    assert result["verdict"] == "keep"
    levels = [level for level, _ in runs(world)]
    assert levels.count("80") == result["samples"]["candidate"] + 1
    assert levels.count("100") == result["samples"]["incumbent"] + 1


def test_an_undecided_change_has_one_second_try(configured):
    undecided = "(0, 0.08, -0.05, 0.06, -0.07) if level > 98 else (-0.08, 0.02, -0.09, 0.02, -0.03)"
    world = noisy(configured, noise=undecided, verdict="max_samples = 3\nbaseline_samples = 3")
    world.write("cost.txt", "98\n")
    first = world.result("eval")
    assert first["verdict"] == "rerun", first
    assert world.state() == "uncertain"
    second = world.result("rerun")
    assert second["samples"]["candidate"] >= 1
    assert world.refused("rerun")["fix"]


def test_a_win_that_a_later_one_made_useless_is_told_by_ablate(configured):
    world = configured
    world.write(
        "bench.py",
        "a, b = (float(open(f'{name}.txt').read()) for name in ('cost', 'other'))\n"
        "print(f'METRIC cost={min(a, b)}ms')\nprint('METRIC size=50')\n",
    )
    world.write("other.txt", "100\n")
    world.git("add", "-A")
    world.git("commit", "-qm", "two ways")
    world.prove()
    for name, value in (("cost.txt", "80"), ("other.txt", "60")):
        world.result("pre", "--description", f"{name} to {value}")
        world.write(name, f"{value}\n")
        assert world.result("eval")["verdict"] == "keep"
        world.result("keep")
    answer = world.result("finalize", "--ablate")
    assert answer["confirmed"]["percent"] == pytest.approx(40)
    useless, useful = answer["ablation"]
    assert (useless["experiment"], useless["helps"]) == (1, False)
    assert (useful["experiment"], useful["helps"]) == (2, True)
    assert useful["percent"] == pytest.approx(25)


def test_an_effect_out_of_reach_is_said_when_the_baseline_is_taken(configured):
    world = configured
    world.write("bench.py", NOISY.format(outside=world.root.parent, source="cost.txt", noise="(0.3, -0.2, 0.1, -0.3)"))
    world.git("commit", "-qam", "very noisy")
    world.result("doctor", "--yes")
    answer = world.result("baseline")
    assert any("out of reach" in warning for warning in answer["warnings"])
    assert answer["detectable_effect"] > 0.1
    assert answer["expected_runs"] > 4
    assert answer["expected_seconds"] > 0


def test_waiting_for_another_benchmark_spends_no_eval_time(world):
    world.result("session", "start", "--eval-time", "1h")
    world.result("pre", "--description", "idea")
    world.write("cost.txt", "80\n")
    with open(world.env["AUTOLOOP_MACHINE_LOCK"], "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        began = time.monotonic()
        with world.start("eval", "--json") as eval_:
            until(lambda: "another benchmark" in (world.result("status")["running"] or {"text": ""})["text"])
            until(lambda: time.monotonic() - began > 2)  # far longer than what comes after the measurement
            waited = time.monotonic() - began
            fcntl.flock(lock, fcntl.LOCK_UN)
            document = json.loads(eval_.communicate(timeout=60)[0])
    took = time.monotonic() - began
    assert document["budget"]["eval_time"]["spent"] <= took - waited
