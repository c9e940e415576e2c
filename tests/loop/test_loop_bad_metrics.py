"""Metrics that misbehave: never a crash of ours, never a keep of a change that does nothing, every failure told."""

from __future__ import annotations

import pytest

BENCH = """\
import pathlib, sys
import values
counter = pathlib.Path(__file__).resolve().parent.parent / "counter"
n = int(counter.read_text()) if counter.exists() else 0
counter.write_text(str(n + 1))
value = values.cost(n)
if value is None:
    sys.exit("no number this time")
print("METRIC size=50")
if value != "":
    print(f"METRIC cost={value}")
"""
METRICS = {
    "zero": "0",
    "negative": "-100 - n * 7 % 3",
    "constant": "100",
    "changes its sign": "(-1) ** (n * 5 // 3) * (100 + n % 7)",
    "jumps by a thousand": "(100 + n % 5) * (1000 if n * 7919 % 11 < 2 else 1)",
    "vanishes from the output": "'' if n > 12 and n % 3 == 0 else 100 + n % 4",
    "fails in one run of ten": "None if n % 10 == 9 else 100 + n * 7 % 5",
    "another unit halfway": "f'{100 + n * 7 % 5}ms' if n % 2 else f'{(100 + n * 7 % 5) / 1000}s'",
    "a clock that jumps back": "-3600000 if n % 9 == 4 else 100 + n % 3",
    "a clock that jumps forward": "3600000 if n % 9 == 4 else 100 + n % 3",
}


@pytest.mark.parametrize("name", METRICS)
def test_no_odd_metric_breaks_the_loop_or_gets_a_change_kept_that_does_nothing(configured, name):
    world = configured
    world.write("bench.py", BENCH)
    world.write("values.py", f"def cost(n):\n    return {METRICS[name]}\n")
    world.write(".gitignore", "__pycache__/\n")
    world.git("add", "-A")
    world.git("commit", "-qm", name)
    world.write(".autoloop/config.toml", f"{world.read('.autoloop/config.toml')}\n[verdict]\nalpha = 0.001\n")
    world.prove()
    world.result("pre", "--description", "nothing")
    world.write("values.py", world.read("values.py") + "# nothing\n")
    document = world.json("eval", code=None)
    result = document["result"]
    assert result["verdict"] in {"discard", "rerun", "crash"}, result
    assert result["reasons"][0]
    assert world.run("keep").returncode != 0
    failed = [run for run in world.result("show", "1")["experiment"]["evaluation"]["runs"] if run.get("value") is None]
    told = " ".join((*result["caveats"], *result["reasons"]))
    assert bool(failed) == ("runs failed" in told or result["verdict"] == "crash"), result
    world.result("discard")
    assert world.state() == "ready"


def test_a_gain_from_zero_is_one(configured):
    world = configured
    world.write(".autoloop/config.toml", world.read(".autoloop/config.toml").replace("lower_is", "higher_is", 1))
    world.write("cost.txt", "0\n")
    world.git("commit", "-qam", "nothing yet")
    world.prove()
    world.write("cost.txt", "5\n")
    result = world.result("eval", "--description", "something")
    assert result["verdict"] == "keep", result
    assert world.result("keep")["experiment"]["status"] == "kept"
    world.write("cost.txt", "10\n")
    world.result("eval", "--description", "more")
    world.result("keep")
    assert world.result("status")["session"]["claimed_percent"] == pytest.approx(1000), "not six times two"
