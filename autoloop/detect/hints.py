"""Tools that a command needs, and how they are installed."""

from __future__ import annotations

import re
import shutil

_DEBIAN, _FEDORA, _ARCH, _BREW = "apt-get", "dnf", "pacman", "brew"
_PACKAGES = {
    _DEBIAN: "sudo apt-get install",
    _FEDORA: "sudo dnf install",
    _ARCH: "sudo pacman -S",
    _BREW: "brew install",
}
# Programs that the systems' own package managers have, by the name of the package where it differs.
_PACKAGED: dict[str, dict[str, str]] = {
    "hyperfine": {},
    "make": {},
    "cmake": {},
    "ctest": {_DEBIAN: "cmake", _FEDORA: "cmake", _ARCH: "cmake", _BREW: "cmake"},
    "meson": {},
    "ninja": {_DEBIAN: "ninja-build", _FEDORA: "ninja-build"},
    "cc": {_DEBIAN: "build-essential", _FEDORA: "gcc", _ARCH: "gcc", _BREW: "gcc"},
    "gcc": {},
    "g++": {_FEDORA: "gcc-c++", _ARCH: "gcc", _BREW: "gcc"},
    "clang": {_BREW: "llvm"},
    "mvn": {_DEBIAN: "maven", _FEDORA: "maven", _ARCH: "maven", _BREW: "maven"},
    "java": {_DEBIAN: "default-jdk", _FEDORA: "java-latest-openjdk-devel", _ARCH: "jdk-openjdk", _BREW: "openjdk"},
    "ruby": {_DEBIAN: "ruby-full"},
    "php": {_DEBIAN: "php-cli", _FEDORA: "php-cli"},
    "composer": {},
    "python3": {_ARCH: "python", _BREW: "python"},
    "jq": {},
    "xvfb-run": {_DEBIAN: "xvfb", _FEDORA: "xorg-x11-server-Xvfb", _ARCH: "xorg-server-xvfb"},
}
# Programs that come from elsewhere, the same way everywhere.
_ELSEWHERE = {
    "uv": "pipx install uv, or https://docs.astral.sh/uv/",
    "poetry": "pipx install poetry",
    "pdm": "pipx install pdm",
    "hatch": "pipx install hatch",
    "pipenv": "pipx install pipenv",
    "pixi": "https://pixi.sh",
    "rye": "https://rye.astral.sh (succeeded by uv)",
    "tox": "pipx install tox",
    "nox": "pipx install nox",
    "poe": "pipx install poethepoet",
    "pytest": "pip install pytest, in the project's environment",
    "asv": "pip install asv, in the project's environment",
    "maturin": "pipx install maturin",
    "meson": "pipx install meson",
    "pnpm": "corepack enable pnpm, or npm install -g pnpm",
    "yarn": "corepack enable yarn, or npm install -g yarn",
    "bun": "https://bun.sh",
    "bunx": "https://bun.sh",
    "deno": "https://deno.com",
    "node": "https://nodejs.org, in the version that .nvmrc or package.json names",
    "npm": "comes with node: https://nodejs.org",
    "npx": "comes with node: https://nodejs.org",
    "cargo": "https://rustup.rs",
    "nextest": "cargo install --locked cargo-nextest",
    "criterion": "cargo install --locked cargo-criterion",
    "hyperfine": "cargo install --locked hyperfine",
    "go": "https://go.dev/dl",
    "just": "cargo install just",
    "task": "https://taskfile.dev/installation",
    "make": "xcode-select --install, or your system's package manager",
    "java": "a JDK in the version the build asks for: https://adoptium.net",
    "gradle": "https://gradle.org/install; a project with ./gradlew needs only a JDK",
    "dotnet": "https://dotnet.microsoft.com/download",
    "bundle": "gem install bundler",
    "ruby": "https://www.ruby-lang.org/en/downloads",
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
    """How to get ``tool`` on this machine: a command or an address; else where to look."""
    name = tool.rpartition("/")[2]
    ways = [way for way in (_packaged(name), _ELSEWHERE.get(name, "")) if way]
    return ", or ".join(ways) or f"install {name}, or put it on PATH"


def _packaged(name: str) -> str:
    """The line for the package manager that this machine has."""
    if name not in _PACKAGED:
        return ""
    manager = next((each for each in _PACKAGES if shutil.which(each)), "")
    return f"{_PACKAGES[manager]} {_PACKAGED[name].get(manager, name)}" if manager else ""


def missing_tools(command: str) -> tuple[str, ...]:
    """Programs in a shell command that are not on PATH; files of the repository are not looked at."""
    words = dict.fromkeys(found[1] for found in _WORD.finditer(command))
    outside = (word for word in words if "/" not in word and word not in _BUILTIN)
    return tuple(word for word in outside if shutil.which(word) is None)
