"""The README's transcript is what really happens, and the generated pages are current."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TRANSCRIPT = re.compile(r"<!-- transcript -->\n```console\n(.*?)```", re.DOTALL)
# What a noisy machine cannot change; the small honest gains are left to the machine.
CERTAIN = {
    "init": ["eval             python3 bench/bench_search.py", "metric           latency_p95 (lower is better)"],
    "doctor": ["Healthy."],
    "baseline": ["latency_p95 = "],
    "run": ["guardrail tests failed", "bench/bench_search.py is protected", "7 of at most 7"],
    "finalize": ["Branch autoloop/faster-queries: ", "confirmed "],
}


def test_the_commands_of_the_transcript_do_what_it_says(tmp_path):
    repository = tmp_path / "tinysearch"
    shutil.copytree(ROOT / "examples" / "search", repository, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {
        **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "AUTOLOOP_MACHINE_LOCK": str(tmp_path / "lock"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }
    for command in (
        "init -q -b main",
        "config user.name T",
        "config user.email t@example.org",
        "add -A",
        "commit -qm one",
    ):
        subprocess.run(["git", *command.split()], cwd=repository, env=environment, check=True)
    text = TRANSCRIPT.search((ROOT / "README.md").read_text())
    assert text, "the README has no transcript"
    commands = re.findall(r"^\$ autoloop (.*)$", text[1], re.MULTILINE)
    assert [shlex.split(command)[0] for command in commands] == list(CERTAIN)
    propose = f"{sys.executable} {ROOT / 'examples' / 'search-proposals' / 'propose.py'}"
    for command in commands:
        arguments = [part.replace("python propose.py", propose) for part in shlex.split(command)]
        done = subprocess.run(
            [sys.executable, "-m", "autoloop", *arguments],
            cwd=repository,
            env=environment,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        for line in CERTAIN[arguments[0]]:
            assert line in done.stdout, (command, line, done.stdout)


def test_generated_pages_are_current():
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_links_between_pages_lead_somewhere():
    broken = []
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} -> {target}")
    assert not broken
