"""How long a report of 2 000 experiments takes, and how large it is: ``python bench/report.py [N]``."""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from autoloop.model import (
    Baseline,
    Counts,
    Evaluation,
    Experiment,
    Fingerprint,
    GuardrailResult,
    Improvement,
    Limits,
    Record,
    Run,
    Session,
)
from autoloop.opened import OpenWorkspace
from autoloop.paths import numbered
from autoloop.report.diffs import Difference, Line
from autoloop.report.forms import html
from autoloop.report.gather import gather
from autoloop.report.markdown import markdown

CHANCE = random.Random(1)
FINGERPRINT = Fingerprint("x", {"cores": "2"})
BASELINE = Baseline("cost", "ms", "lower_is_better", 100.0, (100.0,), None, "", 0.0, "", FINGERPRINT)
CHANGE = Difference(tuple(Line(kind, f"{kind} {'x' * 50}") for kind in ("context", "removed", "added") * 5))


def main(number: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / ".git").mkdir()
        workspace = OpenWorkspace(root)
        fill(workspace, number)
        began, used = time.perf_counter(), processor()
        report = gather(workspace, time.time(), everything=True)
        gathered = processor() - used
        page = html(report, {one.id: CHANGE for one in report.experiments})
        told = markdown(report)
        spent, took = processor() - used, time.perf_counter() - began
    size = len(page.encode()) / 1e6
    speed = f"{spent:.1f} s of processor, goal 5 ({gathered:.1f} gathering)"
    print(f"{number} experiments: {speed}; {took:.1f} s by the clock")
    print(f"page {size:.2f} MB, goal 5 MB; Markdown {len(told):,} characters, limit 65,536")
    if size > 5 or len(told) > 65_536:
        sys.exit(1)


def processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def fill(workspace: OpenWorkspace, number: int) -> None:
    """A store as the loop would leave it."""
    best = 100.0
    made = {}
    for n in range(1, number + 1):
        one = experiment(n, best)
        if one.status == "kept" and one.evaluation and one.evaluation.value:
            best = one.evaluation.value
        made[numbered(n, one.slug)] = one
    session = Session(1, "long", 0.0, "c" * 40, Limits(experiments=number), baseline_value=100.0)
    record = Record(state="ready", counts=Counts(total=number, sessions=1), session=session, baseline=BASELINE)
    with workspace.store.writing("bench") as writer:
        stems = list(made)
        for start in range(0, len(stems), 100):
            part = {stem: made[stem] for stem in stems[start : start + 100]}
            writer.commit("fill", record=record, experiments=part)
        writer.commit("session", record=msgspec.structs.replace(record, streak=1), sessions={"001-long": session})


def experiment(n: int, best: float) -> Experiment:
    gain = CHANCE.gauss(-1, 3)
    kept = gain > 5
    value = best * (1 - gain / 100)
    runs = tuple(
        Run(arm, "ok", 1.0, value=base * CHANCE.gauss(1, 0.01))
        for arm, base in (("candidate", value), ("incumbent", best))
        for _ in range(8)
    )
    found = Evaluation(
        "t" * 40,
        1,
        "keep" if kept else "discard",
        ("no worthwhile improvement in sight" if not kept else "better in 8 pairs",),
        value=value,
        incumbent=best,
        improvement=Improvement(gain, gain - 2, gain + 2, 0.5, gain),
        runs=runs,
        guardrails=(GuardrailResult("tests", n % 7 != 0), GuardrailResult("memory", True, 10 + n % 3, "<= 14 MB")),
        paths=("src/module.py",),
        seconds=16.0,
    )
    status = "kept" if kept else "discarded"
    return Experiment(
        n,
        f"change-{n}",
        1,
        f"Change number {n} of the module",
        60.0 * n,
        "b" * 40,
        status,
        evaluation=found,
        closed=60.0 * n + 30,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
