"""The text of a pull request."""

from __future__ import annotations

from autoloop.config import decode
from autoloop.markup import HOSTS_LIMIT
from autoloop.model import Baseline, Confirmation, Evaluation, Experiment, Fingerprint, Improvement
from autoloop.outcomes import Branch, Skipped
from autoloop.pull_request import Told, body, title

CONFIG = decode(
    """
schema_version = 1
[eval]
command = "make bench"
primary_metric = "cost"
direction = "lower_is_better"
[guardrails.tests]
command = "make test"
"""
)
BASELINE = Baseline(
    "cost", "ms", "lower_is_better", 100.0, (100.0,), None, "", 0.0, "", Fingerprint("", {"cores": "2"})
)
CONFIRMED = Confirmation(18.0, 16.0, 20.0, 10, 100.0, 82.0)


def win(number, description="better"):
    gain = Improvement(10.0, 8.0, 12.0, 0.999, 9.5)
    found = Evaluation("t", 1, "keep", (), value=90.0, incumbent=100.0, improvement=gain)
    return Experiment(number, "x", 1, description, 0.0, "b", "kept", evaluation=found, commit=f"{number:040x}")


def test_claimed_stands_beside_confirmed():
    text = body(Told(BASELINE, CONFIG, (win(1),), 19.0, CONFIRMED))
    assert "| **confirmed** | **+18.00 % (90 % interval +16.00 to +20.00)** | base against tip" in text
    assert "100 ms → 82 ms" in text
    assert "| claimed | +19.00 % |" in text
    assert title(Told(BASELINE, CONFIG, (win(1),), 19.0, CONFIRMED)) == "Improve cost by 18.0 % (confirmed, 1 change)"


def test_what_was_not_confirmed_is_not_called_so():
    text = body(Told(BASELINE, CONFIG, (win(1),), 19.0))
    assert "| confirmed | - | not measured again |" in text
    assert "claimed, not confirmed" in title(Told(BASELINE, CONFIG, (win(1), win(2)), 19.0))


def test_several_branches_are_explained():
    branches = (
        Branch("autoloop/x-1", "c" * 40, "d" * 40, (1,), ("e" * 40,), ("a.py",)),
        Branch("autoloop/x-2", "c" * 40, "f" * 40, (2,), ("9" * 40,), ("b.py", "c`d.py")),
    )
    skipped = (Skipped(3, "conflicts in a.py"),)
    told = Told(BASELINE, CONFIG, (win(1), win(2)), 19.0, CONFIRMED, skipped, branches, about=branches[1])
    text = body(told)
    assert title(told) == "Improve cost by 9.5 % (claimed, 1 change, branch 2 of 2)"
    assert "| claimed, this branch | +9.50 % |" in text
    assert "| **confirmed**, all branches | **+18.00 %" in text
    assert [row[2] for row in text.splitlines() if row.startswith(("| 1 ", "| 2 "))] == ["2"]
    assert "autoloop reproduce 2" in text
    assert "autoloop reproduce 1" not in text
    assert f"git worktree add --detach ../tip {'f' * 12}" in text
    assert "share no path" in text
    assert "| `autoloop/x-2` (this one) | #\u200b2 | `b.py`, ``c`d.py`` |" in text
    assert f"`{'9' * 10}`" in text, "the commit on the branch, not the one in the work tree"
    assert "- #\u200b3: conflicts in a.py" in text


def test_it_says_how_it_was_measured_and_how_to_do_it_again():
    branch = Branch("b", "c" * 40, "d" * 40, (1,), ("e" * 40,))
    text = body(Told(BASELINE, CONFIG, (win(1),), 19.0, CONFIRMED, branches=(branch,)))
    for line in (
        "- command: `make bench`",
        "- machine: cores: 2",
        "- guardrails: tests (`make test`)",
        "autoloop reproduce 1",
    ):
        assert line in text
    assert "(cd ../tip && make bench)" in text


def test_a_thousand_wins_fit_what_hosting_sites_take():
    text = body(Told(BASELINE, CONFIG, tuple(win(n, "x" * 300) for n in range(1, 1001)), 19.0, CONFIRMED))
    assert len(text) <= HOSTS_LIMIT
    assert "left out" in text[-200:]
