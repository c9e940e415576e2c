"""The other forms, where they are written, and what is said when something is missing or wrong."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
from report_world import whole

WITHOUT = "import sys; sys.modules['{name}'] = None; from autoloop.cli import main; main(sys.argv[1:])"


def objects(schema):
    """Every object of a schema."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_without_a_form_there_is_a_summary_and_the_way_on(forty):
    said = forty.text("report")
    assert "% better by" in said.splitlines()[0]
    for word in ("claimed", "confirmed", "interleaved pairs", "tokens unknown", "autoloop report --html --open"):
        assert word in said


def test_the_schema_is_strict(forty):
    schema = forty.result("schema", "report")["schema"]
    assert schema["type"] == "object"
    found = list(objects(schema))
    assert len(found) > 10
    for one in found:
        assert one["additionalProperties"] is False, one
        assert sorted(one["required"]) == sorted(one["properties"]), one


def test_the_data_has_every_field_of_the_schema(forty):
    schema = forty.result("schema", "report")["schema"]

    def check(value, rule):
        if "$ref" in rule:
            rule = schema["$defs"][rule["$ref"].rpartition("/")[2]]
        if "anyOf" in rule:
            rule = next((r for r in rule["anyOf"] if (r.get("type") == "null") == (value is None)), {})
            return check(value, rule) if value is not None else None
        if isinstance(value, dict):
            assert set(value) == set(rule["properties"])
            for name, part in value.items():
                check(part, rule["properties"][name])
        if isinstance(value, list):
            for part in value:
                check(part, rule["items"])
        return None

    report = whole(forty)
    check(report, schema)
    assert report["usage"]["tokens"] is None
    assert report["usage"]["usd"] is None
    assert report["usage"]["runs"] > 100


def test_the_gain_and_the_counts_come_first_in_the_data(forty):
    printed = forty.run("report", "--json").stdout
    assert all(word in printed[:3000] for word in ('"headline"', '"confirmed"', '"counts"', '"usage"'))
    answer = json.loads(printed)
    assert len(answer["result"]["experiments"]) < 40, "an answer is short, and names the file with all of it"
    assert len(json.loads((forty.root / answer["cut"]["file"]).read_text())["result"]["experiments"]) == 40


def test_markdown_says_the_same_within_the_limit_of_hosting_sites(forty):
    said = forty.text("report", "--md")
    assert len(said) <= 65_536
    report = whole(forty)
    assert f"{report['headline']['confirmed']['percent']:+.2f} %" in said
    assert all(f"| {one['id']} |" in said for one in report["experiments"])
    assert "<script>" not in said
    assert "&lt;script&gt;" in said


def test_pictures_are_pictures(forty, tmp_path):
    forty.text("report", "-o", str(tmp_path / "a.png"))
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    forty.text("report", "--svg", "-o", str(tmp_path / "a.svg"))
    top = ET.parse(tmp_path / "a.svg").getroot()
    assert top.tag.endswith("svg")
    assert "var(--" not in (tmp_path / "a.svg").read_text()


def test_files_go_to_the_workspace_unless_named(forty):
    found = forty.result("report", "--svg")
    assert found["file"] == ".autoloop/reports/001-faster-queries.svg"
    assert (forty.root / found["file"]).stat().st_size == found["bytes"]
    assert forty.git("status", "--porcelain", "--", "tinysearch") == ""


def test_stdout_on_request(forty):
    assert forty.text("report", "--svg", "-o", "-").startswith("<?xml")
    assert "A PNG is not text" in forty.text("report", "--png", "-o", "-", code=2)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("-o", "report.txt"), "form_unknown"),
        (("--html", "-o", "."), "cannot_write"),
        (("--html", "-o", "no/such/folder/a.html"), "cannot_write"),
        (("--session", "99"), "session_unknown"),
    ],
)
def test_mistakes_are_told(forty, arguments, code):
    assert forty.result("report", *arguments, code=2)["code"] == code


def test_a_closed_pipe_is_no_error(forty):
    command = f"{sys.executable} -m autoloop report --md | head -c 10"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=forty.root,
        env=forty.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("# latency")
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("name", ["matplotlib", "jinja2"])
def test_without_the_extra_it_says_what_to_install(forty, name):
    done = forty.run("report", "--html", python=("-c", WITHOUT.format(name=name)))
    assert done.returncode == 2
    assert "pip install 'autoloop-fsm[report]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert forty.run("report", "--md", python=("-c", WITHOUT.format(name=name))).returncode == 0


def test_before_anything_was_done(empty, tmp_path):
    assert "Nothing was measured yet." in empty.text("report")
    assert "Nothing was measured yet" in empty.text("report", "--md")
    empty.text("report", "--html", "-o", str(tmp_path / "a.html"))
    assert "There are no experiments yet" in (tmp_path / "a.html").read_text()
    empty.text("report", "--png", "-o", str(tmp_path / "a.png"))
    assert not (empty.root / ".autoloop").exists(), "looking makes nothing"


def test_one_experiment(empty, tmp_path):
    folder = empty.root / ".autoloop"
    folder.mkdir()
    (folder / ".gitignore").write_text("*\n")
    (folder / "config.toml").write_text(
        'schema_version = 1\n[eval]\ncommand = "python3 bench.py"\nprimary_metric = "cost"\n'
        'direction = "lower_is_better"\n[machine]\nmax_load = 64\n'
    )
    for arguments in (("doctor", "--yes"), ("baseline",), ("pre", "--description", "half")):
        empty.result(*arguments)
    (empty.root / "cost.txt").write_text("50\n")
    (empty.root / "blob.bin").write_bytes(bytes(range(256)) * 20)
    empty.result("eval")
    empty.text("report", "--html", "-o", str(tmp_path / "open.html"))
    empty.result("keep")
    empty.text("report", "--html", "-o", str(tmp_path / "kept.html"))
    text = (tmp_path / "kept.html").read_text()
    assert "cost is 50.0 % better by 1 change" in text
    assert "Binary files" in text
    report = empty.result("report")
    assert report["experiments"][0]["effect"]["percent"] == pytest.approx(50)
    assert json.dumps(report).count("NaN") == 0
