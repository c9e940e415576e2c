"""What the pages say of the verdict's quality is what a real run of the benchmark printed."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORDED = (ROOT / "bench" / "verdict" / "recorded.txt").read_text()
MODES = (ROOT / "bench" / "verdict" / "recorded_modes.txt").read_text()


def row(name):
    """The cells of our table's first line that begins with a name."""
    line = next(line for line in RECORDED.splitlines() if line.startswith(f"| {name} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_every_line_of_the_page_s_tables_is_in_the_record():
    tables = [line for line in (ROOT / "docs" / "verdict.md").read_text().splitlines() if line.startswith("| ")]
    assert len(tables) >= 18
    assert set(tables) <= set((RECORDED + MODES).splitlines())


def test_the_record_names_its_command_and_breaks_no_floor():
    assert RECORDED.startswith("$ python bench/verdict/run.py --check")
    floors = [line for line in (RECORDED + MODES).splitlines() if re.match(r"(ok|BROKEN) ", line)]
    assert len(floors) >= 15
    assert not [line for line in floors if line.startswith("BROKEN")]


def test_the_readme_quotes_the_record():
    text = " ".join((ROOT / "README.md").read_text().split())
    assert f"keeps {row('ours')[1]} % of the changes that do nothing" in text
    assert f"one run against one run keeps {row('single run')[1]} %" in text
    assert f"finds {row('ours')[5]} % of the gains of 5 %, and needs {row('ours')[7]} runs on average" in text
