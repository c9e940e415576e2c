"""JavaScript packages of a repository: manifests, workspaces, the manager, and scripts with their bodies expanded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from autoloop.detect import parse
from autoloop.detect.bodies import inside, quote
from autoloop.detect.repository import Repository
from autoloop.detect.tree import Tree, directory_of, is_sample

_LOCKS = (
    ("pnpm-lock.yaml", "pnpm"),
    ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
    ("yarn.lock", "yarn"),
    ("package-lock.json", "npm"),
    ("npm-shrinkwrap.json", "npm"),
)
SCRIPTS = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx")
LOCK_FILES = (*(lock for lock, _ in _LOCKS), "deno.lock")
_LONGEST = 1000
_SAID = r"(?:^|\s)(pnpm|yarn|bun|npm) (?:ci|install|i|run|test)\b|^yarn$"
_CALL = re.compile(
    r"(?:^|[;&|]\s*|\s)(?:npm run(?:-script)?|pnpm(?: run)?|yarn(?: run)?|bun run|node --run|npm)"
    r"\s+(?:-s\s+|--silent\s+)?([\w:.-]+)"
)
_CALL_MANY = re.compile(r"\b(?:run-s|run-p|npm-run-all2?)\s+([^;&|]+)")


@dataclass(frozen=True)
class Package:
    """One ``package.json``.

    Attributes:
        base: its directory, empty for the root.
        member: whether it belongs to the root's workspaces.
    """

    base: str
    name: str
    manager: str
    scripts: dict[str, str]
    dependencies: frozenset[str]
    file: str
    member: bool = False
    root_scripts: dict[str, str] = field(default_factory=dict)

    def run(self, script: str, arguments: str = "") -> str:
        """The command line, typed at the root, that runs a script with arguments."""
        words = f"{quote(script)}{_separated(self.manager, arguments)}"
        if not self.base or not self.member:
            plain = (
                f"{self.manager} test{_separated(self.manager, arguments)}"
                if script == "test" and self.manager != "bun"
                else ""
            )
            return inside(self.base, plain or f"{self.manager} run {words}")
        where = quote(self.name or f"./{self.base}")
        forms = {
            "pnpm": f"pnpm --filter {where} run {words}",
            "yarn": f"yarn workspace {where} run {words}",
            "bun": f"bun run --filter {where} {words}",
        }
        return forms.get(
            self.manager, f"npm run {quote(script)} --workspace={quote(self.base)}{_separated('npm', arguments)}"
        )

    def execute(self, command: str) -> str:
        """The command line, typed at the root, that runs an installed package's program."""
        forms = {"pnpm": "pnpm exec ", "yarn": "yarn ", "bun": "bunx "}
        return inside(self.base, f"{forms.get(self.manager, 'npx ')}{command}")

    def body(self, script: str) -> str:
        """What a script runs, with the scripts it calls and those that run before and after it, one a line."""
        return "\n".join(self._expanded(script, frozenset()))

    def _expanded(self, script: str, seen: frozenset[str]) -> Iterator[str]:
        if script in seen or script not in self.scripts or len(seen) > 8:  # noqa: PLR2004 - a cycle, not a build
            return
        seen |= {script}
        yield from self._expanded(f"pre{script}", seen)
        text = self.scripts[script]
        called = [name for name in self._called(text) if name in self.scripts and name not in seen]
        for name in called:
            yield from self._expanded(name, seen)
        if not called or not re.fullmatch(rf"{_CALL.pattern}|{_CALL_MANY.pattern}", text.strip()):
            yield text
        yield from self._expanded(f"post{script}", seen)

    def _called(self, text: str) -> Iterator[str]:
        yield from (found[1] for found in _CALL.finditer(text))
        for found in _CALL_MANY.finditer(text):
            for word in found[1].split():
                yield from (name for name in self.scripts if fnmatchcase(name, word))


def _separated(manager: str, arguments: str) -> str:
    if not arguments:
        return ""
    return f" -- {arguments}" if manager == "npm" else f" {arguments}"


def read_packages(repo: Repository) -> tuple[Package, ...]:
    """The root package, its workspace members and packages of benchmark directories; root first."""
    paths = [path for path in repo.tree.named("package.json") if not is_sample(path)]
    top = paths[0] if paths else ""
    manager = _manager(repo, directory_of(top), repo.tree.json(top) if top else {})
    patterns = _workspaces(repo.tree)
    found = (_package(repo.tree, path, manager, patterns) for path in paths[:200])
    return tuple(package for package in found if package)


def spelled_out(root: Path, command: str) -> str:
    """A command, and the bodies of the scripts of packages that its words name, one a line."""
    packages = read_packages(Repository(Tree(root)))
    words = [word for word in re.split(r"[^\w:.-]+", command) if word]
    return "\n".join([command, *(package.body(word) for package in packages for word in words)])


def _package(tree: Tree, path: str, manager: str, patterns: tuple[str, ...]) -> Package | None:
    manifest, base = tree.json(path), directory_of(path)
    if not manifest:
        return None
    scripts = {
        name: body
        for name, body in parse.table(manifest, "scripts").items()
        if isinstance(body, str) and len(body) <= _LONGEST
    }
    keys = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
    packages = frozenset(name for key in keys for name in parse.table(manifest, key))
    member = any(fnmatchcase(base, pattern) for pattern in patterns)
    own = next((name for lock, name in _LOCKS if base and not member and f"{base}/{lock}" in tree), manager)
    return Package(base, parse.string(manifest, "name"), own, scripts, packages, path, member)


def _workspaces(tree: Tree) -> tuple[str, ...]:
    manifest = tree.json("package.json")
    listed = parse.strings(manifest, "workspaces") or parse.strings(manifest, "workspaces", "packages")
    pnpm = parse.strings(tree.yaml("pnpm-workspace.yaml"), "packages") if "pnpm-workspace.yaml" in tree else ()
    return tuple(
        pattern.removeprefix("./").rstrip("/").replace("**", "*") for pattern in (*listed, *pnpm) if pattern[:1] != "!"
    )


def _manager(repo: Repository, base: str, manifest: dict[str, object]) -> str:
    """The declared manager, else the lock file's, else what CI installs with, else npm."""
    for declared in (
        parse.string(manifest, "packageManager"),
        parse.string(manifest, "devEngines", "packageManager", "name"),
    ):
        name = declared.partition("@")[0]
        if name in {"npm", "pnpm", "yarn", "bun"}:
            return name
    locks = [name for lock, name in _LOCKS if (f"{base}/{lock}" if base else lock) in repo.tree]
    said = repo.said(_SAID)
    spoken = (re.search(r"pnpm|yarn|bun|npm", said.command) or [""])[0] if said else ""
    if len(set(locks)) == 1 or (locks and spoken not in locks):
        return locks[0]
    if "pnpm-workspace.yaml" in repo.tree:
        return "pnpm"
    return spoken or "npm"
