"""The quality of verdicts on simulated and recorded noise: ``python bench/verdict/run.py [--quick] [--check]``.

Our rule beside simple ones on the same machines: how often a change without effect is kept, how often a regression,
how often a win, and what a decision costs. ``--check`` exits with 1 when a floor is broken beyond Monte-Carlo error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from statistics import mean

sys.path[:0] = [str(Path(__file__).resolve().parents[2])]

from noise import BUSY, MODELS, REAL, deterministic  # noqa: E402 - the checkout must be importable first
from rules import SIMPLE, ours  # noqa: E402 - the checkout must be importable first
from session import Totals, session  # noqa: E402 - the checkout must be importable first
from simulate import Rule, Setting, Tally, tally  # noqa: E402 - the checkout must be importable first

EFFECTS = (0.0, -0.03, 0.03, 0.05, 0.1)  # the columns of the table
REST = (-0.1, 0.3)  # count for the mean number of runs
HEAD = "| rule | no effect, mean | worst | -3 % | +3 % | +5 % | +10 % | runs |\n|---|---|---|---|---|---|---|---|"
NULLS = 10  # times as many decisions where there is no effect: the worst of many settings is worst by chance, too
TEXTBOOK = Setting("gaussian", MODELS["gaussian"], 0.05)
EXACT = Setting("deterministic", deterministic, 0.0)
QUIET = Setting("gaussian", MODELS["gaussian"], 0.005)


@dataclass(frozen=True)
class Row:
    """One rule over all settings; ``worst`` is the highest share of false keeps and its setting."""

    name: str
    kept: dict[float, float]
    worst: tuple[float, str]
    runs: float


@dataclass(frozen=True)
class Floor:
    """A share or a count that must not be above (``most``) or below its limit, with its standard error."""

    what: str
    found: float
    limit: float
    most: bool
    error: float = 0.0

    @property
    def holds(self) -> bool:
        """Three standard errors are allowed for chance."""
        off = self.found - self.limit if self.most else self.limit - self.found
        return off <= 3 * self.error + 1e-9


def settings() -> list[Setting]:
    synthetic = [Setting(name, model, cv) for name, model in MODELS.items() for cv in (0.005, 0.02, 0.05, 0.15)]
    return synthetic + [Setting(name, model, 0.05) for name, model in REAL.items()]


def measure(name: str, rule: Rule, chosen: list[Setting], decisions: int) -> Row:
    count = {e: decisions * (NULLS if e == 0 else 1) for e in EFFECTS + REST}
    cells = {e: [tally(rule, s, e, count[e], f"{e}") for s in chosen] for e in EFFECTS + REST}
    worst = max((cell.kept, s.label) for cell, s in zip(cells[0.0], chosen, strict=True))
    kept = {e: mean(c.kept for c in found) for e, found in cells.items()}
    return Row(name, kept, worst, mean(c.runs for found in cells.values() for c in found))


def sessions(name: str, chosen: list[Setting], repeats: int) -> Totals:
    return sum((session(name, s, f"{s.label} {i}") for s in chosen for i in range(repeats)), Totals())


def share_error(p: float, n: int) -> float:
    return sqrt(max(p * (1 - p), 1 / n) / n)


def floors(row: Row, total: Totals, cells: int, decisions: int) -> Iterator[Floor]:
    """The limits of the plan; the worst of many settings is the worst by chance too, hence the larger error there."""
    n, nulls = cells * decisions, NULLS * decisions
    yield Floor("false keeps, mean", row.kept[0.0], 0.03, True, share_error(0.03, cells * nulls))
    yield Floor(f"false keeps, worst ({row.worst[1]})", row.worst[0], 0.07, True, 1.5 * share_error(0.07, nulls))
    yield Floor("regressions of 3 % kept", row.kept[-0.03], 0.005, True, share_error(0.005, n))
    yield Floor("regressions of 10 % kept", row.kept[-0.1], 0.001, True, share_error(0.001, n))
    yield Floor("wins of 10 % kept", row.kept[0.1], 0.92, False, share_error(0.92, n))
    yield Floor("mean runs", row.runs, 13.0, True, 0.1)
    yield from _cell_floors(max(decisions, 1000))
    yield Floor("session: share of the oracle's gain", total.gained / total.oracle, 0.82, False, 0.01)
    bogus = total.bogus / total.kept
    yield Floor("session: bogus commits", bogus, 0.06, True, share_error(0.06, total.kept))
    yield Floor("session: claimed / true gain", total.claimed / total.gained, 1.15, True, 0.01)


def _cell_floors(decisions: int) -> Iterator[Floor]:
    def cell(setting: Setting, effect: float) -> Tally:
        return tally(ours(), setting, effect, decisions, f"floor {effect}")

    yield Floor("textbook cell, +5 % at CV 5 %", cell(TEXTBOOK, 0.05).kept, 0.86, False, share_error(0.86, decisions))
    quiet = cell(QUIET, 0.03)
    yield Floor("quiet metric, +3 % at CV 0.5 %", quiet.kept, 0.98, False, share_error(0.98, decisions))
    yield Floor("quiet metric, runs", mean((quiet.runs, cell(QUIET, 0.0).runs)), 4.0, True, 0.05)
    exact = {e: tally(ours(), EXACT, e, 20, "exact") for e in (0.0, -0.03, 0.03)}
    yield Floor("deterministic: runs", max(c.runs for c in exact.values()), 2.0, True)
    yield Floor("deterministic: false keeps", max(exact[0.0].kept, exact[-0.03].kept), 0.0, True)
    yield Floor("deterministic: wins of 3 % kept", exact[0.03].kept, 1.0, False)


def show(row: Row) -> None:
    shares = [row.kept[0.0], row.worst[0], *(row.kept[e] for e in EFFECTS[1:])]
    print(f"| {row.name} | " + " | ".join(f"{100 * s:.1f}" for s in shares) + f" | {row.runs:.1f} |", flush=True)


def show_session(name: str, total: Totals, count: int) -> None:
    gain, bogus = 100 * total.gained / total.oracle, 100 * total.bogus / max(total.kept, 1)
    ratio = total.claimed / total.gained if total.gained > 0 else float("inf")
    print(f"| {name} | {gain:.0f} | {bogus:.1f} | {ratio:.2f} | {total.runs / count:.0f} |", flush=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer decisions, under 25 s")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a floor is broken")
    parser.add_argument("--decisions", type=int, help="decisions of each cell")
    asked = parser.parse_args(arguments)
    print(" ".join(("$ python bench/verdict/run.py", *arguments)))
    chosen = settings()
    decisions = asked.decisions or (4 if asked.quick else 60)
    rules = {"ours": ours(), **SIMPLE}
    print(f"{len(chosen)} noise settings, {decisions} decisions a cell ({NULLS * decisions} without effect); % kept\n")
    print(HEAD)
    rows = [measure(name, rule, chosen, decisions) for name, rule in rules.items()]
    busy = [Setting(name, model, 0.05) for name, model in BUSY.items()]
    for row in (*rows, measure("ours, busy machine", ours(), busy, decisions)):
        show(row)
    repeats = 1 if asked.quick else 3
    print(
        "\n| session of 20 | % of the oracle's gain | % bogus commits | claimed / true | runs |\n|---|---|---|---|---|"
    )
    totals = {name: sessions(name, chosen, repeats) for name in rules}
    for name, total in totals.items():
        show_session(name, total, repeats * len(chosen))
    return judge(list(floors(rows[0], totals["ours"], len(chosen), decisions))) if asked.check else 0


def judge(found: list[Floor]) -> int:
    print()
    for floor in found:
        sign = "<=" if floor.most else ">="
        print(f"{'ok    ' if floor.holds else 'BROKEN'} {floor.what}: {floor.found:.3f} {sign} {floor.limit:g}")
    return 0 if all(floor.holds for floor in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
