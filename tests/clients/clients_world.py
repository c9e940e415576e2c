"""The real clients, each pointed at the scripted model: no key, no internet, nothing of the developer's own."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from scripted_model import Model

FOLDER = os.environ.get("AUTOLOOP_CLIENTS", "")
KEY = "scripted-key"
BENCH = """\
import pathlib
print("METRIC cost=" + (pathlib.Path(__file__).parent / "cost.txt").read_text().strip() + "ms")
"""
CONFIG = """\
schema_version = 1

[eval]
command = "python3 bench.py"
primary_metric = "cost"
direction = "lower_is_better"
unit = "ms"
timeout = "20s"

[guardrails.tests]
command = "test ! -e broken"
pass_threshold = "all"

[scope]
protected = ["bench.py"]

[machine]
max_load = 256
"""


def program(name: str) -> Path:
    return Path(FOLDER) / "node_modules" / ".bin" / name


@dataclass
class World:
    """A repository below a path with a space, and a home that nobody lives in."""

    root: Path
    home: Path
    model: Model

    @classmethod
    def made(cls, base: Path, model: Model) -> World:
        world = cls(base / "a repository", base / "home", model)
        world.root.mkdir(parents=True)
        world.home.mkdir()
        world.settle()
        for name, text in {"bench.py": BENCH, "cost.txt": "100\n"}.items():
            (world.root / name).write_text(text)
        world.git("init", "-q", "-b", "main")
        world.git("config", "user.name", "T")
        world.git("config", "user.email", "t@example.org")
        (world.root / ".autoloop").mkdir()
        (world.root / ".autoloop/.gitignore").write_text("*\n")
        (world.root / ".autoloop/config.toml").write_text(CONFIG)
        world.git("add", "-A")
        world.git("commit", "-qm", "first")
        return world

    def settle(self) -> None:
        """What the clients need to find the scripted model."""
        codex = self.home / ".codex"
        codex.mkdir()
        (codex / "config.toml").write_text(
            'model = "scripted"\nmodel_provider = "scripted"\n[model_providers.scripted]\nname = "scripted"\n'
            f'base_url = "{self.model.url}/v1"\nwire_api = "responses"\nenv_key = "OPENAI_API_KEY"\n'
            "request_max_retries = 0\nstream_max_retries = 0\n"
        )
        gemini = self.home / ".gemini"
        gemini.mkdir()
        # with a base URL in the environment it would take itself for the client of a gateway, and refuse that
        (gemini / "settings.json").write_text('{"security": {"auth": {"selectedType": "gemini-api-key"}}}')
        opencode = self.home / ".config" / "opencode"
        opencode.mkdir(parents=True)
        provider = {
            "npm": "@ai-sdk/openai-compatible",
            "options": {"baseURL": f"{self.model.url}/v1", "apiKey": KEY},
            "models": {"m": {"name": "m", "cost": {"input": 1, "output": 2, "cache_read": 0.1}}},
        }
        (opencode / "opencode.json").write_text(
            json.dumps(
                {"provider": {"scripted": provider}, "model": "scripted/m", "autoupdate": False, "share": "disabled"}
            )
        )

    @property
    def env(self) -> dict[str, str]:
        own = str(Path(sys.executable).parent)
        return {
            "PATH": os.pathsep.join([str(program("")), own, os.environ["PATH"]]),
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
            "XDG_STATE_HOME": str(self.home / "state"),
            "AUTOLOOP_MACHINE_LOCK": str(self.home / "machine.lock"),
            "OPENAI_API_KEY": KEY,
            "ANTHROPIC_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": self.model.url,
            "GEMINI_API_KEY": KEY,
            "GOOGLE_GEMINI_BASE_URL": self.model.url,
            "GEMINI_MODEL": "gemini-2.5-pro",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_TELEMETRY": "1",
            "OPENCODE_DISABLE_AUTOUPDATE": "1",
            "OPENCODE_DISABLE_MODELS_FETCH": "1",
            "NO_COLOR": "1",
        }

    def git(self, *arguments: str) -> str:
        command = ["git", *arguments]
        alone = {**self.env, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        return subprocess.run(command, cwd=self.root, env=alone, check=True, capture_output=True, text=True).stdout

    def autoloop(self, *arguments: str, code: int | None = 0, timeout: float = 120) -> dict:
        command = [sys.executable, "-m", "autoloop", *arguments, "--json"]
        done = subprocess.run(
            command, cwd=self.root, env=self.env, capture_output=True, text=True, timeout=timeout, check=False
        )
        assert code is None or done.returncode == code, (done.stdout, done.stderr)
        document = json.loads(done.stdout)
        return document.get("result") or document["error"]

    def client(
        self, argv: list[str], prompt: str, timeout: float = 300, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """One non-interactive call, the prompt on stdin."""
        return subprocess.run(
            argv,
            cwd=self.root,
            env=self.env | more,
            input=prompt,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


def command(*words: str) -> str:
    return shlex.join([sys.executable, "-m", "autoloop", *words])
