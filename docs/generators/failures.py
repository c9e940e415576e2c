"""Exit codes and error codes, from autoloop.errors and from every place that raises one."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import autoloop
from autoloop import errors
from autoloop.errors import AutoLoopError
from generators.tables import code, summary, table

_ONE_PLACE = 2
_SPECIAL = [("0", "Done."), ("130, 143, 129", "Interrupted by SIGINT, SIGTERM or SIGHUP.")]
_FIXED = [
    ("10", "`eval --exit-code`, `rerun --exit-code`: the verdict is discard."),
    ("20", "`eval --exit-code`, `rerun --exit-code`: the verdict is rerun."),
]


def exit_codes() -> str:
    """One line for each number."""
    kinds = _kinds().values()
    known = {kind.exit_code: summary(kind) for kind in kinds if kind.exit_code != errors.EXIT_BUG}
    rows = [(str(number), text) for number, text in sorted(known.items())]
    bug = (str(errors.EXIT_BUG), "A mistake in AutoLoop; the answer names a report file.")
    return table(("exit code", "means"), [_SPECIAL[0], *rows, *_FIXED, bug, _SPECIAL[1]])


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
    return {name: kind for name, kind in named if issubclass(kind, AutoLoopError) and name != "InterruptedBySignalError"}


def _raised() -> Iterator[tuple[str, str, str]]:
    """Code, exit code and sentence of every error and every reason of a guard."""
    for path in sorted(Path(autoloop.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and len(node.args) >= _ONE_PLACE:
                yield from _call(node)


def _call(node: ast.Call) -> Iterator[tuple[str, str, str]]:
    called, first = node.func, node.args[0]
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str) or not first.value:
        return
    if name == "Blocked":
        number = next((ast.unparse(word.value) for word in node.keywords if word.arg == "exit"), "1")
        yield first.value, number, _text(node.args[1])
    elif name in _kinds():
        yield first.value, str(_kinds()[name].exit_code), _text(node.args[1])


def _text(node: ast.expr) -> str:
    """A literal sentence; what is filled in is an ellipsis."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""
