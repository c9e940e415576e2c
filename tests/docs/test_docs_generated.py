"""What is generated is current, and a page that is not is named."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib

import pytest

COPIED = ("README.md", "CHANGELOG.md", "docs", "states", "pyproject.toml")


@pytest.fixture
def copy(root, tmp_path):
    """The pages in a place of their own, with the code of the checkout."""
    for name in COPIED:
        source = root / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    return tmp_path


def generate(folder, *arguments):
    command = [sys.executable, str(folder / "docs" / "generate.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_everything_generated_is_current(root):
    done = generate(root, "--check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


ALTERED = {
    "README.md": ("ready --> editing: pre", "ready --> editing: guess"),
    "docs/reference/cli.md": ("Run doctor afterwards.", "Run doctor before."),
    "docs/reference/config.schema.json": ('"title"', '"name"'),
}


def test_stale_pages_are_named_and_refreshed(copy):
    right = {name: (copy / name).read_text() for name in ALTERED}
    wrong = {name: right[name].replace(old, new, 1) for name, (old, new) in ALTERED.items()}
    for name, text in wrong.items():
        assert text != right[name]
        (copy / name).write_text(text)
    checked = generate(copy, "--check")
    assert checked.returncode == 1
    assert re.findall(r"stale: (\S+)", checked.stdout) == list(ALTERED)
    assert {name: (copy / name).read_text() for name in ALTERED} == wrong, "--check only looks"
    assert generate(copy).returncode == 0
    assert {name: (copy / name).read_text() for name in ALTERED} == right
    assert generate(copy, "--check").returncode == 0


def test_a_marker_that_nothing_generates_is_an_error(copy):
    page = copy / "docs" / "tutorial.md"
    page.write_text(page.read_text() + "<!-- generated:nonsense -->\n<!-- /generated:nonsense -->\n")
    done = generate(copy)
    assert done.returncode == 1
    assert "nonsense" in done.stderr


def test_a_part_without_a_page_is_an_error(copy):
    page = copy / "docs" / "reference" / "metrics.md"
    page.write_text(page.read_text().replace("generated:formats", "formats"))
    done = generate(copy)
    assert done.returncode == 1
    assert "formats" in done.stderr


def test_the_editors_schema_knows_what_the_program_knows(root):
    """Every key of the reference's tables is in the schema, and the example's configuration uses no other."""
    schema = json.loads((root / "docs/reference/config.schema.json").read_text())
    page = (root / "docs/reference/config.md").read_text()
    for name, section in schema["properties"].items():
        if name == "schema_version":
            continue
        title = "guardrails.NAME" if name == "guardrails" else name
        table = page.partition(f"## `[{title}]`")[2].partition("\n## ")[0]
        keys = (section.get("additionalProperties") or section)["properties"]
        assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(keys)


def test_configurations_in_the_pages_make_sense(page):
    """Every whole configuration and every table of one that a page shows is one that AutoLoop accepts."""
    from autoloop.config import decode

    for block in re.findall(r"```toml\n(.*?)```", page.read_text(), re.DOTALL):
        if block.startswith("#:schema"):
            continue
        assert tomllib.loads(block)
        decode(block)
