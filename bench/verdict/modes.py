"""Our rule under other questions: ``python bench/verdict/modes.py`` prints the table of run.py for each of them.

A stricter level, half the budget, and the modes without pairs: ``pooled`` and ``stored`` are measured where they are
meant for, on noise that does not depend on the time of the run. Exits with 1 when a floor is broken beyond chance.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]

from noise import MODELS  # noqa: E402 - the checkout must be importable first
from rules import ours  # noqa: E402 - the checkout must be importable first
from run import HEAD, NULLS, Floor, judge, measure, settings, share_error, show  # noqa: E402 - likewise
from simulate import Setting  # noqa: E402 - likewise

from autoloop.verdict import Config  # noqa: E402 - likewise

TIMELESS = ("gaussian", "lognormal", "exponential", "outliers", "bimodal", "quantised", "heavy tails")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=20, help="decisions of each cell")
    decisions = parser.parse_args(arguments).decisions
    every = settings()
    timeless = [Setting(name, MODELS[name], cv) for name in TIMELESS for cv in (0.005, 0.02, 0.05, 0.15)]
    print(" ".join(("$ python bench/verdict/modes.py", *arguments)))
    print(f"{decisions} decisions a cell ({NULLS * decisions} without effect); % kept\n\n{HEAD}")
    strict = measure("alpha = 1 %", ours(Config(alpha=0.01)), every, decisions)
    pooled = measure("pooled, timeless noise", ours(Config(mode="pooled")), timeless, decisions)
    interleaved = measure("interleaved, timeless noise", ours(), timeless, decisions)
    stored = measure("stored, timeless noise", ours(Config(mode="stored")), timeless, decisions)
    ten = measure("10 pairs", ours(Config(max_pairs=10)), every, decisions)
    for row in (strict, ten, interleaved, pooled, stored):
        show(row)
    nulls = NULLS * decisions
    found = [
        Floor("alpha = 1 %: false keeps, mean", strict.kept[0.0], 0.01, True, share_error(0.01, nulls * len(every))),
        Floor("alpha = 1 %: false keeps, worst", strict.worst[0], 0.03, True, 1.5 * share_error(0.03, nulls)),
        Floor("pooled: false keeps, mean", pooled.kept[0.0], 0.035, True, share_error(0.035, nulls * len(timeless))),
        Floor("pooled: mean runs", pooled.runs, 8.0, True, 0.1),
    ]
    return judge(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
