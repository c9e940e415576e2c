"""What is said about time and caps, as a table of cases."""

from __future__ import annotations

import pytest

from autoloop.agents import client
from autoloop.model import Baseline, Fingerprint, Record
from autoloop.readiness import bounds


def record(per_run: float, runs: float) -> Record:
    baseline = Baseline(
        metric="m",
        unit="ms",
        direction="lower_is_better",
        value=1.0,
        values=(1.0,),
        commit=None,
        tree="",
        taken=0.0,
        config_digest="",
        fingerprint=Fingerprint(""),
        expected_runs=runs,
        seconds_per_run=per_run,
    )
    return Record(baseline=baseline)


@pytest.mark.parametrize(
    ("name", "per_run", "runs", "status"),
    [
        ("codex", 10.0, 2.0, "pass"),
        ("codex", 10.0, 4.0, "warn"),
        ("claude-code", 10.0, 12.0, "pass"),
        ("claude-code", 11.0, 12.0, "warn"),
        ("opencode", 121.0, 1.0, "warn"),
        ("gemini-cli", 60.0, 4.0, "pass"),
        ("gemini-cli", 60.0, 6.0, "warn"),
        ("cursor", 3600.0, 6.0, "pass"),
    ],
)
def test_an_eval_that_is_longer_than_a_call_is_to_be_detached(name, per_run, runs, status):
    found = {check.id: check for check in bounds.checks(client(name), record(per_run, runs))}["time"]
    assert found.status == status
    assert ("eval --detach" in found.fix) == (status == "warn")
