"""Tables of experiments, to other tools and from them."""

from __future__ import annotations

import csv
import json

import pytest

TABLE = """\
commit\tval_bpb\tmemory_gb\tstatus\tdescription
a1b2c3d\t0.997900\t44.0\tkeep\tbaseline
b2c3d4e\t0.993200\t44.2\tkeep\tincrease LR to 0.04
c3d4e5f\t1.005000\t44.0\tdiscard\tswitch to GeLU "activation"
d4e5f6a\t0.000000\t0.0\tcrash\tdouble model width (OOM)
"""
ORIGINAL = [
    {
        "id": 1,
        "session_id": "s1",
        "timestamp": "2026-03-01T12:00:00.123456789Z",
        "status": "baseline",
        "metric": {"name": "cost", "value": 100.0, "unit": "ms"},
    },
    {
        "id": 2,
        "session_id": "s1",
        "timestamp": "2026-03-01T12:05:00Z",
        "status": "kept",
        "description": "cache the rows",
        "metric": {"name": "cost", "value": 80.0, "unit": "ms", "baseline": 100.0, "delta_from_baseline": -20.0},
        "confidence": 2.1,
        "verdict": "keep",
        "guardrails": [{"name": "tests", "kind": "pass_fail", "passed": True, "command": {"command": "true"}}],
        "tags": {"file_paths": ["cost.txt"], "auto_categories": ["cache"]},
        "commit_hash": "0123456789abcdef0123456789abcdef01234567",
    },
    {"id": 3, "timestamp": "2026-03-01T12:09:00Z", "status": "crashed", "description": "threads", "reason": "exit 1"},
]
CONFIG = """\
strictness = "advisory"
[metric]
name = "cost"
direction = "lower"
unit = "ms"
[eval]
command = "python3 bench.py"
timeout = 30
format = "metric_lines"
retries = 1
[confidence]
min_experiments = 3
keep_threshold = 1.0
rerun_threshold = 2.0
[git]
enabled = true
commit_prefix = "experiment:"
"""


def test_export_has_the_columns_that_autoresearch_users_know(world):
    world.win("80", "first\twin\nwith a tail")
    world.result("pre", "--description", "worse, much")
    world.write("cost.txt", "120\n")
    world.result("eval")
    world.result("discard", "--revert")
    lines = world.run("export").stdout.splitlines()
    rows = [line.split("\t") for line in lines]
    assert rows[0] == ["commit", "cost", "memory_gb", "status", "description"]
    assert [row[3:] for row in rows[1:]] == [
        ["keep", "baseline"],
        ["keep", "first win with a tail"],
        ["discard", "worse, much"],
    ]
    assert [float(row[1]) for row in rows[1:]] == [100, 80, 120]
    assert world.git("rev-parse", "HEAD").startswith(rows[2][0])
    found = world.result("export", "--csv", "-o", "out.csv")
    assert found["format"] == "csv"
    with (world.root / "out.csv").open(newline="") as file:
        assert list(csv.reader(file))[3][4] == "worse, much"


def test_a_table_becomes_history_that_teaches_and_counts_as_no_win(repository):
    repository.write("results.tsv", TABLE)
    found = repository.result("init", "--import")
    assert found["imported"] == 3
    rows = repository.result("history")["experiments"]
    assert [row["status"] for row in rows] == ["crashed", "discarded", "kept"]
    assert {row["imported"] for row in rows} == {"results.tsv"}
    counts = repository.result("status")["counts"]
    assert counts == {"total": 3, "kept": 0, "discarded": 0, "crashed": 0, "sessions": 0, "imported": 3}
    assert "(imported)" in repository.run("history").stdout
    repository.result("learn")
    assert "3 imported" in repository.read(".autoloop/learnings.md")
    assert repository.refused("finalize", code=None)["code"]
    assert repository.read("results.tsv") == TABLE
    assert repository.refused("init", "--import", "--force")["code"] == "already_imported"


def test_new_experiments_go_on_from_there_and_hear_of_the_old_ones(configured):
    configured.write("results.tsv", TABLE)
    configured.result("init", "--import")
    configured.prove()
    advice = configured.result("pre", "--description", 'switch to GeLU "activation"')
    assert advice["experiment"]["id"] == 4
    assert advice["advice"] != "proceed"
    assert advice["matches"][0]["experiment"] == 2
    configured.write("cost.txt", "80\n")
    assert configured.result("eval")["verdict"] == "keep"
    configured.result("keep")
    report = configured.result("report", "--all")
    assert report["counts"]["imported"] == 3
    assert report["counts"]["kept"] == 1
    assert report["experiments"][0]["imported"] == "results.tsv"
    assert configured.refused("reproduce", "1", code=3)["code"] == "not_measured"
    assert configured.run("export").stdout.splitlines()[-1].endswith('GeLU "activation"')


def test_the_history_of_the_original_is_taken_over_and_its_files_are_kept(repository):
    repository.write(".autoloop/config.toml", CONFIG)
    repository.write(
        ".autoloop/experiments.jsonl", "".join(json.dumps(one) + "\n" for one in ORIGINAL) + '{"id": 4, "sta'
    )
    repository.write(".autoloop/last_eval.json", "{}")
    repository.write(".autoloop/state.json", '{"schema_version": 1, "next_experiment_id": 4}')
    kept = {path.name: path.read_bytes() for path in (repository.root / ".autoloop").iterdir()}
    assert repository.refused("init", code=3)["code"] == "original_directory"
    found = repository.result("init", "--import")
    assert found["imported"] == 2
    assert {path.name: path.read_bytes() for path in (repository.root / found["backup"]).iterdir()} == kept
    config = repository.read(".autoloop/config.toml")
    assert 'command = "python3 bench.py"' in config
    assert 'direction = "lower_is_better"' in config
    one, two = reversed(repository.result("history")["experiments"])
    assert (one["description"], one["status"], one["value"]) == ("cache the rows", "kept", 80)
    assert one["improvement"]["percent"] == pytest.approx(20)
    assert one["improvement"]["low"] is None
    assert (two["status"], two["reason"]) == ("crashed", "exit 1")
    assert repository.result("doctor", "--yes")["healthy"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("commit\tx\tmemory_gb\tstatus\tdescription\na\t1\t1\tmaybe\tb\n", "line 2: the status is 'maybe'"),
        ("a\t1\n", "line 1 has 2 columns"),
        (b"\xff\xfe\x00", "decode"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_is_made(repository, text, why):
    (repository.root / "odd.tsv").write_bytes(text if isinstance(text, bytes) else text.encode())
    error = repository.refused("init", "--import", "odd.tsv", code=2)
    assert error["code"] == "import_unreadable"
    assert why in error["why"]
    assert not (repository.root / ".autoloop").exists()
    assert repository.refused("init", "--import", "none.tsv", code=2)["code"] == "import_missing"
