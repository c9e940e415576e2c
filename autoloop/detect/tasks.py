"""Named tasks of make, just and Task: what the project itself calls its commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from autoloop.detect import parse
from autoloop.detect.bodies import commands, quote
from autoloop.detect.tree import Tree

_MAKE_RULE = re.compile(r"^([A-Za-z0-9][\w./-]*(?:[ \t]+[A-Za-z0-9][\w./-]*)*)[ \t]*::?(?![=:])([^\n]*)")
_JUST_RULE = re.compile(r"^@?([A-Za-z_][\w-]*)((?:[ \t]+[^:\n]+)?)[ \t]*:(?!=)([^\n]*)")
_PHONY = re.compile(r"^\.PHONY[ \t]*:((?:[^\n\\]|\\\n)*)", re.MULTILINE)
MAKEFILES = ("GNUmakefile", "Makefile", "makefile")
JUSTFILES = ("justfile", "Justfile", ".justfile")
TASKFILES = ("Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml")


class Task(msgspec.Struct, frozen=True):
    """A named command of the project.

    Attributes:
        command: how to run it from the root.
        body: what it runs, one command a line, with the tasks it depends on before it.
        arguments: whether it cannot run without arguments.
    """

    runner: str
    name: str
    command: str
    body: str
    file: str
    line: int | None = None
    arguments: bool = False


class _Rule(msgspec.Struct, frozen=True):
    name: str
    needs: tuple[str, ...]
    lines: tuple[str, ...]
    line: int
    arguments: bool = False


def read_tasks(tree: Tree) -> tuple[Task, ...]:
    """Every task of the make, just and Task files at the root."""
    make, just, task = (tree.first(*names) for names in (MAKEFILES, JUSTFILES, TASKFILES))
    return (
        *(_make(tree, make) if make else ()),
        *(_tasks("just", just, list(_rules(tree.text(just), _JUST_RULE, just=True))) if just else ()),
        *(_tasks("task", task, _taskfile_rules(tree, task)) if task else ()),
    )


def _make(tree: Tree, file: str) -> Iterator[Task]:
    """Targets; one that a file or directory of its name shadows takes ``-B`` to run at all, unless it is phony."""
    text = tree.text(file)
    phony = {name for found in _PHONY.finditer(text) for name in found[1].split()}
    for task in _tasks("make", file, list(_rules(text, _MAKE_RULE, just=False))):
        shadowed = task.name not in phony and (task.name in tree or tree.has_directory(task.name))
        yield msgspec.structs.replace(task, command=f"make -B {quote(task.name)}") if shadowed else task


def _tasks(runner: str, file: str, rules: list[_Rule]) -> Iterator[Task]:
    by_name = {rule.name: rule for rule in rules}
    for rule in by_name.values():
        body = "\n".join(_expanded(rule, by_name, frozenset()))
        yield Task(runner, rule.name, f"{runner} {quote(rule.name)}", body, file, rule.line, rule.arguments)


def _expanded(rule: _Rule, rules: dict[str, _Rule], seen: frozenset[str]) -> Iterator[str]:
    """The rule's own lines after those of its prerequisites; every rule once on a path, so cycles end."""
    if rule.name in seen or len(seen) > 8:  # noqa: PLR2004 - deeper than any real makefile
        return
    for need in rule.needs:
        if need in rules:
            yield from _expanded(rules[need], rules, seen | {rule.name})
    yield from rule.lines


def _rules(text: str, header: re.Pattern[str], *, just: bool) -> Iterator[_Rule]:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        found = header.match(line)
        if not found:
            continue
        own = commands("\n".join(_strip_flags(each) for each in _recipe(lines[number + 1 :])))
        if just:
            after = re.sub(r"\([^)]*\)|&&|#.*", " ", found[3]).split()
            needed = any("=" not in word and not word.startswith("*") for word in found[2].split())
            yield _Rule(found[1], tuple(after), own, number + 1, needed)
        else:
            before, _, inline = found[2].partition(";")
            for name in found[1].split():
                yield _Rule(name, tuple(before.split("#")[0].split()), (*commands(inline), *own), number + 1)


def _recipe(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if line.strip() and not line.startswith(("\t", " ", "#")):
            return
        yield line.strip("\t ")


def _strip_flags(line: str) -> str:
    return line.lstrip("@-+ ")


def _taskfile_rules(tree: Tree, file: str) -> list[_Rule]:
    rules = []
    for name, task in parse.table(tree.yaml(file), "tasks").items():
        steps = parse.dig(task, "cmds") if isinstance(task, dict) else task
        lines = [step if isinstance(step, str) else parse.string(step, "cmd") for step in _listed(steps)]
        calls = [parse.string(step, "task") for step in _listed(steps)]
        needs = (*(parse.strings(task, "deps")), *(call for call in calls if call))
        needed = bool(parse.dig(task, "requires", "vars"))
        line = tree.line(file, rf"^\s+{re.escape(name)}:") or 1
        rules.append(_Rule(name, needs, commands("\n".join(lines)), line, needed))
    return rules


def _listed(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str | dict) else []
