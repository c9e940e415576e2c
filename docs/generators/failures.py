"""Exit codes and error codes, from autoloop.errors and from every place that raises one."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import autoloop
from autoloop import errors
from autoloop.errors import AutoLoopError
from generators.tables import code, summary, table

_SPECIAL = [("0", "Done."), ("130, 143, 129", "Interrupted by SIGINT, SIGTERM or SIGHUP.")]
_FIXED = [
    ("10", "`eval --exit-code`, `rerun --exit-code`: the verdict is discard."),
    ("20", "`eval --exit-code`, `rerun --exit-code`: the verdict is rerun."),
]


def exit_codes() -> str:
    """One line for each number."""
    return table(("exit code", "means"), codes())


def codes() -> list[tuple[str, str]]:
    """Every exit code, and what it means."""
    known: dict[int, str] = {}
    for name, kind in _kinds().items():
        if kind.exit_code != errors.EXIT_BUG and _used(name):
            known[kind.exit_code] = " ".join(filter(None, (known.get(kind.exit_code), summary(kind))))
    rows = [(str(number), text) for number, text in sorted(known.items())]
    bug = (str(errors.EXIT_BUG), "A mistake in AutoLoop; the answer names a report file.")
    return [_SPECIAL[0], *rows, *_FIXED, bug, _SPECIAL[1]]


def error_codes() -> str:
    """Every stable code that is written in the code, with its exit code where one class raises it."""
    found: dict[str, set[str]] = {}
    says: dict[str, str] = {}
    for name, number, text in _raised():
        found.setdefault(name, set()).add(number)
        says.setdefault(name, text)
    rows = [(code(name), ", ".join(sorted(numbers)), says[name]) for name, numbers in sorted(found.items())]
    return table(("code", "exit", "says, for example"), rows)


def _kinds() -> dict[str, type[AutoLoopError]]:
    named = inspect.getmembers(errors, inspect.isclass)
    return {
        name: kind for name, kind in named if issubclass(kind, AutoLoopError) and name != "InterruptedBySignalError"
    }


def _used(kind: str) -> bool:
    """Whether anything outside the error tree knows this class."""
    return any(kind in text for name, text in _sources() if name != "errors.py")


@cache
def _sources() -> list[tuple[str, str]]:
    """Name and text of every module."""
    paths = sorted(Path(autoloop.__file__).parent.rglob("*.py"))
    return [(path.name, path.read_text(encoding="utf-8")) for path in paths]


def _raised() -> Iterator[tuple[str, str, str]]:
    """Code, exit code and sentence of every error and every reason of a guard."""
    for _, text in _sources():
        for function in ast.walk(ast.parse(text)):
            if isinstance(function, ast.FunctionDef):
                known = dict(_sentences(function))
                for node in ast.walk(function):
                    if isinstance(node, ast.Call):
                        yield from _call(node, known)


def _sentences(function: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """Texts that a function gives a name before it says them."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value


def _call(node: ast.Call, known: Mapping[str, ast.expr]) -> Iterator[tuple[str, str, str]]:
    called, arguments = node.func, node.args
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    if name == "_failure":  # the guards' short way to a Blocked: its first argument are the facts
        name, arguments = "Blocked", arguments[1:]
    if len(arguments) <= 1 or (name != "Blocked" and name not in _kinds()):
        return
    stable, says = _text(arguments[0], known), _text(arguments[1], known)
    if not stable:
        return
    if name == "Blocked":
        number = next((ast.unparse(word.value) for word in node.keywords if word.arg == "exit"), "1")
        yield stable, number.replace("EXIT_BUDGET", str(errors.EXIT_BUDGET)), says
    else:
        yield stable, str(_kinds()[name].exit_code), says


def _text(node: ast.expr, known: Mapping[str, ast.expr]) -> str:
    """A literal sentence; what is filled in is an ellipsis."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    if isinstance(node, ast.Name) and node.id in known:
        return _text(known[node.id], {})
    return ""
