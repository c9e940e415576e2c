"""What is wrong with an eval command before it is run: it prints a constant, never ends, or cannot see the edit."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from autoloop.detect import bodies


class Objection(NamedTuple):
    """Why the command cannot measure a change (``fail``) or may not (``warn``), and what to write instead."""

    status: Literal["warn", "fail"]
    what: str
    why: str
    fix: str


_ASV = re.compile(r"\basv (run|continuous)\b")
_ASV_HERE = re.compile(r"existing|--python[= ]same|-E same")
COMMITS = re.compile(
    r"\basv (run|continuous)\b(?!.*(existing|=same|-E same))|\bbranchcmp\b|\bgit (worktree add|stash|clone|archive)\b"
)
# What a build makes: as it lies there, it is from before the edit.
_BUILT = re.compile(
    r"(?:^|[\s;&|(])(?:\./)?((?:[\w.-]+/)*(?:target/(?:release|debug)|dist|build|out|bin|_build|zig-out/bin"
    r"|cmake-build-\w+|bazel-bin)/[\w./-]+|(?:[\w.-]+/)*target/[\w.-]+\.jar)"
)
_BUILDS = re.compile(
    r"\b(?:make|ninja|cmake --build|meson compile|cargo (?:build|run|bench)|npm run|pnpm|yarn|tsc|gradlew?|mvnw?"
    r"|go build|dotnet|zig build|swift build|build)\b"
)

# They look at dates or sums, or work elsewhere: they need not open a source to see that it was edited.
_SEES_UNOPENED = re.compile(
    r"""\b(g?make|ninja|cmake|meson|samu|scons|waf|tup|cargo|go\ (?:run|build|test)|gradlew?|mvnw?|ant|sbt|mill|lein
    |dotnet|msbuild|zig|swift|mix|rebar3|stack|cabal|dune|bazel(?:isk)?|buck2?|pants|nix|turbo|nx|lerna|wireit|webpack|julia
    |tsc\ (?:-b|--build)|docker(?:-compose)?|podman|kubectl|ssh|rsync|curl)\b""",
    re.VERBOSE,
)


def sees_unopened(text: str) -> bool:
    """Whether a command or script names a tool that sees the edit of a file without opening the unedited one."""
    return _SEES_UNOPENED.search(text) is not None


def eval_objection(command: str, build: str) -> Objection | None:
    """The gravest objection to an eval, None when nothing speaks against it.

    Args:
        command: the eval.
        build: what is run before it after every change, empty for nothing.
    """
    if bodies.is_placeholder(command):
        return _constant(command)
    if COMMITS.search(command):
        return _commits(command)
    if bodies.watches(command):
        why = "it waits for changes, or asks to be watched"
        return Objection("fail", "The eval never ends by itself.", why, "use the form that runs once (run, --run)")
    stale = _BUILT.search(command)
    if stale and not build and not _BUILDS.search(command[: stale.start()]):
        why = f"{stale[1]} is made by a build, and no build is configured: every change would measure the same"
        fix = 'in [eval] of .autoloop/config.toml set build = "…", the command that makes it'
        return Objection("warn", "The eval may not see an edit.", why, fix)
    return None


def _constant(command: str) -> Objection:
    why = f"`{command}` does no work of the project's, so every change would look the same"
    fix = "in [eval] of .autoloop/config.toml set command to one that runs the project's own benchmark"
    return Objection("fail", "The eval is a placeholder.", why, fix)


def _commits(command: str) -> Objection:
    if _ASV.search(command) and not _ASV_HERE.search(command):
        why = "plain `asv run` builds and measures commits; what is in the work tree is never run"
        fix = 'command = "asv run --python=same --set-commit-hash $(git rev-parse HEAD)" in [eval]'
        return Objection("fail", "The eval does not see an uncommitted edit.", why, fix)
    why = "it measures what git has recorded, in another place, and not the files as they are"
    fix = "name the command that measures the work tree itself in [eval] of .autoloop/config.toml"
    return Objection("fail", "The eval does not see an uncommitted edit.", why, fix)
