"""The workflow for GitHub Actions that the page on CI shows is one."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

PAGE = Path(__file__).parent.parent.parent / "docs" / "how-to" / "ci.md"


@pytest.fixture
def workflow():
    (found,) = (block for block in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL) if "\njobs:" in block)
    return yaml.load(found, yaml.BaseLoader)  # strings only: `on` stays a word


def test_the_workflow_has_the_shape_that_actions_expect(workflow):
    assert workflow["on"].keys() == {"workflow_dispatch", "schedule"}
    (job,) = workflow["jobs"].values()
    assert job["runs-on"]
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step), step
        assert step.keys() <= {"uses", "run", "with", "name", "env", "if"}, step


def test_every_script_of_it_is_shell(workflow):
    (job,) = workflow["jobs"].values()
    for script in (step["run"] for step in job["steps"] if "run" in step):
        checked = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True, timeout=120, check=False)
        assert checked.returncode == 0, (script, checked.stderr)


def test_the_truth_is_read_even_when_the_agent_failed(workflow):
    (job,) = workflow["jobs"].values()
    (reporting,) = (step for step in job["steps"] if "autoloop report --json" in step.get("run", ""))
    assert reporting["if"] == "always()"
