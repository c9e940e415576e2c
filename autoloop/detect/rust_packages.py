"""Cargo packages of a repository: members, benches, and how cargo is told which one is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from autoloop.detect import parse
from autoloop.detect.bodies import quote
from autoloop.detect.repository import Repository
from autoloop.detect.tree import Tree, at, directory_of, is_sample

_NEAR = 2


@dataclass(frozen=True)
class Bench:
    """One bench target or program: its name, source file, and the features it cannot be built without."""

    name: str
    file: str
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class Crate:
    """One ``Cargo.toml`` with a package.

    Attributes:
        home: directory of the manifest that cargo is run with: the workspace's, or its own.
        where: cargo switches that select this package when run at the root.
        programs: its programs but the one that has its own name.
    """

    base: str
    name: str
    home: str
    where: str
    dependencies: frozenset[str]
    benches: tuple[Bench, ...]
    binary: str = ""
    programs: tuple[Bench, ...] = ()


def workspace_home(repo: Repository) -> str | None:
    """Directory of the manifest that stands for the repository: the root's, else the shallowest; None without one."""
    manifests = [path for path in repo.tree.named("Cargo.toml") if not is_sample(path)]
    return directory_of(manifests[0]) if manifests else None


def read_crates(repo: Repository) -> tuple[Crate, ...]:
    """Every crate, those of the main workspace first."""
    home = workspace_home(repo)
    if home is None:
        return ()
    manifests = [path for path in repo.tree.named("Cargo.toml") if not is_sample(path)]
    root = repo.tree.toml(at(home, "Cargo.toml"))
    members = _members(home, root)
    # crates far below that no workspace claims were copied there
    near = [path for path in manifests if path.count("/") <= _NEAR or _claimed(directory_of(path), members)]
    crates = (_crate(repo.tree, path, home, members, virtual="workspace" in root) for path in near[:150])
    return tuple(sorted((crate for crate in crates if crate), key=lambda crate: crate.home != home))


def _claimed(base: str, members: tuple[str, ...]) -> bool:
    return base in members or any(fnmatchcase(base, pattern) for pattern in members if set(pattern) & set("*?["))


def _members(home: str, root: dict[str, object]) -> tuple[str, ...]:
    prefix = at(home, "")
    listed = parse.strings(root, "workspace", "members")
    return tuple(prefix + pattern.removeprefix("./").rstrip("/") for pattern in listed)


def _crate(tree: Tree, path: str, home: str, members: tuple[str, ...], *, virtual: bool) -> Crate | None:
    manifest, base = tree.toml(path), directory_of(path)
    name = parse.string(manifest, "package", "name")
    if not name:
        return None
    member = base == home or _claimed(base, members)
    at_home = home if member else base
    manifest_path = f" --manifest-path {quote(f'{at_home}/Cargo.toml')}" if at_home else ""
    package = f" -p {quote(name)}" if member and virtual and (members or base != home) else ""
    tables = [manifest, *parse.table(manifest, "target").values()]
    keys = ("dependencies", "dev-dependencies", "build-dependencies")
    needed = frozenset(_crate_names(tables, keys))
    main = at(base, "src/main.rs")
    binary = name if main in tree else ""
    where, benches = manifest_path + package, tuple(_benches(tree, base, manifest))
    return Crate(base, name, at_home, where, needed, benches, binary, tuple(_programs(tree, base, manifest)))


def _crate_names(tables: list[object], keys: tuple[str, ...]) -> Iterator[str]:
    """Names as the code uses them and as the registry knows them (``criterion = { package = "codspeed-…" }``)."""
    for table in tables:
        for key in keys:
            for name, value in parse.table(table, key).items():
                yield name
                yield parse.string(value, "package") or name


def _benches(tree: Tree, base: str, manifest: dict[str, object]) -> Iterator[Bench]:
    """Declared ``[[bench]]`` targets, and the files that cargo finds by itself."""
    found = parse.dig(manifest, "package", "autobenches") is not False
    yield from _targets(tree, at(base, ""), parse.dig(manifest, "bench"), "benches" if found else "")


def _programs(tree: Tree, base: str, manifest: dict[str, object]) -> Iterator[Bench]:
    """Declared ``[[bin]]`` targets, and the files that cargo finds by itself."""
    found = parse.dig(manifest, "package", "autobins") is not False
    yield from _targets(tree, at(base, ""), parse.dig(manifest, "bin"), "src/bin" if found else "")


def _targets(tree: Tree, prefix: str, listed: object, place: str) -> Iterator[Bench]:
    """Declared targets of one kind, then what lies in the directory for it."""
    seen: set[str] = set()
    for target in listed if isinstance(listed, list) else []:
        name = parse.string(target, "name")
        paths = (parse.string(target, "path"), *(f"{place}/{name}{end}" for end in (".rs", "/main.rs") if place))
        file = tree.first(*(prefix + path for path in paths if path))
        if name and file:
            seen.add(file)
            yield Bench(name, file, parse.strings(target, "required-features"))
    found = re.compile(rf"^{re.escape(prefix + place)}/([\w-]+\.rs|[\w-]+/main\.rs)$").match
    for path in filter(found, tree.under(prefix + place)) if place else ():
        if path not in seen:
            yield Bench(path.removeprefix(f"{prefix}{place}/").removesuffix("/main.rs").removesuffix(".rs"), path)
