"""Tools that a command needs, and how they are installed."""

from __future__ import annotations

import re
import shutil

_HINTS = {
    "hyperfine": "apt install hyperfine, brew install hyperfine, or cargo install --locked hyperfine",
    "uv": "pipx install uv, brew install uv, or https://docs.astral.sh/uv/",
    "poetry": "pipx install poetry",
    "pdm": "pipx install pdm",
    "hatch": "pipx install hatch",
    "pipenv": "pipx install pipenv",
    "pixi": "https://pixi.sh",
    "rye": "https://rye.astral.sh (succeeded by uv)",
    "tox": "pipx install tox",
    "nox": "pipx install nox",
    "poe": "pipx install poethepoet",
    "asv": "pip install asv, in the project's environment",
    "maturin": "pipx install maturin",
    "pnpm": "corepack enable pnpm, or npm install -g pnpm",
    "yarn": "corepack enable yarn, or npm install -g yarn",
    "bun": "https://bun.sh",
    "bunx": "https://bun.sh",
    "deno": "https://deno.com",
    "node": "https://nodejs.org, in the version that .nvmrc or package.json names",
    "npm": "comes with node: https://nodejs.org",
    "npx": "comes with node: https://nodejs.org",
    "cargo": "https://rustup.rs",
    "go": "https://go.dev/dl",
    "just": "cargo install just, or brew install just",
    "task": "https://taskfile.dev/installation",
    "make": "apt install make, or xcode-select --install",
    "cmake": "apt install cmake, or brew install cmake",
    "ctest": "comes with cmake: apt install cmake",
    "meson": "pipx install meson ninja",
    "java": "a JDK in the version the build asks for: https://adoptium.net",
    "gradle": "https://gradle.org/install; a project with ./gradlew needs only a JDK",
    "mvn": "apt install maven, or brew install maven",
    "dotnet": "https://dotnet.microsoft.com/download",
    "bundle": "gem install bundler",
    "ruby": "https://www.ruby-lang.org/en/downloads",
    "php": "apt install php-cli, or brew install php",
    "composer": "https://getcomposer.org",
    "mix": "https://elixir-lang.org/install.html",
    "zig": "https://ziglang.org/download",
    "swift": "https://www.swift.org/install",
    "golangci-lint": "https://golangci-lint.run/welcome/install",
    "python": "https://www.python.org/downloads, or activate the project's environment",
    "python3": "https://www.python.org/downloads",
}
_BUILTIN = frozenset({"cd", "wc", "sh", "bash", "echo", "test", "true", "export", "env", "time"})
_WORD = re.compile(r"(?:^|&&|\|\||;|\()\s*(?:[A-Z_]+=\S+\s+)*([\w./+-]+)")


def install_hint(tool: str) -> str:
    """How to get ``tool``: a command or an address; for a tool nobody told us about, where to look."""
    return _HINTS.get(tool.rpartition("/")[2], f"install {tool}, or put it on PATH")


def missing_tools(command: str) -> tuple[str, ...]:
    """Programs in a shell command that are not on PATH; files of the repository are not looked at."""
    words = dict.fromkeys(found[1] for found in _WORD.finditer(command))
    outside = (word for word in words if "/" not in word and word not in _BUILTIN)
    return tuple(word for word in outside if shutil.which(word) is None)
